package compat

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxSpelt bounds a text that is made, and maxWritten those of one branch, in
// characters.
const (
	maxSpelt   = 4_000
	maxWritten = 25_000
)

// texts answers for strings: by their length, by formats and patterns.
func (b *branch) texts(models int) answer {
	low, high := 0, huge
	var formats, patterns []*literal
	for _, l := range b.wanted {
		switch l.op {
		case opMinLength:
			low = max(low, l.n)
		case opMaxLength:
			high = min(high, l.n)
		case opFormat:
			formats = append(formats, l)
		case opPattern:
			patterns = append(patterns, l)
		}
	}
	for _, l := range b.refused {
		switch l.op {
		case opMinLength:
			high = min(high, l.n-1)
		case opMaxLength:
			low = max(low, l.n+1)
		case opFormat:
			if slices.ContainsFunc(formats, func(f *literal) bool { return within(f.text, l.text) }) {
				return answer{empty: true}
			}
		case opPattern:
			if l.matched().everything {
				return answer{empty: true}
			}
		}
	}
	for _, p := range patterns {
		m := p.matched()
		low, high = max(low, m.least), min(high, m.most)
		if m.few && low <= high {
			return b.among(m.all, true, models)
		}
	}
	switch {
	case low > high:
		return answer{empty: true}
	case high == 0:
		return b.among([]any{""}, true, models)
	case models == 0:
		return answer{}
	}
	return b.among(b.spelt(formats, patterns, low, high), false, models)
}

// spelt are texts that may do.
func (b *branch) spelt(formats, patterns []*literal, low, high int) []any {
	var seeds []string
	for _, f := range formats {
		if all := examples(f.text); all != nil {
			return anys(all) // others might not be of the format
		}
	}
	for _, p := range patterns {
		if tree := p.matched().tree; tree != nil {
			for _, more := range []int{0, 1, 2, low} {
				for pick := range 6 {
					sp := speller{more: more, pick: pick, left: maxSpelt}
					seeds = append(seeds, sp.spell(tree))
				}
			}
		}
	}
	seeds = append(seeds, "x", "", "a", "0", "A", "Zz9", "mcpctl", "two words", "a-b_c.d", "é", "@", "\n", "/", "UPPER", "1.5", "-1", "true")
	for _, l := range b.refused {
		if l.op == opEnum || l.op == opFormat || l.op == opPattern {
			seeds = append(seeds, "mcpctl other", "another 1")
		}
	}
	var all []string
	written := 0
	for _, s := range seeds {
		n := utf8.RuneCountInString(s)
		if written += n; written > maxWritten || n < low && written+2*low > maxWritten {
			break
		}
		if n < low {
			written += 2 * low
		}
		all = append(all, s)
		if n < low && low <= maxSpelt {
			all = append(all, s+strings.Repeat("x", low-n), s+strings.Repeat("0", low-n))
		}
		if high < n {
			all = append(all, string([]rune(s)[:high]))
		}
		if n < high && high <= maxSpelt && n+16 > high {
			all = append(all, s+strings.Repeat("x", high-n))
		}
	}
	b.spend(written / 50)
	return anys(all)
}

func anys(texts []string) []any {
	all := make([]any, len(texts))
	for i, s := range texts {
		all[i] = s
	}
	return all
}

// matched is what is known of the texts that a pattern matches.
type matched struct {
	tree        *syntax.Regexp // nil for what Go cannot run
	least, most int            // characters
	everything  bool
	few         bool  // all are listed:
	all         []any //
}

func (l *literal) matched() *matched {
	if l.p != nil {
		return l.p
	}
	l.p = &matched{most: huge}
	if l.re == nil {
		return l.p
	}
	tree, err := syntax.Parse(l.re.String(), syntax.Perl)
	if err != nil {
		return l.p
	}
	l.p.tree = tree.Simplify()
	l.p.least, l.p.most = lengths(l.p.tree)
	l.p.everything = matchesAll(l.p.tree)
	l.p.all, l.p.few = spellAll(l.p.tree)
	return l.p
}

// matchesAll recognises patterns that match any text at all.
func matchesAll(t *syntax.Regexp) bool {
	switch t.Op {
	case syntax.OpEmptyMatch, syntax.OpBeginText, syntax.OpStar, syntax.OpQuest, syntax.OpEndText:
		return true // found somewhere: at the start, or at the end
	case syntax.OpCapture:
		return matchesAll(t.Sub[0])
	case syntax.OpConcat:
		for i, sub := range t.Sub {
			atStart := i == 0 && sub.Op == syntax.OpBeginText
			if !atStart && sub.Op != syntax.OpStar && sub.Op != syntax.OpQuest && sub.Op != syntax.OpEmptyMatch {
				return false
			}
		}
		return true
	}
	return false
}

// lengths bounds the texts that a pattern matches; they go on where it is not
// anchored.
func lengths(t *syntax.Regexp) (least, most int) {
	least, most = inner(t)
	if !anchored(t, syntax.OpBeginText) || !anchored(t, syntax.OpEndText) {
		most = huge
	}
	return least, most
}

// anchored reports whether a pattern matches at an end of the text only.
func anchored(t *syntax.Regexp, end syntax.Op) bool {
	switch t.Op {
	case end:
		return true
	case syntax.OpCapture:
		return anchored(t.Sub[0], end)
	case syntax.OpConcat:
		if end == syntax.OpBeginText {
			return anchored(t.Sub[0], end)
		}
		return anchored(t.Sub[len(t.Sub)-1], end)
	case syntax.OpAlternate:
		return !slices.ContainsFunc(t.Sub, func(sub *syntax.Regexp) bool { return !anchored(sub, end) })
	}
	return false
}

func inner(t *syntax.Regexp) (least, most int) {
	switch t.Op {
	case syntax.OpLiteral:
		return len(t.Rune), len(t.Rune)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return 1, 1
	case syntax.OpCapture:
		return inner(t.Sub[0])
	case syntax.OpStar:
		return 0, huge
	case syntax.OpPlus:
		least, _ = inner(t.Sub[0])
		return least, huge
	case syntax.OpQuest:
		_, most = inner(t.Sub[0])
		return 0, most
	case syntax.OpRepeat:
		least, most = inner(t.Sub[0])
		if t.Max < 0 {
			return min(huge, least*t.Min), huge
		}
		return min(huge, least*t.Min), min(huge, most*t.Max)
	case syntax.OpConcat:
		for _, sub := range t.Sub {
			l, m := inner(sub)
			least, most = min(huge, least+l), min(huge, most+m)
		}
		return least, most
	case syntax.OpAlternate:
		least = huge
		for _, sub := range t.Sub {
			l, m := inner(sub)
			least, most = min(least, l), max(most, m)
		}
		return least, most
	case syntax.OpNoMatch:
		return huge + 1, 0
	}
	return 0, 0 // anchors and the empty match
}
