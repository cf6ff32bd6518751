package compat

import (
	"slices"
	"strconv"
)

// unevaluated reads unevaluatedProperties and unevaluatedItems, once all else has
// been read. Where only allOf and $ref say what is evaluated, they are
// additionalProperties and items that look further; otherwise they stay opaque,
// together with all that they depend on.
func (r *reader) unevaluated() {
	for _, keyword := range []string{"unevaluatedProperties", "unevaluatedItems"} {
		if !r.has(keyword) {
			continue
		}
		kid := r.kid(keyword)
		seen := &evaluated{visited: map[*node]bool{r.node: true}}
		seen.look(r.node)
		switch {
		case seen.varies || keyword == "unevaluatedItems" && seen.contains:
			rest := &node{raw: r.m, lits: slices.Clone(r.node.lits)}
			r.all = append(r.all, rest)
			l := &literal{op: opOpaque, keyword: keyword, text: strconv.Itoa(r.draft), kids: []*node{rest, kid},
				why: keyword + " depends on which branch of the schema an instance takes"}
			if seen.hidden {
				l.text = r.name + " " + r.place // literals do not tell all that it depends on
			}
			r.add(l)
		case keyword == "unevaluatedProperties" && !seen.members:
			r.add(&literal{op: opAdditional, keyword: keyword, names: seen.names, siblings: seen.siblings, kids: []*node{kid}})
		case keyword == "unevaluatedItems" && !seen.items:
			r.add(&literal{op: opRest, keyword: keyword, n: seen.tuple, kids: []*node{kid}})
		}
	}
}

// evaluated is what the keywords of a schema look at.
type evaluated struct {
	visited  map[*node]bool
	names    []string
	siblings []*literal
	tuple    int
	members  bool // all of them
	items    bool // all of them
	contains bool
	varies   bool // with the instance
	hidden   bool // in a way that has left no literal
}

func (e *evaluated) look(n *node) {
	m, _ := n.raw.(map[string]any)
	if _, ok := m["contains"]; ok {
		e.contains = true
		e.hidden = e.hidden || m["minContains"] != nil
	}
	if _, ok := m["if"]; ok {
		e.varies = true
		e.hidden = e.hidden || m["then"] == nil && m["else"] == nil
	}
	for _, l := range n.lits {
		switch l.op {
		case opMember:
			e.names = append(e.names, l.text)
		case opMatching:
			e.siblings = append(e.siblings, l)
		case opAdditional:
			e.members = true
		case opItem:
			e.tuple = max(e.tuple, l.n+1)
		case opRest:
			e.items = true
		case opAll:
			for _, kid := range l.kids {
				e.below(kid)
			}
		case opAny, opOne, opIf, opWhen:
			e.varies = true
			for _, kid := range l.kids {
				if kid != nil {
					e.below(kid)
				}
			}
		case opOpaque:
			e.varies = true
		}
	}
}

// below looks at a schema that applies to the same instance.
func (e *evaluated) below(n *node) {
	if e.visited[n] {
		return
	}
	e.visited[n] = true
	m, _ := n.raw.(map[string]any)
	_, members := m["unevaluatedProperties"]
	_, items := m["unevaluatedItems"]
	e.members = e.members || members
	e.items = e.items || items
	e.look(n)
}
