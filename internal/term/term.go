// Package term makes text of a stranger safe to show: in a terminal, where
// escape sequences can move the cursor, rewrite what was printed or reach the
// clipboard; to an eye, which bidirectional overrides and invisible characters
// deceive; and in a CI log, whose runner obeys commands found in it.
//
// Text that a server chose passes through here once, at the edge where it is
// printed. mcpctl's own colours are added after that, never through it. HTML and
// XML need their own escaping besides.
package term

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Safe answers s with everything that is not plainly visible text replaced by a
// visible escape such as \x1b or \u202e: control characters other than line feed
// and tab, bidirectional and other format characters, zero-width and tag
// characters, line and paragraph separators, and bytes that are not UTF-8. Text
// without such characters is answered unchanged. Safe to call concurrently.
func Safe(s string) string { return escape(s, keepLines) }

// SafeLine is Safe for text that must stay on one line: line feeds and tabs
// become \n and \t too.
func SafeLine(s string) string { return escape(s, oneLine) }

// Clip bounds s to n characters. What is cut off is counted where it stood, so
// that a reader knows that there was more: "abc… (+17 characters)". A negative n
// counts as none.
func Clip(s string, n int) string {
	end := 0
	for range max(n, 0) {
		if end == len(s) {
			return s
		}
		_, size := utf8.DecodeRuneInString(s[end:])
		end += size
	}
	cut := utf8.RuneCountInString(s[end:])
	if cut == 0 {
		return s
	}
	return fmt.Sprintf("%s… (+%d characters)", s[:end], cut)
}

// layout says which of the two harmless control characters stay.
type layout bool

const (
	keepLines layout = true
	oneLine   layout = false
)

func escape(s string, keep layout) string {
	i := firstUnsafe(s, keep)
	if i < 0 {
		return s
	}
	out := make([]byte, 0, len(s)+16)
	out = append(out, s[:i]...)
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		out = appendSafe(out, s[i:i+size], r, keep)
		i += size
	}
	return string(out)
}

// firstUnsafe answers where escaping has to begin, or -1.
func firstUnsafe(s string, keep layout) int {
	for i, r := range s {
		if r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD") {
			return i
		}
		if !visible(r, keep) {
			return i
		}
	}
	return -1
}

// appendSafe appends one character, whose bytes are raw, to out.
func appendSafe(out []byte, raw string, r rune, keep layout) []byte {
	switch {
	case r == utf8.RuneError && len(raw) == 1:
		return fmt.Appendf(out, `\x%02x`, raw[0])
	case visible(r, keep):
		return append(out, raw...)
	case r == '\n':
		return append(out, `\n`...)
	case r == '\t':
		return append(out, `\t`...)
	case r == '\r':
		return append(out, `\r`...)
	case r < utf8.RuneSelf:
		return fmt.Appendf(out, `\x%02x`, r)
	case r <= 0xFFFF:
		return fmt.Appendf(out, `\u%04x`, r)
	default:
		return fmt.Appendf(out, `\U%08x`, r)
	}
}

func visible(r rune, keep layout) bool {
	switch {
	case r == '\n', r == '\t':
		return keep == keepLines
	case r < ' ', r == 0x7F:
		return false
	case r < 0x7F:
		return true
	default:
		return !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Cs, unicode.Zl, unicode.Zp, invisible)
	}
}

// invisible holds what draws nothing although Unicode does not class it as a
// control or format character. The two selectors that choose between text and
// emoji form (U+FE0E, U+FE0F) are left out: honest text is full of them.
var invisible = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x034F, Hi: 0x034F, Stride: 1}, // combining grapheme joiner
		{Lo: 0x115F, Hi: 0x1160, Stride: 1}, // Hangul fillers
		{Lo: 0x17B4, Hi: 0x17B5, Stride: 1}, // Khmer inherent vowels
		{Lo: 0x180B, Hi: 0x180F, Stride: 1}, // Mongolian selectors
		{Lo: 0x2060, Hi: 0x206F, Stride: 1}, // word joiner … deprecated format characters, the unassigned one too
		{Lo: 0x3164, Hi: 0x3164, Stride: 1}, // Hangul filler
		{Lo: 0xFE00, Hi: 0xFE0D, Stride: 1}, // variation selectors
		{Lo: 0xFFA0, Hi: 0xFFA0, Stride: 1}, // half-width Hangul filler
		{Lo: 0xFFF0, Hi: 0xFFFB, Stride: 1}, // interlinear annotation and its unassigned neighbours
	},
	R32: []unicode.Range32{
		{Lo: 0xE0000, Hi: 0xE0FFF, Stride: 1}, // tags, more variation selectors, and the room reserved for such
	},
}
