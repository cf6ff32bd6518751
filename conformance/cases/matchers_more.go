package cases

import (
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// anything expects that something is there.
type anything struct{}

func (anything) match(*judging, string, mcp.Value) {}
func (anything) words(vars) string                 { return "anything" }

// absent expects that nothing is there.
type absent struct{}

func (absent) match(j *judging, at string, got mcp.Value) { j.add(at, "nothing", got.String()) }
func (absent) missing(*judging, string)                   {}
func (absent) words(vars) string                          { return "nothing" }

// contains expects an element, or within text another text.
type contains struct{ inner matcher }

func (m contains) match(j *judging, at string, got mcp.Value) {
	if plainText, ok := m.inner.(same); ok && got.Is(mcp.String) {
		want := plainText.value.fill(j.vars)
		if !want.Is(mcp.String) || !strings.Contains(got.Text(), want.Text()) {
			j.add(at, m.words(j.vars), shown(got))
		}
		return
	}
	for _, item := range got.Items() {
		if j.fits(m.inner, item) {
			return
		}
	}
	j.add(at, m.words(j.vars), shown(got))
}

func (m contains) words(v vars) string { return "something that contains " + m.inner.words(v) }

// each expects the same of every element.
type each struct{ inner matcher }

func (m each) match(j *judging, at string, got mcp.Value) {
	if !got.Is(mcp.Array) {
		j.add(at, m.words(j.vars), shown(got))
		return
	}
	for i, item := range got.Items() {
		j.check(m.inner, element(at, i), item)
	}
}

func (m each) words(v vars) string { return "a list of " + m.inner.words(v) }

// not expects anything else; what is not there is something else.
type not struct{ inner matcher }

func (m not) match(j *judging, at string, got mcp.Value) {
	if j.fits(m.inner, got) {
		j.add(at, m.words(j.vars), shown(got))
	}
}

func (m not) missing(j *judging, at string) { m.match(j, at, mcp.Value{}) }
func (m not) words(v vars) string           { return "anything but " + m.inner.words(v) }

// anyOf expects one of several.
type anyOf []matcher

func (r *reader) anyOf(n *node) matcher {
	if n.kind != mcp.Array || len(n.items) == 0 {
		r.fail(n, "$anyOf is a list of what is expected")
		return nil
	}
	var all anyOf
	for _, item := range n.items {
		all = append(all, r.expected(item))
	}
	return all
}

func (m anyOf) match(j *judging, at string, got mcp.Value) {
	for _, one := range m {
		if j.fits(one, got) {
			return
		}
	}
	j.add(at, m.words(j.vars), shown(got))
}

func (m anyOf) missing(j *judging, at string) { m.match(j, at, mcp.Value{}) }

func (m anyOf) words(v vars) string {
	var all []string
	for _, one := range m {
		all = append(all, one.words(v))
	}
	return strings.Join(all, " or ")
}
