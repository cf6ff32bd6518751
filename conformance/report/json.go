package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/internal/term"
)

// JSON writes the report as it is, indented. Its evidence comes to megabytes,
// so findings are written one by one: encoding all at once would cost more
// memory than the run.
func JSON(w io.Writer, r *conformance.Report, _ Options) error {
	head := *r
	head.Findings = []conformance.Finding{}
	around, err := encodeJSON(&head, "", "  ")
	if err != nil {
		return err
	}
	// No string holds these quotation marks unescaped.
	before, after, _ := bytes.Cut(around, []byte(`"findings": []`))
	out := bufio.NewWriter(w)
	_, _ = out.Write(before) // an error stays until Flush
	_, _ = out.WriteString(`"findings": [`)
	var each bytes.Buffer // one for all findings: they are many
	for i, f := range r.Findings {
		each.Reset()
		one, err := encodeInto(&each, f, "    ", "  ")
		if err != nil {
			return err
		}
		if i > 0 {
			_ = out.WriteByte(',')
		}
		_, _ = out.WriteString("\n    ")
		_, _ = out.Write(bytes.TrimRight(one, "\n"))
	}
	if len(r.Findings) > 0 {
		_, _ = out.WriteString("\n  ")
	}
	_ = out.WriteByte(']')
	_, _ = out.Write(after)
	return out.Flush()
}

// writeJSON writes one value and a line feed, indented or on one line.
func writeJSON(w io.Writer, value any, indent string) error {
	text, err := encodeJSON(value, "", indent)
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

// encodeJSON is one value and a line feed. Lines after the first begin with
// prefix.
func encodeJSON(value any, prefix, indent string) ([]byte, error) {
	return encodeInto(new(bytes.Buffer), value, prefix, indent)
}

// encodeInto is encodeJSON in a buffer of the caller's, which the answer may
// share.
func encodeInto(out *bytes.Buffer, value any, prefix, indent string) ([]byte, error) {
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	e.SetIndent(prefix, indent)
	if err := e.Encode(value); err != nil {
		return nil, fmt.Errorf("writing the report as JSON: %w", err)
	}
	return harmless(out.Bytes()), nil
}

// harmless escapes, inside the strings of valid JSON, what encoding/json
// leaves as it is and a terminal, an eye or a CI runner may fall for. The
// values stay the same: only their spelling changes. Outside strings JSON has
// nothing but printable ASCII, so the text need not be parsed.
func harmless(text []byte) []byte {
	if !bytes.ContainsFunc(text, func(r rune) bool { return r >= 0x7F }) && !bytes.Contains(text, []byte("##")) {
		return text
	}
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
