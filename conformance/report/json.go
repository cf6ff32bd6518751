package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/internal/term"
)

// JSON writes the report as it is, indented.
func JSON(w io.Writer, r *conformance.Report, _ Options) error {
	return writeJSON(w, r, "  ")
}

// writeJSON writes one value and a line feed, indented or on one line.
func writeJSON(w io.Writer, value any, indent string) error {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	if err := e.Encode(value); err != nil {
		return fmt.Errorf("writing the report as JSON: %w", err)
	}
	_, err := w.Write(harmless(out.Bytes()))
	return err
}

// harmless escapes, inside the strings of valid JSON, what encoding/json
// leaves as it is and a terminal, an eye or a CI runner may fall for. The
// values stay the same: only their spelling changes. Outside strings JSON has
// nothing but printable ASCII, so the text need not be parsed.
func harmless(text []byte) []byte {
	out := make([]byte, 0, len(text)+len(text)/16)
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '#' && i > 0 && text[i-1] == '#': // ##[command], ##vso[command]
			out = append(out, `\u0023`...)
			i++
		case c < 0x7F:
			out = append(out, c)
			i++
		default:
			r, size := utf8.DecodeRune(text[i:])
			if raw := string(text[i : i+size]); r != utf8.RuneError && term.SafeLine(raw) != raw {
				out = appendEscaped(out, r)
			} else {
				out = append(out, raw...)
			}
			i += size
		}
	}
	return out
}

func appendEscaped(out []byte, r rune) []byte {
	if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
		return fmt.Appendf(out, `\u%04x\u%04x`, high, low)
	}
	return fmt.Appendf(out, `\u%04x`, r)
}
