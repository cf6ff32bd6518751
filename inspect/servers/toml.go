package servers

import (
	"errors"
	"fmt"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// parseTOML reads the document twice: the first time to be told what is wrong
// with it and where, the second for the lines, which only the parser's own tree
// has.
func parseTOML(data []byte) (node, error) {
	var whole map[string]any
	if err := toml.Unmarshal(data, &whole); err != nil {
		var at *toml.DecodeError
		if errors.As(err, &at) {
			line, column := at.Position()
			return node{}, &syntaxError{line, column, at.Error()}
		}
		return node{}, &syntaxError{what: err.Error()}
	}
	t := tomlTree{at: newLines(data), root: node{kind: mapNode, line: 1}, left: maxNodes}
	t.parser.Reset(data)
	return t.read()
}

type tomlTree struct {
	parser unstable.Parser
	at     *lines
	root   node
	left   int
}

func (t *tomlTree) read() (node, error) {
	table := &t.root
	for t.parser.NextExpression() {
		switch e := t.parser.Expression(); e.Kind {
		case unstable.Table:
			table = t.enter(&t.root, e.Key(), false)
		case unstable.ArrayTable:
			table = t.enter(&t.root, e.Key(), true)
		case unstable.KeyValue:
			t.set(table, e)
		}
		if t.left < 0 {
			return node{}, &syntaxError{what: fmt.Sprintf("it holds more than %d values", maxNodes)}
		}
	}
	if err := t.parser.Error(); err != nil {
		return node{}, &syntaxError{what: err.Error()}
	}
	return t.root, nil
}

// line is the line of a key.
func (t *tomlTree) line(n *unstable.Node) int {
	line, _ := t.at.position(int(n.Raw.Offset))
	return line
}

// enter is the table that a dotted key leads to, made where it is missing; of
// an array of tables the last one, or a new one.
func (t *tomlTree) enter(n *node, key unstable.Iterator, grow bool) *node {
	for key.Next() {
		k := key.Node()
		n = t.child(n, string(k.Data), t.line(k))
		last := key.IsLast()
		if n.kind == noNode {
			n.kind = mapNode
			if last && grow {
				n.kind = listNode
			}
		}
		if n.kind == listNode {
			if last && grow {
				t.left--
				n.items = append(n.items, node{kind: mapNode, line: t.line(k)})
			}
			if len(n.items) == 0 {
				return &node{kind: mapNode} // what cannot be, as it was read before
			}
			n = &n.items[len(n.items)-1]
		}
	}
	return n
}

// child is a member of a map, made where it is missing.
func (t *tomlTree) child(n *node, name string, line int) *node {
	for i := range n.members {
		if n.members[i].name == name {
			return &n.members[i].value
		}
	}
	t.left--
	n.members = append(n.members, member{name: name, line: line, value: node{line: line}})
	return &n.members[len(n.members)-1].value
}

// set puts a key and its value into a table.
func (t *tomlTree) set(table *node, e *unstable.Node) {
	var names []*unstable.Node
	for key := e.Key(); key.Next(); {
		names = append(names, key.Node())
	}
	for i, k := range names {
		table = t.child(table, string(k.Data), t.line(k))
		if i < len(names)-1 && table.kind == noNode {
			table.kind = mapNode
		}
	}
	line := table.line
	*table = t.value(e.Value(), line)
}

func (t *tomlTree) value(v *unstable.Node, line int) node {
	t.left--
	n := node{line: line, text: string(v.Data)}
	switch v.Kind {
	case unstable.String:
		n.kind = textNode
	case unstable.Bool:
		n.kind, n.truth = boolNode, n.text == "true"
	case unstable.Array:
		n.kind, n.text = listNode, ""
		for it := v.Children(); it.Next(); {
			if it.Node().Kind != unstable.Comment {
				n.items = append(n.items, t.value(it.Node(), line))
			}
		}
	case unstable.InlineTable:
		n.kind, n.text = mapNode, ""
		for it := v.Children(); it.Next(); {
			if it.Node().Kind == unstable.KeyValue {
				t.set(&n, it.Node())
			}
		}
	default:
		n.kind = otherNode
	}
	return n
}
