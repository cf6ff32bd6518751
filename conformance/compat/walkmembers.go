package compat

import "slices"

// members compares member by member, then those that match patterns, then all
// the others.
func (p *place) members() {
	var names []string
	var patterns []*literal
	for _, l := range append(p.a.of(opMember, opMatching), p.b.of(opMember, opMatching)...) {
		if l.op == opMember {
			names = append(names, l.text)
		} else if !slices.ContainsFunc(patterns, func(o *literal) bool { return o.text == l.text }) {
			patterns = append(patterns, l)
		}
	}
	names = unique(names)
	for _, name := range names {
		p.member(name)
	}
	for _, l := range patterns {
		pick := func(part *part) []*node {
			return kidsOf(part, func(o *literal) bool { return o.op == opMatching && o.text == l.text })
		}
		p.below(Difference{Pointer: p.at + "/*", Keyword: "patternProperties"}, pick(p.a), pick(p.b), l)
	}
	p.others(names, patterns)
}

// member compares the members of one name. What a schema asks of a name that it
// does not declare, it asks by patterns or of all others.
func (p *place) member(name string) {
	effective := func(part *part) []*node {
		return kidsOf(part, func(l *literal) bool {
			return l.op == opMember && l.text == name || l.op == opMatching && l.matches(name) == yes || l.op == opAdditional && l.extra(name) == yes
		})
	}
	declared := func(part *part) []*node {
		return kidsOf(part, func(l *literal) bool { return l.op == opMember && l.text == name })
	}
	a, b := effective(p.a), effective(p.b)
	was, is := declared(p.a), declared(p.b)
	asks := &literal{op: opMember, keyword: "properties", text: name}
	d := Difference{Pointer: p.at + "/" + escape(name), Keyword: "properties", Before: raws(was), After: raws(is)}
	switch {
	case len(was) > 0 && len(is) > 0:
		d.Message = "the member " + quote(name) + " has changed"
		p.below(d, a, b, asks)
		return
	case len(was) > 0:
		d.Message = "the member " + quote(name) + " is not declared any more"
	default:
		d.Message = "the member " + quote(name) + " is new"
	}
	if p.same(a, b) {
		return
	}
	d.Undeclared = len(choose(p, is, was)) == 0 && len(choose(p, b, a)) == 0
	var asked *node
	if wide := choose(p, a, b); len(wide) > 0 {
		l := *asks
		l.kids = []*node{p.graph.all(wide)}
		asked = p.of(&l)
	}
	p.add(d, asked)
}

// others compares what additionalProperties asks for.
func (p *place) others(names []string, patterns []*literal) {
	pick := func(part *part) []*node {
		return kidsOf(part, func(l *literal) bool { return l.op == opAdditional })
	}
	d := Difference{Pointer: p.at + "/*", Keyword: "additionalProperties"}
	for _, l := range append(p.a.of(opAdditional), p.b.of(opAdditional)...) {
		d.Keyword = l.keyword
	}
	a, b := pick(p.a), pick(p.b)
	d.Undeclared = len(choose(p, b, a)) == 0
	p.below(d, a, b, &literal{op: opAdditional, keyword: d.Keyword, names: names, siblings: patterns})
}

func kidsOf(p *part, about func(*literal) bool) []*node {
	var nodes []*node
	for _, l := range p.lits {
		if about(l) {
			nodes = append(nodes, l.kids[0])
		}
	}
	return nodes
}
