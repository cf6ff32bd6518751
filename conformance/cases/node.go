package cases

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/mcpctl/mcpctl/mcp"
)

// Bounds on a file. Aliases could make much of little.
const (
	// MaxFile is how many bytes a file of cases may have.
	MaxFile  = 1 << 20
	maxNodes = 200_000
	maxDepth = 100
)

// node is a YAML value as JSON would have it, and where it stands: aliases are
// followed, keys are text and stand there once.
type node struct {
	line, column int
	kind         mcp.Kind
	value        mcp.Value // of scalars
	items        []*node
	members      []member
}

type member struct {
	name  string
	key   *node
	value *node
}

// get is the member of that name, nil for none.
func (n *node) get(name string) *node {
	for _, m := range n.members {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

var atLine = regexp.MustCompile(`line (\d+): ?`)

// document reads the one document of a file; nil when there is none.
func (r *reader) document(data []byte) *node {
	top := &node{line: 1, column: 1}
	if len(data) > MaxFile {
		r.fail(top, "the file is larger than %d bytes", MaxFile)
		return nil
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	if err := d.Decode(&doc); errors.Is(err, io.EOF) {
		r.fail(top, "the file is empty")
		return nil
	} else if err != nil {
		r.syntax(err)
		return nil
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		r.fail(top, "there is more than one document in the file")
		return nil
	}
	c := converter{reader: r, left: maxNodes}
	return c.convert(doc.Content[0], 0)
}

// syntax notes an error of the YAML parser, which tells the line in words.
func (r *reader) syntax(err error) {
	at, text := &node{line: 1, column: 1}, err.Error()
	if found := atLine.FindStringSubmatchIndex(text); found != nil {
		at.line, _ = strconv.Atoi(text[found[2]:found[3]]) // they are digits
		text = text[:found[0]] + text[found[1]:]
	}
	r.fail(at, "%s", text)
}

// converter makes nodes of what the YAML parser gives, within bounds.
type converter struct {
	*reader
	left int
}

// convert answers nil, having noted why, for what JSON has no word for.
func (c *converter) convert(y *yaml.Node, depth int) *node {
	n := &node{line: y.Line, column: y.Column}
	if c.left--; c.left < 0 || depth > maxDepth {
		if c.left >= 0 || c.left == -1 { // told once
			c.fail(n, "the file is too large or nested too deep here")
		}
		c.left = -2
		return nil
	}
	switch y.Kind {
	case yaml.AliasNode:
		return c.convert(y.Alias, depth+1)
	case yaml.SequenceNode:
		n.kind = mcp.Array
		for _, item := range y.Content {
			if one := c.convert(item, depth+1); one != nil {
				n.items = append(n.items, one)
			}
		}
	case yaml.MappingNode:
		n.kind = mcp.Object
		c.mapping(n, y, depth)
	default:
		value, err := scalar(y)
		if err != nil {
			c.fail(n, "%v", err)
			return nil
		}
		n.value, n.kind = value, value.Kind()
	}
	return n
}

func (c *converter) mapping(n *node, y *yaml.Node, depth int) {
	seen := map[string]int{}
	for i := 0; i+1 < len(y.Content); i += 2 {
		key := &node{line: y.Content[i].Line, column: y.Content[i].Column}
		name := y.Content[i].Value
		switch first, twice := seen[name]; {
		case y.Content[i].Kind != yaml.ScalarNode || y.Content[i].ShortTag() == "!!merge":
			c.fail(key, "a key must be plain text")
			continue
		case twice:
			c.fail(key, "%.64q is there twice, first in line %d", name, first)
			continue
		}
		seen[name] = key.line
		if value := c.convert(y.Content[i+1], depth+1); value != nil {
			n.members = append(n.members, member{name, key, value})
		}
	}
}

// scalar keeps numbers as they are written where JSON can, and takes what JSON
// has no word for, such as a date, for text.
func scalar(y *yaml.Node) (mcp.Value, error) {
	switch y.ShortTag() {
	case "!!null", "!!bool", "!!int", "!!float":
		if y.ShortTag() != "!!null" && json.Valid([]byte(y.Value)) {
			return mcp.Parse([]byte(y.Value))
		}
		var v any
		if err := y.Decode(&v); err != nil {
			return mcp.Value{}, err
		}
		raw, err := json.Marshal(v)
		if err != nil {
			return mcp.Value{}, fmt.Errorf("JSON has no number %s", y.Value)
		}
		return mcp.Parse(raw)
	}
	return mcp.ValueOf(y.Value), nil
}
