package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/internal/term"
)

// mark is the sign and colour of a state.
type mark struct {
	sign  string
	paint paint
}

func markOf(s conformance.Verdict) mark {
	switch s {
	case conformance.Pass:
		return mark{"✓", green}
	case conformance.Fail:
		return mark{"✗", red}
	case conformance.Warn:
		return mark{"!", yellow}
	case conformance.Errored:
		return mark{"E", purple}
	case conformance.Blocked:
		return mark{"⊘", cyan}
	case conformance.Unproven:
		return mark{"?", cyan}
	case known:
		return mark{"~", dim}
	}
	return mark{"–", dim}
}

// Bounds on a block of text that is not verbose.
const (
	headLimit     = 300
	messageLimit  = 600
	detailLimit   = 5
	evidenceLimit = 6
	evidenceLines = 3
)

// Text writes the report for people: what was judged, one block for each root
// cause to act on, what is open and why, a matrix, and a line that sums up.
func Text(w io.Writer, r *conformance.Report, o Options) error {
	t := text{page: newPage(w, o), view: look(r, o.Strict), verbose: o.Verbose}
	t.head()
	t.section(failures(t.by[conformance.Fail]), t.by[conformance.Fail])
	t.section("Warnings", t.by[conformance.Warn])
	t.section("Could not be carried out", t.by[conformance.Errored])
	t.open()
	t.matrix()
	t.foot()
	return t.out.Flush()
}

// text is a report being written as text.
type text struct {
	*page
	view
	verbose bool
}

func (t *text) head() {
	t.print(t.in(bold, term.CILine(term.Clip(t.Target.Name, headLimit))))
	if t.Transport != "" {
		t.print(t.in(dim, " over "+term.CILine(t.Transport)))
	}
	t.print("\n\n")
	row := func(label, value string) {
		if value != "" {
			t.prose("  "+t.in(dim, pad(label, 11))+" ", 14, plain, term.Clip(value, headLimit))
		}
	}
	row("server", strings.Join(t.servers(), ", "))
	row("target", t.reached())
	row("revisions", join(t.Revisions, ", "))
	for _, n := range t.NotSpoken {
		row("not spoken", fmt.Sprintf("%s (%s): %s", n.Revision, n.Cause, n.Message))
	}
	if t.Partial {
		row("checks", "only some: the others were left out by flags or mcpctl.yaml")
	}
	t.print("\n")
}

// section writes the groups under a heading, by subject.
func (t *text) section(title string, all []group) {
	if len(all) == 0 {
		return
	}
	t.print(t.in(bold, title), "\n\n")
	subject := ""
	for _, g := range all {
		if g.Suite() != subject {
			subject = g.Suite()
			name := term.CILine(subject)
			t.print(t.in(dim, "── "+name+" "+strings.Repeat("─", max(3, t.width-len(name)-4))), "\n\n")
		}
		t.group(g)
	}
}

func (t *text) group(g group) {
	m := markOf(g.Verdict)
	t.prose("  "+t.in(m.paint, m.sign)+" ", 4, bold, g.Title)
	t.prose("    ", 4, dim, strings.TrimPrefix(level(g.Finding)+" · ", " · ")+strings.TrimSuffix(within(g.Check+" ·", g.where(t.Revisions)), " ·"))
	t.message(g)
	t.help(g)
	t.print("\n")
}

func (t *text) message(g group) {
	limit, details := messageLimit, g.Details
	if t.verbose {
		limit = len(g.Message)
	} else if len(details) > detailLimit {
		details = details[:detailLimit]
	}
	if len(details) == 0 && g.Message != "" {
		t.print("\n")
		t.told("    ", 4, g.Finding, g.Message, limit)
	}
	for i, d := range details {
		if i == 0 {
			t.print("\n")
		}
		t.told("    · ", 6, g.Finding, d, max(limit, messageLimit))
	}
	if more := len(g.Details) - len(details); more > 0 {
		t.print("      ", t.in(dim, fmt.Sprintf("and %d more (--verbose shows them)", more)), "\n")
	}
}

// told writes what a finding says: prose, or lines that are as they shall be.
func (t *text) told(head string, columns int, f conformance.Finding, text string, limit int) {
	most := maxLines
	if t.verbose {
		most = strings.Count(text, "\n") + 1
	}
	lines := several(f, text, most)
	if lines == nil {
		t.prose(head, columns, plain, term.Clip(text, limit))
		return
	}
	for i, line := range lines {
		if i > 0 {
			head = pad("", columns)
		}
		t.print(head, t.in(lineColor(line), line), "\n")
	}
}

// lineColor shows what is missing and what is there in its place.
func lineColor(line string) paint {
	switch {
	case strings.HasPrefix(line, "-"):
		return red
	case strings.HasPrefix(line, "+"):
		return green
	}
	return plain
}

// help writes the rule, the proof and the way out.
func (t *text) help(g group) {
	if g.Link != "" || len(g.Requirements)+len(g.Evidence)+len(g.Fix) > 0 {
		t.print("\n")
	}
	for i, rule := range rules(g.Finding) {
		t.labelled("rule", i == 0, rule)
	}
	if g.Link != "" {
		t.labelled("rule", len(rules(g.Finding)) == 0, g.Link)
	}
	t.evidence(g)
	if g.Fix != "" {
		t.labelled("fix", true, g.Fix)
	}
	if explained(g.Finding) {
		t.labelled("more", true, explain(g.Check))
	}
}

// labelled writes text beside a label, or under the one before.
func (t *text) labelled(label string, first bool, text string) {
	if !first {
		label = ""
	}
	t.prose("    "+t.in(dim, pad(label, 5))+" ", 10, plain, text)
}

// evidence writes the exchange that proves the group's finding.
func (t *text) evidence(g group) {
	all, lines := g.Evidence, 0
	if !t.verbose {
		lines = evidenceLines
		all = all[:min(len(all), evidenceLimit)]
	}
	label := "seen"
	for _, e := range all {
		c := cyan
		if e.Direction != "sent" {
			c = purple
		}
		t.block("    "+t.in(dim, pad(label, 5))+" "+t.in(c, arrow(e))+" ", 12, c, start(e), lines)
		label = ""
		if t.verbose {
			for _, h := range headers(e) {
				t.block(pad("", 12), 12, dim, h, 0)
			}
		}
		if e.Text != "" {
			t.block(pad("", 12), 12, plain, e.Text, lines)
		}
	}
	if more := len(g.Evidence) - len(all); more > 0 {
		t.print(pad("", 12), t.in(dim, fmt.Sprintf("and %d more (--verbose shows them)", more)), "\n")
	}
}

// foot writes the line that sums up.
func (t *text) foot() {
	m := markOf(t.verdict)
	t.prose(t.in(m.paint, m.sign)+" ", 2, m.paint, t.headline)
	t.prose("  ", 2, plain, strings.Join(t.total.words(), " · ")+" in "+seconds(t.Millis))
}
