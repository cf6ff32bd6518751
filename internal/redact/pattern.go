package redact

import (
	"unicode/utf16"
	"unicode/utf8"
)

// A pattern is a text that is found in any of its spellings. Matching tries each
// of them character by character, so a mixture is found too, and no list of
// encoded forms can be incomplete.
type pattern struct {
	text  string
	spell spelling
}

// spelling says which characters may stand for each other besides the escapes.
type spelling int

const (
	plain      spelling = iota
	base64Text          // - and _ of the URL alphabet may stand for + and /
)

// state is how far a match has come: i bytes of the pattern, at bytes of the text.
type state struct{ i, at int }

// match answers the length of p at the beginning of text, the longest if several
// spellings fit, or zero; unfinished means that text ends while one still fits.
func (p pattern) match(text []byte) (length int, unfinished bool) {
	// A backslash or percent sign in the secret may stand for itself or begin its
	// own escape, so matching can fork. Each state is visited once: a secret full
	// of them must not take time that doubles with each.
	var few [4]state
	open := append(few[:0], state{})
	var seen map[state]bool
	for len(open) > 0 {
		s := open[len(open)-1]
		open = open[:len(open)-1]
		switch {
		case s.i == len(p.text):
			length = max(length, s.at)
			continue
		case s.at == len(text):
			unfinished = true
			continue
		}
		rest := text[s.at:]
		literal := rest[0] == p.text[s.i] || p.equal(p.text[s.i], rest[0])
		escape, fits := p.escaped(s.i, rest)
		cutOff := fits && escape.used == 0
		unfinished = unfinished || cutOff
		if literal {
			open = append(open, state{s.i + 1, s.at + 1})
		}
		if !fits || cutOff {
			continue
		}
		next := state{s.i + escape.taken, s.at + escape.used}
		if literal {
			if seen == nil {
				seen = map[state]bool{}
			}
			if seen[next] {
				continue
			}
			seen[next] = true
		}
		open = append(open, next)
	}
	return length, unfinished
}

func (p pattern) equal(want, got byte) bool {
	switch p.spell {
	case base64Text:
		return want == '+' && got == '-' || want == '/' && got == '_'
	default:
		return want == ' ' && got == '+' // as in a form
	}
}

type advance struct{ taken, used int }

// escaped matches an escape at the beginning of text. The zero advance with true
// means that the escape is cut off but fits so far.
func (p pattern) escaped(i int, text []byte) (advance, bool) {
	switch text[0] {
	case '%':
		return hexByte(p, i, text)
	case '\\':
		return p.jsonEscape(i, text)
	}
	return advance{}, false
}

// hexByte matches %XX.
func hexByte(p pattern, i int, text []byte) (advance, bool) {
	value, whole, ok := hex(text[1:], 2)
	if !ok {
		return advance{}, false
	}
	if !whole {
		return advance{}, true
	}
	return advance{1, 3}, byte(value) == p.text[i] || p.equal(p.text[i], byte(value))
}

// jsonEscape matches \n, \", \\, \/ … and \uXXXX, surrogate pairs included.
func (p pattern) jsonEscape(i int, text []byte) (advance, bool) {
	if len(text) == 1 {
		return advance{}, true
	}
	if text[1] != 'u' {
		return advance{1, 2}, unescaped(text[1]) == p.text[i] && p.text[i] != 0
	}
	value, whole, ok := hex(text[2:], 4)
	if !ok {
		return advance{}, false
	}
	if !whole {
		return advance{}, true
	}
	r, used := rune(value), 6
	want, size := utf8.DecodeRuneInString(p.text[i:])
	if utf16.IsSurrogate(r) {
		if high, _ := utf16.EncodeRune(want); high != r {
			return advance{}, false
		}
		low, whole, ok := lowSurrogate(text[6:])
		if !ok || !whole {
			return advance{}, ok
		}
		r, used = utf16.DecodeRune(r, low), 12
	}
	return advance{size, used}, r == want && (want != utf8.RuneError || size > 1)
}

func lowSurrogate(text []byte) (low rune, whole, ok bool) {
	for i, want := range []byte(`\u`) {
		if i == len(text) {
			return 0, false, true
		}
		if text[i] != want {
			return 0, false, false
		}
	}
	value, whole, ok := hex(text[2:], 4)
	return rune(value), whole, ok
}

// unescaped answers what a JSON escape letter stands for, or zero.
func unescaped(letter byte) byte {
	switch letter {
	case '"', '\\', '/':
		return letter
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return 0
}

// hex reads that many hexadecimal digits, of either case. Not whole means that
// text ends among them.
func hex(text []byte, digits int) (value int, whole, ok bool) {
	for i := range digits {
		if i == len(text) {
			return 0, false, true
		}
		c := text[i]
		switch {
		case c >= '0' && c <= '9':
			value = value<<4 | int(c-'0')
		case c >= 'a' && c <= 'f':
			value = value<<4 | int(c-'a'+10)
		case c >= 'A' && c <= 'F':
			value = value<<4 | int(c-'A'+10)
		default:
			return 0, false, false
		}
	}
	return value, true, true
}

// canStart reports whether p, in some spelling, can begin with b.
func (p pattern) canStart(b byte) bool {
	return b == p.text[0] || b == '%' || b == '\\' || p.equal(p.text[0], b)
}
