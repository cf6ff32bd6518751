package inspect

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/mcpctl/mcpctl/internal/term"
)

// SafeJSON is a JSON text that means the same and shows nothing but visible
// characters: what internal/term would not let through is escaped as JSON
// escapes it. Bytes that are not UTF-8 become the replacement character, as
// decoders read them.
func SafeJSON(raw []byte) []byte {
	if plainASCII(raw) {
		return raw
	}
	var out bytes.Buffer
	out.Grow(len(raw) + 16)
	for len(raw) > 0 {
		r, size := utf8.DecodeRune(raw)
		switch {
		case r == utf8.RuneError && size == 1:
			out.WriteString(`\ufffd`)
		case r < 0x7f && (r >= ' ' || r == '\n' || r == '\t'), r > 0x7f && visible(raw[:size]):
			out.Write(raw[:size])
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&out, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
		raw = raw[size:]
	}
	return out.Bytes()
}

func plainASCII(raw []byte) bool {
	for _, b := range raw {
		if b >= 0x7f || b < ' ' && b != '\n' && b != '\t' {
			return false
		}
	}
	return true
}

func visible(character []byte) bool {
	s := string(character)
	return term.Safe(s) == s
}

// maxIndented is the nesting up to which JSON is laid out in lines: indenting
// deeper ones makes their size grow with the square of it.
const maxIndented = 64

// IndentJSON is a JSON text laid out for reading, made safe as by SafeJSON.
func IndentJSON(raw []byte) []byte {
	var out bytes.Buffer
	if depth(raw) > maxIndented || json.Indent(&out, raw, "", "  ") != nil {
		return SafeJSON(raw)
	}
	return SafeJSON(out.Bytes())
}

// depth is how deep a JSON text is nested.
func depth(raw []byte) int {
	deepest, now, quoted := 0, 0, false
	for i := 0; i < len(raw); i++ {
		switch b := raw[i]; {
		case quoted && b == '\\':
			i++
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '{' || b == '[':
			now++
			deepest = max(deepest, now)
		case b == '}' || b == ']':
			now--
		}
	}
	return deepest
}
