package merge

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// YAML merges YAML by key, with its comments. Several documents in one file,
// anchors and aliases are merged by lines instead.
func YAML(s Sides) (Result, error) {
	base, yours, new, err := parseAll(s, "{}", parseYAML)
	if err != nil {
		return Result{}, fmt.Errorf("reading YAML: %w", err)
	}
	var t treeMerger
	merged := t.merge("", base, yours, new)
	if len(t.conflicts) > 0 {
		return marked(s, t.conflicts), nil
	}
	return settle(s, merged, parseYAML, func() ([]byte, error) {
		return writeYAML(s.Yours, yours, merged)
	})
}

var errManyDocuments = errors.New("more than one document, an anchor or an alias")

func parseYAML(data []byte) (*node, error) {
	d := yaml.NewDecoder(bytes.NewReader(data))
	var doc, more yaml.Node
	if err := d.Decode(&doc); err != nil {
		return nil, err
	}
	if err := d.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, errManyDocuments
	}
	n, err := fromYAML(doc.Content[0], 0)
	if err != nil {
		return nil, err
	}
	n.syntax = &doc
	return n, nil
}

func fromYAML(y *yaml.Node, depth int) (*node, error) {
	n := &node{syntax: y}
	switch {
	case depth > maxDepth:
		return nil, errDepth
	case y.Anchor != "" || y.Kind == yaml.AliasNode:
		return nil, errManyDocuments
	case y.Kind == yaml.ScalarNode:
		n.tag, n.text = y.ShortTag(), y.Value
	case y.Kind == yaml.SequenceNode:
		n.kind = list
		for _, e := range y.Content {
			child, err := fromYAML(e, depth+1)
			if err != nil {
				return nil, err
			}
			n.members = append(n.members, member{value: child})
		}
	case y.Kind == yaml.MappingNode:
		n.kind = object
		for i := 0; i+1 < len(y.Content); i += 2 {
			key := y.Content[i]
			if key.Kind != yaml.ScalarNode || key.Anchor != "" {
				return nil, fmt.Errorf("line %d: a key that is not a word", key.Line)
			}
			if n.index(key.Value) >= 0 {
				return nil, fmt.Errorf("%w: %q", errDuplicate, key.Value)
			}
			child, err := fromYAML(y.Content[i+1], depth+1)
			if err != nil {
				return nil, err
			}
			n.members = append(n.members, member{key: key.Value, value: child, syntax: key})
		}
	}
	return n, nil
}

// writeYAML writes a tree. The encoder lays a file out anew and drops its blank
// lines, so what it made different, and only that, is carried over to the
// user's own text where the lines allow it.
func writeYAML(text []byte, yours, merged *node) ([]byte, error) {
	indent := indentation(text)
	before, err := encodeYAML(toYAML(yours), indent)
	if err != nil {
		return nil, err
	}
	after, err := encodeYAML(toYAML(merged), indent)
	if err != nil {
		return nil, err
	}
	carried := Text(Sides{Base: before, Yours: text, New: after})
	if len(carried.Conflicts) == 0 {
		if same, err := parseYAML(carried.Data); err == nil && equal(same, merged) {
			return carried.Data, nil
		}
	}
	return after, nil
}

// toYAML puts a tree together from the pieces that it was read from.
func toYAML(n *node) *yaml.Node {
	out := *n.syntax.(*yaml.Node)
	if out.Kind == yaml.DocumentNode {
		root := *n
		root.syntax = out.Content[0]
		out.Content = []*yaml.Node{toYAML(&root)}
		return &out
	}
	if n.kind == scalar {
		return &out
	}
	if len(out.Content) == 0 {
		out.Style = 0 // an empty {} or [] that gets entries becomes a block
	}
	out.Content = nil
	for _, m := range n.members {
		if key, ok := m.syntax.(*yaml.Node); ok {
			out.Content = append(out.Content, key)
		}
		out.Content = append(out.Content, toYAML(m.value))
	}
	return &out
}

func encodeYAML(n *yaml.Node, indent int) ([]byte, error) {
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(indent)
	if err := e.Encode(n); err != nil {
		return nil, err
	}
	return out.Bytes(), e.Close()
}

// indentation is that of the first indented line.
func indentation(text []byte) int {
	for line := range strings.Lines(string(text)) {
		body := strings.TrimLeft(line, " ")
		n := len(line) - len(body)
		if n > 0 && n <= 8 && !strings.HasPrefix(body, "#") && strings.TrimSpace(body) != "" {
			return n
		}
	}
	return 2
}
