package compat

import (
	"regexp/syntax"
	"strings"
)

// speller writes a match of a pattern. It may be wrong where the pattern has
// anchors within, so that what it writes is judged again.
type speller struct {
	more int // how far repeats are drawn out
	pick int // which branch and character, modulo their number
	left int
}

func (s *speller) spell(t *syntax.Regexp) string {
	if s.left--; s.left < 0 {
		return ""
	}
	switch t.Op {
	case syntax.OpLiteral:
		return string(t.Rune)
	case syntax.OpCharClass:
		return string(character(t.Rune, s.pick))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return []string{"x", "0", "A", " ", "é"}[s.pick%5]
	case syntax.OpCapture:
		return s.spell(t.Sub[0])
	case syntax.OpStar:
		return s.repeat(t.Sub[0], s.more)
	case syntax.OpPlus:
		return s.repeat(t.Sub[0], max(1, s.more))
	case syntax.OpQuest:
		return s.repeat(t.Sub[0], min(1, s.more))
	case syntax.OpRepeat:
		n := t.Min + s.more
		if t.Max >= 0 {
			n = min(n, t.Max)
		}
		return s.repeat(t.Sub[0], n)
	case syntax.OpAlternate:
		return s.spell(t.Sub[s.pick%len(t.Sub)])
	case syntax.OpConcat:
		var b strings.Builder
		for _, sub := range t.Sub {
			b.WriteString(s.spell(sub))
		}
		return b.String()
	}
	return ""
}

func (s *speller) repeat(t *syntax.Regexp, n int) string {
	var b strings.Builder
	for range n {
		if s.left < 0 {
			break
		}
		b.WriteString(s.spell(t))
	}
	return b.String()
}

// character picks one of a class: a readable one at first, then the ends of its
// ranges.
func character(ranges []rune, pick int) rune {
	var some []rune
	for _, want := range "xA0_- .@" {
		if inClass(ranges, want) {
			some = append(some, want)
		}
	}
	for i, r := range ranges {
		if i < 8 && 0x20 <= r && r < 0x7f {
			some = append(some, r)
		}
	}
	if len(some) == 0 && len(ranges) > 0 {
		some = ranges[:1]
	}
	if len(some) == 0 {
		return 'x'
	}
	return some[pick%len(some)]
}

func inClass(ranges []rune, r rune) bool {
	for i := 0; i+1 < len(ranges); i += 2 {
		if ranges[i] <= r && r <= ranges[i+1] {
			return true
		}
	}
	return false
}

// spellAll lists all texts that a pattern matches, if it is anchored and they
// are few.
func spellAll(t *syntax.Regexp) ([]any, bool) {
	for t.Op == syntax.OpCapture {
		t = t.Sub[0]
	}
	if t.Op != syntax.OpConcat || len(t.Sub) < 2 || t.Sub[0].Op != syntax.OpBeginText || t.Sub[len(t.Sub)-1].Op != syntax.OpEndText {
		return nil, false
	}
	all, ok := product(t.Sub[1 : len(t.Sub)-1])
	return anys(all), ok
}

func product(parts []*syntax.Regexp) ([]string, bool) {
	all := []string{""}
	for _, part := range parts {
		ends, ok := few(part)
		if !ok || len(all)*len(ends) > maxListed {
			return nil, false
		}
		var next []string
		for _, start := range all {
			for _, end := range ends {
				next = append(next, start+end)
			}
		}
		all = next
	}
	return all, true
}

func few(t *syntax.Regexp) ([]string, bool) {
	switch t.Op {
	case syntax.OpEmptyMatch:
		return []string{""}, true
	case syntax.OpLiteral:
		if t.Flags&syntax.FoldCase != 0 {
			return nil, false
		}
		return []string{string(t.Rune)}, true
	case syntax.OpCharClass:
		var all []string
		for i := 0; i+1 < len(t.Rune); i += 2 {
			if int(t.Rune[i+1]-t.Rune[i])+len(all) > maxListed {
				return nil, false
			}
			for r := t.Rune[i]; r <= t.Rune[i+1]; r++ {
				all = append(all, string(r))
			}
		}
		return all, true
	case syntax.OpCapture:
		return few(t.Sub[0])
	case syntax.OpQuest:
		all, ok := few(t.Sub[0])
		return append(all[:len(all):len(all)], ""), ok
	case syntax.OpAlternate:
		var all []string
		for _, sub := range t.Sub {
			more, ok := few(sub)
			if all = append(all, more...); !ok || len(all) > maxListed {
				return nil, false
			}
		}
		return all, true
	case syntax.OpConcat:
		return product(t.Sub)
	}
	return nil, false
}
