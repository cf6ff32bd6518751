package servers

import "bytes"

// nodeKind is what a node holds.
type nodeKind int

const (
	noNode nodeKind = iota // absent, or null
	mapNode
	listNode
	textNode
	boolNode
	otherNode // a number or a date, as text
)

// node is a value of a JSON, TOML or YAML document, with its line.
type node struct {
	kind    nodeKind
	line    int
	text    string
	truth   bool
	members []member
	items   []node
}

type member struct {
	name  string
	line  int
	value node
}

// get follows names from map to map; the last of members with one name counts,
// as it does for the clients.
func (n node) get(path ...string) node {
	for _, name := range path {
		next := node{}
		for _, m := range n.members {
			if m.name == name {
				next = m.value
			}
		}
		n = next
	}
	return n
}

// has reports whether a map has the member.
func (n node) has(name string) bool {
	for _, m := range n.members {
		if m.name == name {
			return true
		}
	}
	return false
}

// texts are the texts of a list.
func (n node) texts() []string {
	var all []string
	for _, item := range n.items {
		all = append(all, item.text)
	}
	return all
}

// scalar reports whether the node has a text.
func (n node) scalar() bool { return n.kind == textNode || n.kind == otherNode || n.kind == boolNode }

// lines tells the line and column, both from 1, of offsets in a text. Asked for
// in rising order, it reads the text once.
type lines struct {
	data  []byte
	at    int // counted up to here
	line  int
	start int // where that line begins
}

func newLines(data []byte) *lines { return &lines{data: data, line: 1} }

func (l *lines) position(offset int) (line, column int) {
	offset = min(max(offset, 0), len(l.data))
	if offset < l.at {
		*l = lines{data: l.data, line: 1}
	}
	for {
		next := bytes.IndexByte(l.data[l.at:offset], '\n')
		if next < 0 {
			break
		}
		l.at += next + 1
		l.line++
		l.start = l.at
	}
	l.at = offset
	return l.line, offset - l.start + 1
}
