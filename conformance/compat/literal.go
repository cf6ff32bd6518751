package compat

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// op is what a literal asks for.
type op int

const (
	opTypes      op = iota // one of mask
	opEnum                 // one of values
	opLower                // number ≥ r, > if strict
	opUpper                // number ≤ r, < if strict
	opMultiple             // of r
	opMinLength            // n characters
	opMaxLength            //
	opPattern              // text, compiled in re
	opFormat               // text
	opMinMembers           // n members
	opMaxMembers           //
	opRequired             // the member text
	opNeeds                // where the member text is, so is names[0]
	opMember               // kids[0] for the member text
	opMatching             // kids[0] for members whose name matches text
	opAdditional           // kids[0] for members neither in names nor matching siblings
	opNames                // kids[0] for the names
	opWhen                 // kids[0] for the object, where the member text is
	opMinItems             // n items
	opMaxItems             //
	opUnique               //
	opItem                 // kids[0] for the item n
	opRest                 // kids[0] for items from n on
	opAtLeast              // n items fit kids[0]
	opAtMost               //
	opAll                  // allOf, $ref
	opAny                  // anyOf
	opOne                  // oneOf
	opNot                  // not
	opIf                   // kids are if, then and else
	opOpaque               // undecided, for the reason why
)

// kind is a JSON type; fractions are the numbers that are no integers.
type kind uint8

const (
	null kind = 1 << iota
	boolean
	integer
	fraction
	text
	array
	object

	number   = integer | fraction
	anything = null | boolean | number | text | array | object
)

var kinds = []kind{null, boolean, integer, fraction, text, array, object}

// literal is one thing that a keyword asks for. Which fields count depends on op.
type literal struct {
	op       op
	keyword  string
	text     string
	n        int
	strict   bool
	mask     kind
	r        *big.Rat
	re       *regexp.Regexp // nil for what Go cannot run
	values   []any
	names    []string
	siblings []*literal // patterns, of opMatching
	kids     []*node
	why      string

	set map[string]bool // values, canonical
	p   *matched        // of a pattern, once asked for
	own string          // what signature says apart from kids
}

// node is a schema: all of its literals hold. Nodes with one id mean the same.
type node struct {
	id   int
	lits []*literal
	raw  any
}

// about is the types that a literal bears on; others satisfy it.
func (l *literal) about() kind {
	switch l.op {
	case opLower, opUpper, opMultiple:
		return number
	case opMinLength, opMaxLength, opPattern:
		return text
	case opFormat:
		if knownFormat(l.text) {
			return text
		}
		return text | number
	case opMinMembers, opMaxMembers, opRequired, opNeeds, opMember, opMatching, opAdditional, opNames, opWhen:
		return object
	case opMinItems, opMaxItems, opUnique, opItem, opRest, opAtLeast, opAtMost:
		return array
	}
	return anything
}

// signature tells literals apart that differ in meaning.
func (l *literal) signature() string {
	if l.own == "" {
		var b strings.Builder
		fmt.Fprint(&b, l.op, l.n, l.strict, l.mask, strconv.Quote(l.text))
		if l.r != nil {
			b.WriteString(" r" + l.r.RatString())
		}
		if l.op == opOpaque {
			b.WriteString(l.keyword)
		}
		b.WriteString(sortedJoin(l.values, canonical))
		b.WriteString(sortedJoin(l.names, strconv.Quote))
		b.WriteString(sortedJoin(l.siblings, func(s *literal) string { return strconv.Quote(s.text) }))
		l.own = b.String()
	}
	ids := make([]int, len(l.kids))
	for i, kid := range l.kids {
		ids[i] = -1
		if kid != nil {
			ids[i] = kid.id
		}
	}
	if l.op == opAll || l.op == opAny || l.op == opOne {
		slices.Sort(ids)
	}
	return l.own + fmt.Sprint(ids)
}

// lists reports whether a value is one of those listed.
func (l *literal) lists(v any) bool {
	if l.set == nil {
		l.set = make(map[string]bool, len(l.values))
		for _, one := range l.values {
			l.set[canonical(one)] = true
		}
	}
	return l.set[canonical(v)]
}

func sortedJoin[T any](all []T, f func(T) string) string {
	if len(all) == 0 {
		return ""
	}
	parts := make([]string, len(all))
	for i, one := range all {
		parts[i] = f(one)
	}
	slices.Sort(parts)
	return "[" + strings.Join(parts, ",") + "]"
}

func (n *node) signature() string {
	return strings.Join(slices.Compact(slices.Sorted(func(yield func(string) bool) {
		for _, l := range n.lits {
			if !yield(l.signature()) {
				return
			}
		}
	})), ";")
}
