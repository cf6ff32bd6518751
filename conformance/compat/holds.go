package compat

import (
	"slices"
	"unicode/utf8"

	"math/big"
)

// truth is the answer to whether an instance fits.
type truth int

const (
	no truth = iota
	maybe
	yes
)

func (t truth) flip() truth { return yes - t }

func truly(b bool) truth {
	if b {
		return yes
	}
	return no
}

// maxNest bounds how deep instances and choices are followed.
const maxNest = 100

// judge tells whether instances fit nodes, within an effort.
type judge struct{ effort *int }

func (j judge) goal(g goal, v any) truth {
	t := j.node(g.node, v, 0)
	if g.refuted {
		return t.flip()
	}
	return t
}

func (j judge) node(n *node, v any, depth int) truth {
	if *j.effort--; *j.effort < 0 || depth > maxNest {
		return maybe
	}
	all := yes
	is := kindOf(v)
	for _, l := range n.lits {
		if l.about()&is == 0 {
			continue
		}
		if all = min(all, j.literal(l, v, is, depth+1)); all == no {
			return no
		}
	}
	return all
}

func (j judge) literal(l *literal, v any, is kind, depth int) truth {
	switch l.op {
	case opTypes:
		return truly(l.mask&is != 0)
	case opEnum:
		return truly(l.lists(v))
	case opLower, opUpper, opMultiple:
		return truly(l.number(rational(v)))
	case opMinLength:
		return truly(utf8.RuneCountInString(v.(string)) >= l.n)
	case opMaxLength:
		return truly(utf8.RuneCountInString(v.(string)) <= l.n)
	case opPattern:
		return l.matches(v.(string))
	case opFormat:
		if s, ok := v.(string); ok && slices.Contains(examples(l.text), s) {
			return yes
		}
		return maybe
	case opMinMembers, opMaxMembers, opRequired, opNeeds, opMember, opMatching, opAdditional, opNames, opWhen:
		return j.members(l, v.(map[string]any), depth)
	case opMinItems, opMaxItems, opUnique, opItem, opRest, opAtLeast, opAtMost:
		return j.items(l, v.([]any), depth)
	}
	return j.choice(l, v, depth)
}

// number tells whether a number fits a bound or divisor.
func (l *literal) number(r *big.Rat) bool {
	switch l.op {
	case opMultiple:
		return new(big.Rat).Quo(r, l.r).IsInt()
	case opLower:
		return r.Cmp(l.r) > 0 || !l.strict && r.Cmp(l.r) == 0
	}
	return r.Cmp(l.r) < 0 || !l.strict && r.Cmp(l.r) == 0
}

// matches tells whether a text matches a pattern.
func (l *literal) matches(s string) truth {
	if l.re == nil {
		return maybe
	}
	return truly(l.re.MatchString(s))
}

// extra tells whether a name is one that additionalProperties is about.
func (l *literal) extra(name string) truth {
	if slices.Contains(l.names, name) {
		return no
	}
	t := yes
	for _, sibling := range l.siblings {
		t = min(t, sibling.matches(name).flip())
	}
	return t
}

func (j judge) choice(l *literal, v any, depth int) truth {
	switch l.op {
	case opAll:
		all := yes
		for _, kid := range l.kids {
			all = min(all, j.node(kid, v, depth))
		}
		return all
	case opAny:
		some := no
		for _, kid := range l.kids {
			some = max(some, j.node(kid, v, depth))
		}
		return some
	case opOne:
		sure, possible := 0, 0
		for _, kid := range l.kids {
			switch j.node(kid, v, depth) {
			case yes:
				sure++
			case maybe:
				possible++
			}
		}
		switch {
		case sure > 1 || sure+possible == 0:
			return no
		case possible > 0:
			return maybe
		}
		return yes
	case opNot:
		return j.node(l.kids[0], v, depth).flip()
	case opIf:
		branch := func(kid *node) truth {
			if kid == nil {
				return yes
			}
			return j.node(kid, v, depth)
		}
		switch j.node(l.kids[0], v, depth) {
		case yes:
			return branch(l.kids[1])
		case no:
			return branch(l.kids[2])
		}
		if a, b := branch(l.kids[1]), branch(l.kids[2]); a == b {
			return a
		}
	}
	return maybe
}

func (j judge) members(l *literal, m map[string]any, depth int) truth {
	value, there := m[l.text]
	switch l.op {
	case opMinMembers:
		return truly(len(m) >= l.n)
	case opMaxMembers:
		return truly(len(m) <= l.n)
	case opRequired:
		return truly(there)
	case opNeeds:
		_, needed := m[l.names[0]]
		return truly(!there || needed)
	case opMember:
		if there {
			return j.node(l.kids[0], value, depth)
		}
		return yes
	case opWhen:
		if there {
			return j.node(l.kids[0], m, depth)
		}
		return yes
	}
	all := yes
	for name, value := range m {
		var t truth
		switch l.op {
		case opMatching:
			t = max(l.matches(name).flip(), j.node(l.kids[0], value, depth))
		case opAdditional:
			t = max(l.extra(name).flip(), j.node(l.kids[0], value, depth))
		default:
			t = j.node(l.kids[0], name, depth)
		}
		all = min(all, t)
	}
	return all
}

func (j judge) items(l *literal, list []any, depth int) truth {
	switch l.op {
	case opMinItems:
		return truly(len(list) >= l.n)
	case opMaxItems:
		return truly(len(list) <= l.n)
	case opUnique:
		seen := map[string]bool{}
		for _, item := range list {
			seen[string(rune('0'+kindOf(item)))+canonical(item)] = true
		}
		return truly(len(seen) == len(list))
	case opItem:
		if l.n < len(list) {
			return j.node(l.kids[0], list[l.n], depth)
		}
		return yes
	case opRest:
		all := yes
		for i := l.n; i < len(list); i++ {
			all = min(all, j.node(l.kids[0], list[i], depth))
		}
		return all
	}
	sure, possible := 0, 0
	for _, item := range list {
		switch j.node(l.kids[0], item, depth) {
		case yes:
			sure++
		case maybe:
			possible++
		}
	}
	if l.op == opAtLeast {
		return between(sure >= l.n, sure+possible < l.n)
	}
	return between(sure+possible <= l.n, sure > l.n)
}

func between(surely, never bool) truth {
	switch {
	case surely:
		return yes
	case never:
		return no
	}
	return maybe
}
