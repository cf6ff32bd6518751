package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mcpctl/mcpctl/inspect/doctor"
	"github.com/mcpctl/mcpctl/internal/term"
)

// columnsOf is how many columns safe text takes, padded fills it up.
func columnsOf(s string) int { return utf8.RuneCountInString(s) }

func padded(s string, width int) string { return s + strings.Repeat(" ", max(0, width-columnsOf(s))) }

// doctorText is diagnoses being written for people.
type doctorText struct {
	verifyText
	visit *doctorVisit
}

// text writes a table of all servers, and below it what is wrong with whom.
func (v *doctorVisit) text(all []doctor.Diagnosis) error {
	t := &doctorText{visit: v, verifyText: verifyText{app: v.app, color: v.app.color(v.flags.color, v.app.OutTTY)}}
	if v.flags.dryRun && len(all) > 0 {
		fmt.Fprintf(&t.out, "Nothing was started or asked. This was found in the files alone:\n\n")
	}
	t.table(all)
	for _, f := range v.found.Files {
		for _, p := range f.Problems {
			t.heading(doctor.Fail, near(p.Position(), v.home), f.Client)
			t.step(doctor.Step{Name: "file", Status: doctor.Fail, What: p.What, Mend: p.Mend})
			t.out.WriteByte('\n')
		}
	}
	for _, d := range all {
		if v.flags.verbose || len(notable(d)) > 0 {
			t.details(d)
		}
	}
	t.foot(all)
	_, err := v.app.Out.Write(t.out.Bytes())
	return err
}

// signOf is the sign of a status, and its colour.
func signOf(s doctor.Status) (string, string) {
	switch s {
	case doctor.OK:
		return "✓", verifyGreen
	case doctor.Warn:
		return "!", verifyYellow
	case doctor.Fail:
		return "✗", verifyRed
	}
	return "–", verifyDim
}

// table is a line for each server. A column is as wide as its widest cell; the
// last, which is prose, gets what is left.
func (t *doctorText) table(all []doctor.Diagnosis) {
	if len(all) == 0 {
		return
	}
	rows := [][]string{{"SERVER", "CLIENT", "SPEAKS", "ANSWERS", ""}}
	for _, d := range all {
		speaks, answers := "", ""
		if d.Revision != "" {
			speaks = fmt.Sprintf("%s %s", d.Revision, d.Transport)
		}
		if d.Latency != nil {
			answers = shortly(time.Duration(d.Latency.P50))
		}
		rows = append(rows, []string{t.safe(term.Clip(d.Name, 30)), d.Client, speaks, answers, t.safe(outcome(d))})
	}
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], columnsOf(cell))
		}
	}
	if t.app.Width < 90 { // the details name the client
		widths[1] = 0
	}
	for i, row := range rows {
		line, used := "  ", 4
		if i > 0 {
			s, color := signOf(all[i-1].Status)
			line = t.in(color, s) + " "
		}
		for c, cell := range row[:len(row)-1] {
			if widths[c] > 0 {
				line += padded(cell, widths[c]) + "  "
				used += widths[c] + 2
			}
		}
		line += shorten(row[len(row)-1], max(20, t.app.Width-used), false)
		if i == 0 {
			line = t.in(verifyDim, strings.TrimRight(line, " "))
		}
		t.out.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	t.out.WriteByte('\n')
}

// shortly is a time for the table.
func shortly(d time.Duration) string {
	if d < 10*time.Millisecond {
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	}
	return d.Round(time.Millisecond).String()
}

// outcome is a diagnosis in a few words: what is wrong, else what is offered.
func outcome(d doctor.Diagnosis) string {
	if s, ok := d.Trouble(); ok {
		return s.Name + ": " + s.What
	}
	if s, ok := d.Step(doctor.StepList); ok {
		return s.What
	}
	if len(d.Steps) > 0 {
		return d.Steps[len(d.Steps)-1].What
	}
	return ""
}

// notable are the steps that something is wrong with, and what was asked for.
func notable(d doctor.Diagnosis) []doctor.Step {
	return slices.DeleteFunc(slices.Clone(d.Steps), func(s doctor.Step) bool {
		return s.Status != doctor.Warn && s.Status != doctor.Fail && s.Name != doctor.StepRevisions
	})
}

func (t *doctorText) heading(s doctor.Status, name, rest string) {
	mark, color := signOf(s)
	fmt.Fprintf(&t.out, "%s %s  %s\n", t.in(color, mark), t.in(verifyBold, t.safe(name)), t.in(verifyDim, t.safe(rest)))
}

// details are the steps of one server that matter.
func (t *doctorText) details(d doctor.Diagnosis) {
	t.heading(d.Status, d.Name, d.Client+", "+near(fmt.Sprintf("%s:%d", d.File, d.Line), t.visit.home))
	fmt.Fprintf(&t.out, "  %s\n", t.in(verifyDim, t.safe(term.Clip(d.Target, 2*t.app.Width))))
	for _, also := range d.Also {
		fmt.Fprintf(&t.out, "  %s\n", t.in(verifyDim, t.safe("also "+near(also, t.visit.home))))
	}
	if d.Server != nil && t.visit.flags.verbose {
		fmt.Fprintf(&t.out, "  %s\n", t.in(verifyDim, t.safe(strings.TrimSpace("calls itself "+d.Server.Name+" "+d.Server.Version))))
	}
	steps := notable(d)
	if t.visit.flags.verbose {
		steps = d.Steps
	}
	for _, s := range steps {
		t.step(s)
	}
	if len(d.Stderr) > 0 && (d.Revision == "" || t.visit.flags.verbose) {
		fmt.Fprintf(&t.out, "    %s\n", t.in(verifyDim, "standard error ended with"))
		t.evidence(d.Stderr)
	}
	t.out.WriteByte('\n')
}

// stepWidth is the widest name of a step.
const stepWidth = len(doctor.StepEnvironment)

// step is a step, its evidence, and what to do.
func (t *doctorText) step(s doctor.Step) {
	mark, color := signOf(s.Status)
	what := s.What
	if s.Took > 0 && t.visit.flags.verbose {
		what += " (" + shortly(time.Duration(s.Took)) + ")"
	}
	head := "  " + t.in(color, mark) + " " + padded(s.Name, stepWidth) + "  "
	t.wrapped(head, 6+stepWidth, what)
	if s.Status != doctor.OK {
		t.evidence(s.Lines)
	}
	if s.Mend != "" {
		t.wrapped(strings.Repeat(" ", 4+stepWidth)+"→ ", 6+stepWidth, s.Mend)
	}
}

// evidence are a server's own lines.
func (t *doctorText) evidence(lines []string) {
	for _, l := range lines {
		room := max(20, t.app.Width-8-stepWidth)
		fmt.Fprintf(&t.out, "%s%s\n", strings.Repeat(" ", 6+stepWidth), t.in(verifyDim, "│ "+shorten(t.safe(l), room, false)))
	}
}

// wrapped writes text at words below each other, after a head.
func (t *doctorText) wrapped(head string, indent int, text string) {
	line := ""
	flush := func() {
		if line != "" {
			t.out.WriteString(head + line + "\n")
			head, line = strings.Repeat(" ", indent), ""
		}
	}
	for word := range strings.FieldsSeq(t.safe(text)) {
		if line != "" && columnsOf(line)+1+columnsOf(word) > max(30, t.app.Width-indent) {
			flush()
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	flush()
}

// foot sums up.
func (t *doctorText) foot(all []doctor.Diagnosis) {
	if len(all) == 0 {
		if len(t.visit.found.Files) == 0 {
			fmt.Fprintln(&t.out, "No server is configured in the files of the clients that mcpctl knows.")
		}
		return
	}
	counts := tally(all)
	var parts []string
	for _, c := range []struct {
		status doctor.Status
		word   string
	}{{doctor.OK, "fine"}, {doctor.Warn, "with warnings"}, {doctor.Fail, "sick"}, {doctor.Skip, "not examined"}} {
		if n := counts[c.status]; n > 0 {
			_, color := signOf(c.status)
			parts = append(parts, t.in(color, fmt.Sprintf("%d %s", n, c.word)))
		}
	}
	files := map[string]bool{}
	for _, s := range t.visit.found.Servers {
		files[s.File] = true
	}
	where := "1 file"
	if len(files) != 1 {
		where = fmt.Sprintf("%d files", len(files))
	}
	fmt.Fprintf(&t.out, "%s in %s: %s\n", servingsIn(len(all)), where, strings.Join(parts, ", "))
}

func servingsIn(n int) string { return strings.TrimSpace(servings(n, "", "")) }
