package merge

import (
	"errors"
	"slices"
	"strings"
)

// node is a value of a structured file: what it means, and the piece of syntax
// that it came from, so that it can be written as it was.
type node struct {
	kind    kind
	tag     string   // of a scalar: its type
	text    string   // of a scalar: its value
	members []member // of an object and, without keys, of a list
	syntax  any
}

type kind byte

const (
	scalar kind = iota
	object
	list
)

type member struct {
	key    string
	value  *node
	syntax any   // how the key is written
	place  *node // the user's value that stood here before the merge
	added  bool  // taken over from the new side
	first  bool  // it stood first in its list or object
}

// maxDepth bounds the nesting of structured files.
const maxDepth = 200

var (
	errDepth     = errors.New("nested too deeply")
	errDuplicate = errors.New("a key stands twice in one object")
)

func (n *node) find(key string) *node {
	if i := n.index(key); i >= 0 {
		return n.members[i].value
	}
	return nil
}

func (n *node) index(key string) int {
	if n == nil {
		return -1
	}
	return slices.IndexFunc(n.members, func(m member) bool { return m.key == key })
}

// equal compares meanings: the order of keys is none.
func equal(a, b *node) bool {
	if a == nil || b == nil {
		return a == b
	}
	if a.kind != b.kind || a.tag != b.tag || a.text != b.text || len(a.members) != len(b.members) {
		return false
	}
	for i, m := range a.members {
		other := b.members[i].value
		if a.kind == object {
			other = b.find(m.key)
		}
		if !equal(m.value, other) {
			return false
		}
	}
	return true
}

// treeMerger merges trees; nil stands for a value that is not there.
type treeMerger struct{ conflicts []Conflict }

func (t *treeMerger) merge(at string, base, yours, new *node) *node {
	switch {
	case equal(yours, new), equal(base, new):
		return yours
	case equal(base, yours):
		return new
	case yours == nil || new == nil:
		return t.removed(at, yours, new)
	case yours.kind == object && new.kind == object:
		return t.objects(at, base.as(object), yours, new)
	case yours.kind == list && new.kind == list:
		return t.lists(at, base.as(list), yours, new)
	case yours.kind == scalar && new.kind == scalar && isDependency(at):
		if latest, ok := newest(yours.text, new.text); ok {
			return map[string]*node{new.text: new, yours.text: yours}[latest]
		}
	}
	t.conflict(at, "you and the template gave it different values")
	return yours
}

// as is a base of the kind that both sides have, empty if it had another.
func (n *node) as(k kind) *node {
	if n == nil || n.kind != k {
		return &node{kind: k}
	}
	return n
}

// removed settles what one side took away and the other changed. A dependency
// stays: whoever changed its version needs it.
func (t *treeMerger) removed(at string, yours, new *node) *node {
	switch {
	case isDependency(at) && yours != nil:
		return yours
	case isDependency(at):
		return new
	case yours == nil:
		t.conflict(at, "you removed it, the template changed it")
	default:
		t.conflict(at, "you changed it, the template removed it")
	}
	return yours
}

func (t *treeMerger) objects(at string, base, yours, new *node) *node {
	merged := &node{kind: object, syntax: yours.syntax}
	for _, m := range yours.members {
		if v := t.merge(at+"/"+m.key, base.find(m.key), m.value, new.find(m.key)); v != nil {
			m.value, m.place = v, m.value
			merged.members = append(merged.members, m)
		}
	}
	place := 0 // behind the last key that both have
	for _, m := range new.members {
		if i := merged.index(m.key); i >= 0 {
			place = i + 1
			continue
		}
		if yours.find(m.key) != nil {
			continue // merged to nothing
		}
		if v := t.merge(at+"/"+m.key, base.find(m.key), nil, m.value); v != nil {
			m.value, m.added = v, true
			merged.members = slices.Insert(merged.members, place, m)
			place++
		}
	}
	return merged
}

func (t *treeMerger) conflict(at, note string) {
	if at == "" {
		at = "/"
	}
	t.conflicts = append(t.conflicts, Conflict{At: at, Note: note})
}

// isDependency reports whether a path leads to the version of a package, of
// which the newest is right for both sides.
func isDependency(at string) bool {
	parts := strings.Split(at, "/")
	if len(parts) < 3 {
		return false
	}
	switch parts[len(parts)-2] {
	case "dependencies", "devDependencies", "peerDependencies", "optionalDependencies", "engines":
		return true
	}
	return false
}

// settle picks the bytes for a merged tree: the merge by lines if it came to
// the same meaning, as it keeps every blank and comment of both sides, and else
// the tree written anew.
func settle(s Sides, merged *node, parse func([]byte) (*node, error), write func() ([]byte, error)) (Result, error) {
	if byLines := Text(s); len(byLines.Conflicts) == 0 {
		if same, err := parse(byLines.Data); err == nil && equal(same, merged) {
			return byLines, nil
		}
	}
	data, err := write()
	if err != nil {
		return Result{}, err
	}
	if check, err := parse(data); err != nil || !equal(check, merged) {
		return Result{}, errors.New("the merged file does not read as what was merged")
	}
	return Result{Data: data}, nil
}
