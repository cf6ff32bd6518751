package merge

import (
	"fmt"
	"slices"
	"strings"
)

// identities are the keys by which the objects of a list are told apart.
var identities = []string{"name", "id", "identifier", "key", "title"}

// lists matches elements by a key that names them, or by their place when no
// side added or removed any, or else as lines of a text.
func (t *treeMerger) lists(at string, base, yours, new *node) *node {
	for _, key := range identities {
		b, okB := base.named(key)
		y, okY := yours.named(key)
		n, okN := new.named(key)
		if okB && okY && okN {
			return t.objects(at, b, y, n).unnamed()
		}
	}
	if inPlace(base, yours) && inPlace(base, new) {
		merged := &node{kind: list, syntax: yours.syntax}
		for i, m := range yours.members {
			v := t.merge(fmt.Sprintf("%s/%d", at, i), base.members[i].value, m.value, new.members[i].value)
			m.value, m.place = v, m.value
			merged.members = append(merged.members, m)
		}
		return merged
	}
	return t.sequence(at, base, yours, new)
}

// inPlace tells whether a side's elements are those of the base, each where it
// was. A list that only happens to be as long as before is not, since changes
// would then be merged into the wrong elements.
func inPlace(base, side *node) bool {
	if len(base.members) != len(side.members) {
		return false
	}
	for i, m := range base.members {
		if !akin(m.value, side.members[i].value) {
			return false
		}
	}
	return true
}

// akin tells whether a value seems to have become the other: half of what it
// holds is still there.
func akin(base, side *node) bool {
	if base.kind == scalar || side.kind != base.kind {
		return true // nothing could be merged into the wrong one
	}
	same := 0
	for i, m := range base.members {
		var now *node
		if base.kind == object {
			now = side.find(m.key)
		} else if i < len(side.members) {
			now = side.members[i].value
		}
		if equal(m.value, now) {
			same++
		}
	}
	return 2*same >= len(base.members)
}

// named sees a list of objects as an object, if each has the key and no two the
// same.
func (n *node) named(key string) (*node, bool) {
	seen := &node{kind: object, syntax: n.syntax}
	for _, m := range n.members {
		id := m.value.find(key)
		if m.value.kind != object || id == nil || id.kind != scalar || seen.index(id.text) >= 0 {
			return nil, false
		}
		m.key = id.text
		seen.members = append(seen.members, m)
	}
	return seen, true
}

func (n *node) unnamed() *node {
	n.kind = list
	for i := range n.members {
		n.members[i].key = ""
	}
	return n
}

// sequence merges lists as texts are, each element a line, but keeps what both
// sides added in one place: yours, then the new.
func (t *treeMerger) sequence(at string, base, yours, new *node) *node {
	m := &node{kind: list, syntax: yours.syntax}
	b, y, n := base.lines(), yours.lines(), new.lines()
	ours, theirs := diff(b, y), diff(b, n)
	done := 0 // elements of yours that are dealt with
	shift := 0
	for len(ours) > 0 || len(theirs) > 0 {
		r := nextRegion(&ours, &theirs)
		from := r.b0 + shift
		if len(r.ours) > 0 {
			from = r.ours[0].s0 - (r.ours[0].b0 - r.b0)
		}
		mine, _ := version(b, y, r, r.ours)
		added, at0 := version(b, n, r, r.theirs)
		to := from + len(mine)
		shift = to - r.b1
		m.members = append(m.members, yours.members[done:from]...)
		done = to
		switch {
		case len(r.theirs) == 0 || slices.Equal(mine, added):
			m.members = append(m.members, yours.members[from:to]...)
			continue
		case len(r.ours) == 0:
		case r.b0 == r.b1:
			m.members = append(m.members, yours.members[from:to]...)
		default:
			t.conflict(at, "you and the template changed the same elements of this list")
			return yours
		}
		for i, e := range new.members[at0 : at0+len(added)] {
			if !slices.Contains(mine, added[i]) || len(r.ours) == 0 {
				e.added = true
				m.members = append(m.members, e)
			}
		}
	}
	m.members = append(m.members, yours.members[done:]...)
	return m
}

// lines are the elements of a list as comparable words.
func (n *node) lines() []string {
	words := make([]string, len(n.members))
	for i, m := range n.members {
		words[i] = m.value.word()
	}
	return words
}

func (n *node) word() string {
	if n.kind == scalar {
		return fmt.Sprintf("%s %q", n.tag, n.text)
	}
	parts := make([]string, len(n.members))
	for i, m := range n.members {
		parts[i] = fmt.Sprintf("%q:%s", m.key, m.value.word())
	}
	if n.kind == object {
		slices.Sort(parts)
	}
	return fmt.Sprintf("%d(%s)", n.kind, strings.Join(parts, ","))
}
