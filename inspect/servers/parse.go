package servers

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"

	"github.com/tailscale/hujson"
	"go.yaml.in/yaml/v3"

	"github.com/mcpctl/mcpctl/internal/pattern"
)

// format is how a file is written.
type format int

const (
	jsonFormat format = iota // with comments and trailing commas
	tomlFormat
	yamlFormat
)

const (
	// maxDepth is how deep a document may nest.
	maxDepth = 100
	// maxNodes is how many values a document may have.
	maxNodes = 1 << 20
)

// syntaxError is why a document cannot be read, and where.
type syntaxError struct {
	line, column int
	what         string
}

func (e *syntaxError) Error() string { return e.what }

// parse reads a document. Its error is a *syntaxError.
func parse(f format, data []byte) (node, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if len(bytes.TrimSpace(data)) == 0 {
		return node{}, nil // clients make empty files, and take them for no servers
	}
	switch f {
	case tomlFormat:
		return parseTOML(data)
	case yamlFormat:
		return parseYAML(data)
	}
	return parseJSON(data)
}

// tooDeep finds the bracket with which a JSON document nests too deep. Its parser
// recurses without a bound, unlike those of TOML and YAML, so that has to be known
// before. Brackets in texts and comments do not count.
func tooDeep(data []byte) (line, column int, deep bool) {
	depth := 0
	for i := 0; i < len(data); i++ {
		switch c := data[i]; c {
		case '"':
			i = endOfText(data, i)
		case '/':
			i = endOfComment(data, i)
		case '[', '{':
			if depth++; depth > maxDepth {
				line, column = newLines(data).position(i)
				return line, column, true
			}
		case ']', '}':
			depth--
		}
	}
	return 0, 0, false
}

// endOfText is the closing quote of the text that begins at i. Where there is
// none the line's end will do: no parser reads on past that.
func endOfText(data []byte, i int) int {
	for j := i + 1; j < len(data); j++ {
		switch data[j] {
		case '\\':
			j++
		case '"', '\n':
			return j
		}
	}
	return len(data)
}

// endOfComment is the last byte of a comment that begins at i, or i.
func endOfComment(data []byte, i int) int {
	rest := data[i:]
	closing := "\n"
	switch {
	case bytes.HasPrefix(rest, []byte("//")):
	case bytes.HasPrefix(rest, []byte("/*")):
		closing = "*/"
	default:
		return i
	}
	end := bytes.Index(rest, []byte(closing))
	if end < 0 {
		return i // an open comment is an error anyway
	}
	return i + end + len(closing) - 1
}

func parseJSON(data []byte) (node, error) {
	if line, column, deep := tooDeep(data); deep {
		return node{}, &syntaxError{line, column, fmt.Sprintf("it nests deeper than %d levels", maxDepth)}
	}
	v, err := hujson.Parse(data)
	if err != nil {
		return node{}, jsonError(err)
	}
	left := maxNodes
	return jsonNode(v, newLines(data), &left)
}

// jsonPosition finds the position in hujson's message, the only place that tells
// it.
var jsonPosition = pattern.New(`^hujson: line (\d+), column (\d+): (?s)(.*)$`)

func jsonError(err error) error {
	m := jsonPosition.FindStringSubmatch(err.Error())
	if m == nil {
		return &syntaxError{what: err.Error()}
	}
	line, _ := strconv.Atoi(m[1])   // digits
	column, _ := strconv.Atoi(m[2]) // digits
	return &syntaxError{line, column, m[3]}
}

func jsonNode(v hujson.Value, at *lines, left *int) (node, error) {
	line, _ := at.position(v.StartOffset)
	n := node{line: line}
	if *left--; *left < 0 {
		return n, &syntaxError{line: line, what: fmt.Sprintf("it holds more than %d values", maxNodes)}
	}
	switch t := v.Value.(type) {
	case *hujson.Object:
		n.kind = mapNode
		for _, m := range t.Members {
			line, _ := at.position(m.Name.StartOffset)
			value, err := jsonNode(m.Value, at, left)
			if err != nil {
				return n, err
			}
			n.members = append(n.members, member{m.Name.Value.(hujson.Literal).String(), line, value})
		}
	case *hujson.Array:
		n.kind = listNode
		for _, e := range t.Elements {
			item, err := jsonNode(e, at, left)
			if err != nil {
				return n, err
			}
			n.items = append(n.items, item)
		}
	case hujson.Literal:
		switch t.Kind() {
		case '"':
			n.kind, n.text = textNode, t.String()
		case 't', 'f':
			n.kind, n.truth, n.text = boolNode, t.Kind() == 't', string(t)
		case '0':
			n.kind, n.text = otherNode, string(t)
		}
	}
	return n, nil
}

// yamlLine is how the YAML parser names a position.
var yamlLine = pattern.New(`^yaml: line (\d+): (?s)(.*)$`)

func parseYAML(data []byte) (node, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
			line, _ := strconv.Atoi(m[1]) // digits
			return node{}, &syntaxError{line: line, what: m[2]}
		}
		return node{}, &syntaxError{what: err.Error()}
	}
	left := maxNodes
	return yamlNode(&root, 0, &left)
}

var errYAML = errors.New("aliases or nesting go too far")

func yamlNode(y *yaml.Node, depth int, left *int) (node, error) {
	n := node{line: y.Line}
	if *left--; *left < 0 || depth > maxDepth {
		return n, &syntaxError{line: y.Line, column: y.Column, what: errYAML.Error()}
	}
	switch y.Kind {
	case yaml.DocumentNode:
		return yamlNode(y.Content[0], depth+1, left)
	case yaml.AliasNode:
		return yamlNode(y.Alias, depth+1, left)
	case yaml.MappingNode:
		n.kind = mapNode
		for i := 0; i+1 < len(y.Content); i += 2 {
			value, err := yamlNode(y.Content[i+1], depth+1, left)
			if err != nil {
				return n, err
			}
			n.members = append(n.members, member{y.Content[i].Value, y.Content[i].Line, value})
		}
	case yaml.SequenceNode:
		n.kind = listNode
		for _, c := range y.Content {
			item, err := yamlNode(c, depth+1, left)
			if err != nil {
				return n, err
			}
			n.items = append(n.items, item)
		}
	case yaml.ScalarNode:
		n.text = y.Value
		switch y.ShortTag() {
		case "!!str":
			n.kind = textNode
		case "!!bool":
			n.kind = boolNode
			_ = y.Decode(&n.truth) // its tag says that it can
		case "!!null":
			n.text = ""
		default:
			n.kind = otherNode
		}
	}
	return n, nil
}
