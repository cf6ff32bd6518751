package compat

import (
	"slices"
	"strconv"

	"github.com/mcpctl/mcpctl/mcp"
)

// walk goes through both schemas side by side, to name their differences.
type walk struct {
	*comparison
	path  []string // pairs being walked, to come back from recursive schemas
	steps int
}

const maxSteps = 20_000

// part is one schema, or several at once, with all that allOf and $ref bring in.
type part struct {
	nodes []*node
	lits  []*literal
	raws  []map[string]any
}

func flat(nodes []*node) *part {
	p := &part{}
	for _, n := range nodes {
		p.take(n)
	}
	return p
}

func (p *part) take(n *node) {
	if slices.Contains(p.nodes, n) {
		return
	}
	p.nodes = append(p.nodes, n)
	if m, ok := n.raw.(map[string]any); ok {
		p.raws = append(p.raws, m)
	}
	for _, l := range n.lits {
		if l.op != opAll {
			p.lits = append(p.lits, l)
			continue
		}
		for _, kid := range l.kids {
			p.take(kid)
		}
	}
}

// of are the literals of some kinds.
func (p *part) of(ops ...op) []*literal {
	return slices.DeleteFunc(slices.Clone(p.lits), func(l *literal) bool { return !slices.Contains(ops, l.op) })
}

// keyword is the value of a keyword, if it is there.
func (p *part) keyword(name string) mcp.Value {
	for _, m := range p.raws {
		if v, ok := m[name]; ok {
			return mcp.ValueOf(v)
		}
	}
	return mcp.Value{}
}

// pair compares two parts at one place of the instance. lift makes what wide asks
// for there into what it asks of the root.
func (w *walk) pair(at string, a, b []*node, lift func(*node) *node) {
	here := keyOf(each(a, false)) + keyOf(each(b, false))
	if w.steps++; w.same(a, b) || slices.Contains(w.path, here) || w.full() {
		return
	}
	w.path = append(w.path, here)
	defer func() { w.path = w.path[:len(w.path)-1] }()
	p := &place{walk: w, at: at, a: flat(a), b: flat(b), lift: lift}
	p.keywords()
	p.required()
	p.members()
	p.items()
}

func (w *walk) full() bool { return w.steps > maxSteps || len(w.found) >= maxDifferences }

// same reports whether two lists of nodes mean the same.
func (w *walk) same(a, b []*node) bool { return keyOf(each(a, false)) == keyOf(each(b, false)) }

// place is where the walk is.
type place struct {
	*walk
	at   string
	a, b *part
	lift func(*node) *node
}

// wide chooses what the wider of the two schemas asks for.
func choose[T any](p *place, a, b T) T {
	if p.comparison.wide == p.comparison.before {
		return a
	}
	return b
}

// add reports a difference: asked is what wide asks for there, nil for nothing.
func (p *place) add(d Difference, asked *node) {
	if p.full() {
		return
	}
	if p.proven || asked == nil {
		d.Verdict = Compatible
	} else {
		p.weigh(&d, p.ask(goal{p.narrow.root, false}, goal{p.lift(asked), true}))
	}
	d.Undeclared = d.Undeclared && d.Verdict != Compatible
	p.found = append(p.found, d)
}

// groups are literals that say one thing together.
var groups = [][]op{{opTypes}, {opEnum}, {opLower}, {opUpper}, {opMultiple}, {opMinLength}, {opMaxLength}, {opPattern}, {opFormat},
	{opMinMembers}, {opMaxMembers}, {opNeeds}, {opWhen}, {opNames}, {opMinItems}, {opMaxItems}, {opUnique}, {opAtLeast, opAtMost},
	{opAny}, {opOne}, {opNot}, {opIf}, {opOpaque}}

// keywords compares what is not about members or items one by one.
func (p *place) keywords() {
	for _, ops := range groups {
		a, b := p.a.of(ops...), p.b.of(ops...)
		if p.same(p.nodes(a), p.nodes(b)) {
			continue
		}
		d := Difference{Pointer: p.at, Before: p.a.values(a), After: p.b.values(b)}
		for _, l := range append(slices.Clone(a), b...) {
			d.Keyword = l.keyword
		}
		d.Message = changed(d, a, b)
		p.add(d, p.together(choose(p, a, b)))
	}
}

// values are the values of the keyword that literals come from.
func (p *part) values(lits []*literal) mcp.Value {
	if len(lits) == 0 {
		return mcp.Value{}
	}
	return p.keyword(lits[0].keyword)
}

func (p *place) nodes(lits []*literal) []*node {
	var nodes []*node
	for _, l := range lits {
		nodes = append(nodes, p.single(l))
	}
	return nodes
}

// together is the node of some literals, nil for none.
func (p *place) together(lits []*literal) *node {
	if len(lits) == 0 {
		return nil
	}
	return p.graph.all(p.nodes(lits))
}

func (p *place) required() {
	names := func(part *part) []string {
		var all []string
		for _, l := range part.of(opRequired) {
			all = append(all, l.text)
		}
		return all
	}
	a, b := names(p.a), names(p.b)
	for _, name := range unique(append(slices.Clone(a), b...)) {
		was, is := slices.Contains(a, name), slices.Contains(b, name)
		if was == is {
			continue
		}
		d := Difference{Pointer: p.at + "/" + escape(name), Keyword: "required", Before: p.a.keyword("required"), After: p.b.keyword("required"),
			Message: "the member " + quote(name) + " is required now"}
		if was {
			d.Message = "the member " + quote(name) + " is not required any more"
		}
		var asked *node
		if choose(p, was, is) {
			asked = p.of(&literal{op: opRequired, keyword: "required", text: name})
		}
		p.add(d, asked)
	}
}

// items compares item by item where they differ by place, then all the others.
func (p *place) items() {
	zone := 0
	for _, l := range append(p.a.of(opItem, opRest), p.b.of(opItem, opRest)...) {
		if l.op == opItem {
			zone = max(zone, l.n+1)
		} else {
			zone = max(zone, l.n)
		}
	}
	for i := range min(zone, maxPlaces) {
		place := strconv.Itoa(i)
		p.item(place, "prefixItems", &literal{op: opItem, keyword: "prefixItems", n: i}, func(l *literal) bool {
			return l.op == opItem && l.n == i || l.op == opRest && l.n <= i
		})
	}
	p.item("*", "items", &literal{op: opRest, keyword: "items", n: zone}, func(l *literal) bool { return l.op == opRest })
}

// item compares the items that some literals are about; asks is a literal that
// asks for something of just these.
func (p *place) item(where, keyword string, asks *literal, about func(*literal) bool) {
	pick := func(part *part) (nodes []*node) {
		for _, l := range part.lits {
			if about(l) {
				nodes = append(nodes, l.kids[0])
				keyword = l.keyword
			}
		}
		return nodes
	}
	p.below(Difference{Pointer: p.at + "/" + where, Keyword: keyword}, pick(p.a), pick(p.b), asks)
}

// below compares what is asked of one member or item, or of many alike.
func (p *place) below(d Difference, a, b []*node, asks *literal) {
	lift := func(n *node) *node {
		l := *asks
		l.own = ""
		l.kids = []*node{n}
		return p.lift(p.of(&l))
	}
	switch {
	case p.same(a, b):
		return
	case len(a) > 0 && len(b) > 0 && !constant(a) && !constant(b):
		p.pair(d.Pointer, a, b, lift)
		return
	}
	if keyword := d.Keyword; d.Message == "" {
		d.Before, d.After = raws(a), raws(b)
		if d.Message = said(keyword, d.Before, d.After); keyword == "" {
			d.Message = "what is allowed has changed"
		}
	}
	below := *p
	below.lift = lift
	wide := choose(p, a, b)
	var asked *node
	if len(wide) > 0 {
		asked = p.graph.all(wide)
	}
	below.add(d, asked)
}

// constant reports whether nodes are true or false.
func constant(nodes []*node) bool {
	return slices.ContainsFunc(nodes, func(n *node) bool { _, ok := n.raw.(bool); return ok })
}

func raws(nodes []*node) mcp.Value {
	if len(nodes) == 0 {
		return mcp.Value{}
	}
	return mcp.ValueOf(nodes[0].raw)
}
