package compat

import (
	"maps"
	"slices"
)

// branch is one way to meet the goals, for one type.
type branch struct {
	*solver
	kind    kind
	goals   []goal       // all of the question, by which models are judged
	seen    map[int]bool // goals that were taken in
	wanted  []*literal   // that hold
	refused []*literal   // that do not
	choices []choice     // still to be made
	why     string       // what cannot be decided in this branch
}

func (b *branch) clone() *branch {
	c := *b
	c.seen = maps.Clone(b.seen)
	c.wanted = slices.Clone(b.wanted)
	c.refused = slices.Clone(b.refused)
	c.choices = slices.Clone(b.choices)
	return &c
}

// branchUnit is how much of a branch may be copied for one unit of effort: in
// schemas of many alternatives, branches are what costs.
const branchUnit = 4

// size is how much is copied and looked through with each way.
func (b *branch) size() int { return len(b.seen) + len(b.wanted) + len(b.refused) + len(b.choices) }

// choice is several ways to go on, one of which must be gone.
type choice struct {
	ways   [][]goal
	wanted bool // by anyOf and the like, rather than by what is refused
}

func (b *branch) choose(ways [][]goal, wanted bool) {
	b.choices = append(b.choices, choice{ways, wanted})
}

// decide takes in goals, then makes the choices that they leave: at once those
// that leave one way or none, then those by which the schemas distinguish cases.
func (b *branch) decide(goals []goal) answer {
	if !b.take(goals) || b.leaf(0).empty {
		return answer{empty: true}
	}
	if len(b.choices) == 0 {
		return b.leaf(maxModels)
	}
	best := 0
	for i, c := range b.choices {
		open := b.ways(i, 2)
		if len(open) == 0 {
			return answer{empty: true}
		}
		if len(open) == 1 {
			return open[0].decide(nil)
		}
		now := b.choices[best]
		if c.wanted && !now.wanted || c.wanted == now.wanted && len(c.ways) < len(now.ways) {
			best = i
		}
	}
	all := answer{empty: true}
	for _, way := range b.ways(best, 0) {
		all.join(way.decide(nil))
		if !all.empty && (len(all.models) >= maxModels || b.effort < 0) {
			break
		}
	}
	return all
}

// ways are the branches of a choice that are not plainly closed. If limit is not
// zero, it looks for no more than that.
func (b *branch) ways(i, limit int) []*branch {
	var open []*branch
	for _, way := range b.choices[i].ways {
		if limit > 0 && len(open) >= limit {
			break
		}
		c := b.clone()
		c.choices = slices.Delete(c.choices, i, i+1)
		if !b.spend(1 + b.size()/branchUnit) {
			c.why = tooLong
			c.choices = nil
			return append(open, c)
		}
		if c.take(way) && !c.leaf(0).empty {
			open = append(open, c)
		}
	}
	return open
}

// take takes in goals and reports whether the branch is still open.
func (b *branch) take(goals []goal) bool {
	for len(goals) > 0 {
		g := goals[0]
		goals = goals[1:]
		if b.seen[g.key()] {
			continue
		}
		if b.seen[goal{g.node, !g.refuted}.key()] {
			return false
		}
		b.seen[g.key()] = true
		if !b.spend(1) {
			b.why = tooLong
			return true
		}
		more, open := b.into(g)
		if !open {
			return false
		}
		goals = append(goals, more...)
	}
	return true
}

// into takes one goal apart into literals; what it asks for further is answered.
func (b *branch) into(g goal) (more []goal, open bool) {
	var ways [][]goal
	for _, l := range g.node.lits {
		if l.about()&b.kind == 0 {
			continue
		}
		one := b.single(l)
		if !g.refuted && one.id != g.node.id {
			more = append(more, goal{one, false})
			continue
		}
		if g.refuted && one.id != g.node.id {
			ways = append(ways, []goal{{one, true}})
			continue
		}
		return b.literal(l, g.refuted)
	}
	if !g.refuted {
		return more, true
	}
	if len(ways) == 1 {
		return ways[0], true
	}
	b.choose(ways, false)
	return nil, len(ways) > 0
}

// single is the node of one literal alone.
func (s *solver) single(l *literal) *node {
	n, ok := s.singles[l]
	if !ok {
		n = s.of(l)
		s.singles[l] = n
	}
	return n
}

// literal takes in one literal, or its opposite.
func (b *branch) literal(l *literal, refuted bool) (more []goal, open bool) {
	switch l.op {
	case opTypes:
		return nil, (l.mask&b.kind != 0) != refuted
	case opAll, opAny:
		if (l.op == opAll) != refuted {
			return each(l.kids, refuted), true
		}
		var ways [][]goal
		for _, kid := range l.kids {
			ways = append(ways, []goal{{kid, refuted}})
		}
		b.choose(ways, !refuted)
		return nil, len(ways) > 0
	case opOne:
		b.choose(exactlyOne(l.kids, refuted), !refuted)
	case opNot:
		return []goal{{l.kids[0], !refuted}}, true
	case opIf:
		b.choose(conditional(l.kids, refuted), !refuted)
	case opWhen, opNeeds:
		has := b.of(&literal{op: opRequired, keyword: "required", text: l.text})
		var then *node
		if l.op == opWhen {
			then = l.kids[0]
		} else {
			then = b.of(&literal{op: opRequired, keyword: "required", text: l.names[0]})
		}
		if refuted {
			return []goal{{has, false}, {then, true}}, true
		}
		b.choose([][]goal{{{has, true}}, {{then, false}}}, true)
	default:
		if l.op == opOpaque {
			b.why = l.why
		}
		if !refuted {
			b.wanted = append(b.wanted, l)
			return nil, true
		}
		if l.op == opFormat {
			b.why = "validators need not assert the format " + quote(l.text)
		}
		b.refused = append(b.refused, l)
	}
	return nil, true
}

func each(nodes []*node, refuted bool) []goal {
	var goals []goal
	for _, n := range nodes {
		goals = append(goals, goal{n, refuted})
	}
	return goals
}

// exactlyOne is the ways in which one node holds and the others do not, or the
// opposite: none holds, or two do.
func exactlyOne(nodes []*node, refuted bool) [][]goal {
	var ways [][]goal
	if refuted {
		ways = append(ways, each(nodes, true))
	}
	for i, n := range nodes {
		if refuted {
			for _, other := range nodes[i+1:] {
				ways = append(ways, []goal{{n, false}, {other, false}})
			}
			continue
		}
		way := each(nodes, true)
		way[i].refuted = false
		ways = append(ways, way)
	}
	return ways
}

func conditional(nodes []*node, refuted bool) [][]goal {
	var ways [][]goal
	for i, kid := range nodes[1:] {
		way := []goal{{nodes[0], i == 1}}
		switch {
		case kid != nil:
			way = append(way, goal{kid, refuted})
		case refuted:
			continue
		}
		ways = append(ways, way)
	}
	return ways
}
