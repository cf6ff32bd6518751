package cases

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/mcpctl/mcpctl/mcp"
)

// Bounds on what one failure tells.
const (
	maxMismatches = 20
	maxShown      = 160  // of a value in a line
	maxDiffText   = 8000 // of each side of a diff
	maxDiffLines  = 40
)

// mismatch is one place where a value is not what was expected.
type mismatch struct {
	at        string // the path within, as in $.content[0].text
	want, got string
	diff      string // lines with - and +, where one line would not do
}

// line is the mismatch in one line.
func (m mismatch) line() string {
	return fmt.Sprintf("%s: expected %s, got %s", m.at, shorten(m.want), shorten(m.got))
}

// String is the mismatch with its diff, if it has one, below its path.
func (m mismatch) String() string {
	if m.diff == "" {
		return m.line()
	}
	return m.at + " (- expected, + actual)\n" + m.diff
}

func shorten(s string) string { return shortenTo(s, maxShown) }

func shortenTo(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

// judging compares one value with what is expected of it.
type judging struct {
	vars   vars
	golden *goldens
	wrong  []mismatch
	more   int
}

// add notes a mismatch.
func (j *judging) add(at, want, got string) { j.note(mismatch{at: at, want: want, got: got}) }

func (j *judging) note(m mismatch) {
	if len(j.wrong) >= maxMismatches {
		j.more++
		return
	}
	j.wrong = append(j.wrong, m)
}

// differ notes that got should have been exactly want.
func (j *judging) differ(at string, want, got mcp.Value) {
	m := mismatch{at: at, want: want.String(), got: shown(got)}
	if got.Exists() && (len(m.want) > maxShown/2 || len(m.got) > maxShown/2 || strings.Contains(want.Text()+got.Text(), "\n")) {
		m.diff = lineDiff(readable(want), readable(got))
	}
	j.note(m)
}

// shown is a value in words.
func shown(v mcp.Value) string {
	if !v.Exists() {
		return "nothing: it is not there"
	}
	return v.String()
}

// readable is a value over several lines: text as it is, the rest indented.
func readable(v mcp.Value) string {
	if v.Is(mcp.String) {
		return v.Text()
	}
	return string(canonical(v))
}

// canonical is JSON with members sorted by name, indented.
func canonical(v mcp.Value) []byte {
	d := json.NewDecoder(bytes.NewReader(v.Raw()))
	d.UseNumber()
	var decoded any
	if err := d.Decode(&decoded); err != nil {
		return v.Raw()
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(decoded); err != nil {
		return v.Raw()
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// lineDiff are the lines that differ, with a few around them.
func lineDiff(want, got string) string {
	want, got = bounded(want), bounded(got)
	if !strings.Contains(want+got, "\n") {
		return "- " + want + "\n+ " + got
	}
	var out []string
	for line := range strings.Lines(string(diff.Diff("expected", []byte(want+"\n"), "actual", []byte(got+"\n")))) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "diff "), strings.HasPrefix(line, "--- "), strings.HasPrefix(line, "+++ "), strings.HasPrefix(line, "@@"):
			continue
		case len(out) == maxDiffLines:
			return strings.Join(append(out, "… and more"), "\n")
		}
		out = append(out, line[:1]+" "+line[1:])
	}
	return strings.Join(out, "\n")
}

func bounded(s string) string {
	if len(s) <= maxDiffText {
		return s
	}
	return strings.ToValidUTF8(s[:maxDiffText], "") + "…"
}
