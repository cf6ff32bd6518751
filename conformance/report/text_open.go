package report

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/internal/term"
)

// open writes what is neither right nor wrong, a line for each cause.
func (t *text) open() {
	any := false
	line := func(s conformance.Verdict, text string) {
		any = true
		m := markOf(s)
		t.prose("  "+t.in(m.paint, m.sign)+" ", 4, plain, text)
	}
	for _, r := range t.roots() {
		line(conformance.Blocked, plural(len(r.checks), "check", "checks")+" blocked by "+r.check)
	}
	for _, s := range t.Stale {
		line(conformance.Fail, "stale entry: "+s)
	}
	t.quiet(conformance.Unproven, "unproven", line)
	t.quiet(known, "accepted", line)
	if t.verbose {
		t.quiet(conformance.Skip, "skipped", line)
	}
	if any {
		t.print("\n")
	}
}

// quiet counts the findings of a state by subject; verbose tells why.
func (t *text) quiet(s conformance.Verdict, words string, line func(conformance.Verdict, string)) {
	if t.total[s] == 0 {
		return
	}
	var counts []string
	for _, subject := range t.subjects {
		if n := subject.total[s]; n > 0 {
			counts = append(counts, fmt.Sprintf("%s %d", subject.name, n))
		}
	}
	hint := ""
	if !t.verbose {
		hint = " (--verbose tells why)"
	}
	line(s, fmt.Sprintf("%d %s: %s%s", t.total[s], words, strings.Join(counts, ", "), hint))
	if !t.verbose {
		return
	}
	for _, g := range t.by[s] {
		t.prose("      ", 6, dim, within(g.Check, g.where(t.Revisions))+": "+reason(g))
	}
}

// reason is why a group is neither right nor plainly wrong.
func reason(g group) string {
	switch {
	case g.Baseline != "":
		return g.Baseline
	case g.BlockedBy != "" && !strings.Contains(g.Message, g.BlockedBy):
		return "by " + g.BlockedBy + ": " + g.Message
	}
	return g.Message
}

// matrix writes subjects × revisions.
func (t *text) matrix() {
	if len(t.subjects) == 0 || t.timeless() {
		return
	}
	first := len("subject")
	for _, s := range t.subjects {
		first = max(first, utf8.RuneCountInString(term.CILine(s.name)))
	}
	// A column holds a date, which is also enough for a mark and a score; a
	// narrow page has no room for the century.
	gap, century := "  ", 0
	if 2+first+len(t.columns)*len("  2006-01-02") > t.width {
		gap, century = " ", len("20")
	}
	width := len("2006-01-02") - century
	t.print("  ", t.in(dim, pad("subject", first)))
	for _, r := range t.columns {
		name := column(r)
		if r != "" {
			name = name[min(century, len(name)):]
		}
		t.print(gap, t.in(dim, pad(term.CILine(name), width)))
	}
	t.print("\n")
	used := tally{}
	for _, s := range t.subjects {
		t.print("  ", pad(term.CILine(s.name), first))
		for i, cell := range s.cells {
			worst := cell.worst()
			used[worst]++
			m := markOf(worst)
			text := strings.TrimSpace(m.sign + " " + cell.score())
			if i < len(s.cells)-1 {
				text = pad(text, width)
			}
			t.print(gap, t.in(m.paint, text))
		}
		t.print("\n")
	}
	t.print("\n")
	if used[conformance.Pass] < len(t.subjects)*len(t.columns) { // else the ticks speak for themselves
		t.prose("  ", 2, dim, legend(used))
		t.print("\n")
	}
}

// legend explains the marks that occur.
func legend(used tally) string {
	words := map[conformance.Verdict]string{conformance.Errored: "not carried out", known: "accepted", conformance.Skip: "does not apply"}
	var all []string
	for _, s := range append([]conformance.Verdict{known}, conformance.Verdicts()...) {
		if used[s] == 0 {
			continue
		}
		word := words[s]
		if word == "" {
			word = string(s)
		}
		all = append(all, markOf(s).sign+" "+word)
	}
	return strings.Join(all, " · ")
}
