package cases

import (
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// matcher is what is expected of a value.
type matcher interface {
	// match notes what is wrong with got, which is there, at a path.
	match(j *judging, at string, got mcp.Value)
	// words say what is expected.
	words(v vars) string
}

// absentee is a matcher that has its own say on values that are not there.
type absentee interface{ missing(j *judging, at string) }

// check judges a value, there or not.
func (j *judging) check(m matcher, at string, got mcp.Value) {
	if got.Exists() {
		m.match(j, at, got)
		return
	}
	if own, ok := m.(absentee); ok {
		own.missing(j, at)
		return
	}
	j.add(at, m.words(j.vars), shown(got))
}

// fits reports whether a value is as expected, without noting anything.
func (j *judging) fits(m matcher, got mcp.Value) bool {
	quiet := judging{vars: j.vars, golden: j.golden.still()}
	quiet.check(m, "", got)
	return len(quiet.wrong) == 0
}

// expected reads what is expected of a value: an object of matchers, an object
// of which at least those members must be there, a list, or a plain value.
func (r *reader) expected(n *node) matcher {
	switch n.kind {
	case mcp.Array:
		l := listOf{}
		for _, item := range n.items {
			l.items = append(l.items, r.expected(item))
		}
		return l
	case mcp.Object:
		if special(n) {
			return r.matchers(n)
		}
		o := subset{}
		for _, m := range n.members {
			if strings.HasPrefix(m.name, "$") && !strings.HasPrefix(m.name, "$$") {
				r.hint(m.key, "a matcher stands alone; a member of that name is written $"+m.name, "%.64q stands beside other members", m.name)
				continue
			}
			o.members = append(o.members, namedMatcher{strings.TrimPrefix(m.name, "$"), r.expected(m.value)})
		}
		return o
	}
	return same{r.value(n)}
}

// special reports whether an object is made of matchers.
func special(n *node) bool {
	for _, m := range n.members {
		if strings.HasPrefix(m.name, "$$") || !strings.HasPrefix(m.name, "$") {
			return false
		}
	}
	return len(n.members) > 0
}

// same expects a plain value.
type same struct{ value value }

func (m same) match(j *judging, at string, got mcp.Value) {
	if want := m.value.fill(j.vars); !equal(want, got) {
		j.differ(at, want, got)
	}
}

func (m same) words(v vars) string { return m.value.fill(v).String() }

// equal is mcp.Equal for which 1.50 and 1.5 are the same number.
func equal(a, b mcp.Value) bool {
	if a.Is(mcp.Number) && b.Is(mcp.Number) {
		_, wholeA := a.Int()
		_, wholeB := b.Int()
		x, okX := a.Float()
		y, okY := b.Float()
		return mcp.Equal(a, b) || okX && okY && x == y && !(wholeA && wholeB)
	}
	return mcp.Equal(a, b)
}

// subset expects an object with at least those members.
type subset struct{ members []namedMatcher }

type namedMatcher struct {
	name    string
	matcher matcher
}

func (m subset) match(j *judging, at string, got mcp.Value) {
	if !got.Is(mcp.Object) {
		j.add(at, m.words(j.vars), shown(got))
		return
	}
	for _, one := range m.members {
		j.check(one.matcher, below(at, one.name), got.Get(one.name))
	}
}

func (m subset) words(v vars) string {
	var all []string
	for _, one := range m.members {
		all = append(all, fmt.Sprintf("%q: %s", one.name, one.matcher.words(v)))
	}
	return "an object with {" + strings.Join(all, ", ") + "}"
}

// listOf expects a list of as many elements, each as expected.
type listOf struct{ items []matcher }

func (m listOf) match(j *judging, at string, got mcp.Value) {
	items := got.Items()
	if !got.Is(mcp.Array) || len(items) != len(m.items) {
		want := m.words(j.vars)
		if got.Is(mcp.Array) {
			j.add(at, fmt.Sprintf("%d elements, %s", len(m.items), want), fmt.Sprintf("%d, %s", len(items), got))
			return
		}
		j.add(at, want, shown(got))
		return
	}
	for i, one := range m.items {
		j.check(one, element(at, i), items[i])
	}
}

func (m listOf) words(v vars) string {
	var all []string
	for _, one := range m.items {
		all = append(all, one.words(v))
	}
	return "[" + strings.Join(all, ", ") + "]"
}

// exact expects a value with nothing beside it.
type exact struct{ value value }

func (m exact) match(j *judging, at string, got mcp.Value) { j.exact(at, m.value.fill(j.vars), got) }

func (m exact) words(v vars) string { return "exactly " + m.value.fill(v).String() }

// exact notes where got is not want, as deep as it can.
func (j *judging) exact(at string, want, got mcp.Value) {
	switch {
	case want.Kind() != got.Kind():
		j.differ(at, want, got)
	case want.Is(mcp.Object):
		for _, m := range want.Members() {
			j.exact(below(at, m.Name), m.Value, got.Get(m.Name))
		}
		for _, m := range got.Members() {
			if !want.Has(m.Name) {
				j.add(below(at, m.Name), "nothing", m.Value.String())
			}
		}
	case want.Is(mcp.Array) && len(want.Items()) == len(got.Items()):
		for i, one := range want.Items() {
			j.exact(element(at, i), one, got.Items()[i])
		}
	case !equal(want, got):
		j.differ(at, want, got)
	}
}
