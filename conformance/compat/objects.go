package compat

import (
	"slices"
	"strconv"
)

// shape is what the literals of a branch say about an object.
type shape struct {
	*branch
	least, most int
	present     []string // names that must be there
	absent      []string // names that must not
	mentioned   []string // all names that any literal speaks of
	some        []*literal
	patterns    []*literal // the different ones
}

// objects answers for objects: by the members that must be there, and for each
// of them by what all keywords ask of its name and value.
func (b *branch) objects(models int) answer {
	s := &shape{branch: b, most: huge}
	s.read()
	if s.least > s.most || len(s.present) > s.most ||
		slices.ContainsFunc(s.present, func(name string) bool { return slices.Contains(s.absent, name) }) {
		return answer{empty: true}
	}
	p := plan{values: map[string][]any{}}
	for _, name := range s.present {
		value := s.member(name)
		if value.empty {
			return answer{empty: true}
		}
		p.add(name, value)
	}
	for _, l := range s.some {
		if !s.somewhere(l, &p) {
			return answer{empty: true}
		}
	}
	if len(p.values) < s.least && !s.fill(&p) {
		return answer{empty: true}
	}
	if models == 0 {
		return answer{}
	}
	a := b.among(p.objects(), false, models)
	a.why = reason(a.why, p.why)
	return a
}

func (s *shape) read() {
	for _, l := range s.wanted {
		s.mention(l)
		switch l.op {
		case opMinMembers:
			s.least = max(s.least, l.n)
		case opMaxMembers:
			s.most = min(s.most, l.n)
		case opRequired:
			s.present = append(s.present, l.text)
		}
	}
	for _, l := range s.refused {
		s.mention(l)
		switch l.op {
		case opMinMembers:
			s.most = min(s.most, l.n-1)
		case opMaxMembers:
			s.least = max(s.least, l.n+1)
		case opRequired:
			s.absent = append(s.absent, l.text)
		case opMember:
			s.present = append(s.present, l.text)
		case opMatching, opAdditional, opNames:
			s.some = append(s.some, l)
		}
	}
	s.present = unique(s.present)
	s.mentioned = unique(s.mentioned)
}

// mention notes the names and patterns of a literal.
func (s *shape) mention(l *literal) {
	switch l.op {
	case opRequired, opMember:
		s.mentioned = append(s.mentioned, l.text)
	case opAdditional:
		s.mentioned = append(s.mentioned, l.names...)
		for _, sibling := range l.siblings {
			s.pattern(sibling)
		}
	case opMatching:
		s.pattern(l)
	case opNames:
		s.mentioned = append(s.mentioned, listed(l.kids[0], 0)...)
	}
}

func (s *shape) pattern(l *literal) {
	if !slices.ContainsFunc(s.patterns, func(p *literal) bool { return p.text == l.text }) {
		s.patterns = append(s.patterns, l)
	}
}

// listed are names that a schema of names lists.
func listed(n *node, depth int) []string {
	var all []string
	for _, l := range n.lits {
		switch {
		case l.op == opEnum:
			for _, v := range l.values {
				if name, ok := v.(string); ok {
					all = append(all, name)
				}
			}
		case l.op == opPattern:
			for _, v := range l.matched().all {
				all = append(all, v.(string))
			}
		case l.op == opAll && depth < 8:
			for _, kid := range l.kids {
				all = append(all, listed(kid, depth+1)...)
			}
		}
	}
	return all
}

func unique(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

// member answers for the value of the member of that name.
func (s *shape) member(name string, more ...goal) answer {
	for _, l := range s.wanted {
		if l.op == opNames && s.judge.node(l.kids[0], name, 0) == no {
			return answer{empty: true}
		}
	}
	return s.solve(append(s.duties(name), more...))
}

// duties is what must hold of the value of a member.
func (s *shape) duties(name string) []goal {
	goals := []goal{}
	for _, l := range s.wanted {
		switch {
		case l.op == opMember && l.text == name, l.op == opMatching && l.matches(name) == yes, l.op == opAdditional && l.extra(name) == yes:
			goals = append(goals, goal{l.kids[0], false})
		}
	}
	for _, l := range s.refused {
		if l.op == opMember && l.text == name {
			goals = append(goals, goal{l.kids[0], true})
		}
	}
	return goals
}

// somewhere looks for a member at which a refused literal fails: one whose name
// matches a pattern, is unnamed, or is no name at all. It reports false when
// there cannot be one.
func (s *shape) somewhere(l *literal, p *plan) bool {
	possible := false
	for _, name := range s.mentioned {
		if slices.Contains(s.absent, name) || len(s.present) >= s.most && !slices.Contains(s.present, name) {
			continue
		}
		value := answer{}
		switch l.op {
		case opNames:
			if s.judge.node(l.kids[0], name, 0) == yes {
				continue
			}
			value = s.member(name)
		case opMatching:
			if l.matches(name) == no {
				continue
			}
			value = s.member(name, goal{l.kids[0], true})
		default:
			if l.extra(name) == no {
				continue
			}
			value = s.member(name, goal{l.kids[0], true})
		}
		if !value.empty {
			possible = true
			if len(value.models) > 0 && len(p.extra) < maxModels {
				p.extra = append(p.extra, pair{name, value.models})
			}
			p.why = reason(p.why, value.why)
		}
	}
	if len(s.present) >= s.most {
		return possible
	}
	return s.fresh(p, l) || possible
}

// fresh looks for members of names that no literal mentions, at which the literal
// l, if any, fails. It reports false when there cannot be one.
func (s *shape) fresh(p *plan, l *literal) bool {
	if len(s.patterns) > maxPatterns {
		p.why = "too many patterns of names bear on one object"
		return true
	}
	possible := false
	for bits := range 1 << len(s.patterns) {
		names, values := s.assigned(bits)
		if l != nil {
			switch {
			case l.op == opNames:
				names = append(names, goal{l.kids[0], true})
			case l.op == opMatching && !s.sign(bits, l), l.op == opAdditional && !s.extra(bits, l):
				continue
			default:
				values = append(values, goal{l.kids[0], true})
			}
		}
		value := s.solve(values)
		if value.empty {
			continue
		}
		name := s.solve(names)
		if name.empty {
			continue
		}
		possible = true
		p.why = reason(p.why, reason(name.why, value.why))
		for i, one := range name.models {
			if text, ok := one.(string); ok && len(value.models) > 0 && i < 2 {
				p.extra = append(p.extra, pair{text, value.models})
			}
		}
	}
	return possible
}

// assigned is what must hold of the name and of the value of an unmentioned
// member that matches just those patterns whose bit is set.
func (s *shape) assigned(bits int) (names, values []goal) {
	others := make([]any, len(s.mentioned))
	for i, name := range s.mentioned {
		others[i] = name
	}
	names = append(names, goal{s.of(&literal{op: opTypes, keyword: "type", mask: text}), false})
	if len(others) > 0 {
		names = append(names, goal{s.of(&literal{op: opEnum, keyword: "enum", values: others}), true})
	}
	for i, p := range s.patterns {
		asked := &literal{op: opPattern, keyword: "pattern", text: p.text, re: p.re}
		names = append(names, goal{s.of(asked), bits>>i&1 == 0})
	}
	for _, l := range s.wanted {
		switch {
		case l.op == opNames:
			names = append(names, goal{l.kids[0], false})
		case l.op == opMatching && s.sign(bits, l), l.op == opAdditional && s.extra(bits, l):
			values = append(values, goal{l.kids[0], false})
		}
	}
	return names, values
}

// sign tells whether a pattern is one of those set.
func (s *shape) sign(bits int, l *literal) bool {
	i := slices.IndexFunc(s.patterns, func(p *literal) bool { return p.text == l.text })
	return bits>>i&1 == 1
}

// extra tells whether additionalProperties is about an unmentioned name.
func (s *shape) extra(bits int, l *literal) bool {
	return !slices.ContainsFunc(l.siblings, func(sibling *literal) bool { return s.sign(bits, sibling) })
}

// fill looks for further members until there are enough. It reports false when
// there cannot be enough.
func (s *shape) fill(p *plan) bool {
	further := 0
	for _, name := range s.mentioned {
		if slices.Contains(s.absent, name) || slices.Contains(s.present, name) {
			continue
		}
		if value := s.member(name); !value.empty {
			further++
			if len(value.models) > 0 {
				p.spare = append(p.spare, pair{name, value.models})
			}
		}
	}
	p.least = s.least
	known := p.extra
	p.extra = nil
	unbounded := s.fresh(p, nil)
	for _, one := range p.extra {
		p.spare = append(p.spare, one)
		for i := range min(s.least, 40) { // likely to be as good a name
			p.spare = append(p.spare, pair{one.name + strconv.Itoa(i), one.values})
		}
	}
	p.extra = known
	return unbounded || len(s.present)+further >= s.least
}

// plan is what objects are made of.
type plan struct {
	values map[string][]any // of members that must be there
	extra  []pair           // one of these is wanted, too
	spare  []pair           // to be added until there are least members
	least  int
	why    string
}

type pair struct {
	name   string
	values []any
}

func (p *plan) add(name string, value answer) {
	p.values[name] = value.models
	p.why = reason(p.why, value.why)
}

// objects are made so that every model of every member is in one of them.
func (p *plan) objects() []any {
	extras := p.extra
	if len(extras) == 0 {
		extras = []pair{{}}
	}
	var all []any
	for _, extra := range extras {
		for i := range 2 * maxModels {
			o, whole := p.object(extra, i)
			if whole {
				all = append(all, o)
			}
		}
	}
	return all
}

func (p *plan) object(extra pair, i int) (map[string]any, bool) {
	o := map[string]any{}
	for name, values := range p.values {
		if len(values) == 0 {
			return nil, false
		}
		o[name] = values[i%len(values)]
	}
	if extra.values != nil {
		o[extra.name] = extra.values[i%len(extra.values)]
	}
	for _, one := range p.spare {
		if _, there := o[one.name]; len(o) < p.least && !there {
			o[one.name] = one.values[i%len(one.values)]
		}
	}
	return o, true
}
