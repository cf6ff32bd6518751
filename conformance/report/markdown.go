package report

import (
	"fmt"
	"html"
	"io"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/internal/term"
)

// markdownLimit is the size of the longest job summary that GitHub takes, less
// room for the lines after the findings.
const markdownLimit = 1<<20 - 8<<10

// Bounds on one block of Markdown.
const (
	markdownExcerpt = 1200
	markdownDetails = 10
)

// Markdown writes a job summary: the verdict, the matrix, and a fold for each
// root cause. Findings for which no room is left are counted.
func Markdown(w io.Writer, r *conformance.Report, o Options) error {
	m := markdown{view: look(r, o.Strict)}
	m.head()
	m.matrix()
	m.folds(failures(m.by[conformance.Fail]), m.by[conformance.Fail])
	m.folds("Warnings", m.by[conformance.Warn])
	m.folds("Could not be carried out", m.by[conformance.Errored])
	if m.left > 0 {
		m.linef("> %s left out here: the summary would be too long. The other formats have all.\n", plural(m.left, "finding", "findings"))
	}
	m.open()
	m.linef("<sub>mcpctl %s · %s</sub>", prose(r.Tool.Version), seconds(r.Millis))
	_, err := io.WriteString(w, m.out.String())
	return err
}

// markdown is a report being written as Markdown.
type markdown struct {
	view
	out  strings.Builder
	left int // findings for which there was no room
}

// linef writes a line; its arguments are safe.
func (m *markdown) linef(format string, args ...any) { fmt.Fprintf(&m.out, format+"\n", args...) }

func (m *markdown) head() {
	sign := map[conformance.Verdict]string{conformance.Pass: "✅", conformance.Warn: "⚠️", conformance.Fail: "❌"}[m.verdict]
	if sign == "" {
		sign = "❔"
	}
	m.linef("## %s %s\n", sign, m.headline)
	about := []string{"**" + prose(m.Target.Name) + "**"}
	for _, word := range append(m.servers(), m.Transport) {
		if word != "" {
			about = append(about, prose(word))
		}
	}
	m.linef("%s  ", strings.Join(about, " · "))
	m.linef("%s\n", strings.Join(m.total.words(), " · "))
	for _, n := range m.NotSpoken {
		m.linef("- not spoken: %s (%s): %s", prose(string(n.Revision)), prose(string(n.Cause)), prose(term.Clip(n.Message, messageLimit)))
	}
	if len(m.NotSpoken) > 0 {
		m.linef("")
	}
}

func (m *markdown) matrix() {
	if len(m.subjects) == 0 || m.timeless() {
		return
	}
	head, rule := "| subject |", "| --- |"
	for _, r := range m.columns {
		head += " " + prose(column(r)) + " |"
		rule += " :-: |"
	}
	m.linef("%s\n%s", head, rule)
	used := tally{}
	for _, s := range m.subjects {
		row := "| " + prose(s.name) + " |"
		for _, cell := range s.cells {
			used[cell.worst()]++
			text := strings.TrimSpace(markOf(cell.worst()).sign + " " + cell.score())
			if cell.worst() == conformance.Fail {
				text = "**" + text + "**"
			}
			row += " " + text + " |"
		}
		m.linef("%s", row)
	}
	m.linef("\n<sub>%s</sub>\n", legend(used))
}

// folds writes the groups under a heading, as far as there is room.
func (m *markdown) folds(title string, all []group) {
	if len(all) == 0 {
		return
	}
	m.linef("### %s\n", title)
	for _, g := range all {
		block := m.fold(g)
		if m.out.Len()+len(block) > markdownLimit {
			m.left++
			continue
		}
		m.out.WriteString(block)
	}
}

func (m *markdown) fold(g group) string {
	var b strings.Builder
	where := g.where(m.Revisions)
	if where != "" {
		where = " · " + where
	}
	fmt.Fprintf(&b, "<details><summary>%s <b>%s</b> · <code>%s</code>%s</summary>\n\n", markOf(g.Verdict).sign, tag(g.Title), tag(g.Check), tag(where))
	if lines := several(g.Finding, g.Message, maxLines); lines != nil && len(g.Details) == 0 {
		b.WriteString(markdownLines(lines) + "\n")
	} else if g.Message != "" && len(g.Details) == 0 {
		fmt.Fprintf(&b, "%s\n\n", prose(term.Clip(g.Message, 4*messageLimit)))
	}
	for _, d := range g.Details[:min(len(g.Details), markdownDetails)] {
		if lines := several(g.Finding, d, maxLines); lines != nil {
			b.WriteString(markdownLines(lines))
			continue
		}
		fmt.Fprintf(&b, "- %s\n", prose(term.Clip(d, messageLimit)))
	}
	if more := len(g.Details) - markdownDetails; more > 0 {
		fmt.Fprintf(&b, "- and %d more\n", more)
	}
	if len(g.Details) > 0 {
		b.WriteString("\n")
	}
	for _, rule := range rules(g.Finding) {
		fmt.Fprintf(&b, "> %s\n", prose(rule))
	}
	if g.Link != "" {
		fmt.Fprintf(&b, "> %s\n", tag(g.Link))
	}
	if g.Link != "" || len(g.Requirements) > 0 {
		b.WriteString("\n")
	}
	if len(g.Evidence) > 0 {
		wire := wireLog(g.Evidence, markdownExcerpt)
		fence := fenceAround(wire)
		fmt.Fprintf(&b, "%stext\n%s\n%s\n\n", fence, wire, fence)
	}
	if g.Fix != "" {
		fmt.Fprintf(&b, "**Fix:** %s\n\n", prose(g.Fix))
	}
	if explained(g.Finding) {
		fmt.Fprintf(&b, "More: `%s`\n\n", strings.ReplaceAll(term.CILine(explain(g.Check)), "`", "'"))
	}
	b.WriteString("</details>\n\n")
	return b.String()
}

// markdownLines is a heading and, in a fence, the lines below it.
func markdownLines(lines []string) string {
	rest := strings.Join(lines[1:], "\n")
	fence := fenceAround(rest)
	return fmt.Sprintf("- %s\n\n  %sdiff\n  %s\n  %s\n", prose(lines[0]), fence, strings.ReplaceAll(rest, "\n", "\n  "), fence)
}

// open lists what is neither right nor wrong.
func (m *markdown) open() {
	lines := []string{}
	for _, r := range m.roots() {
		lines = append(lines, fmt.Sprintf("- ⊘ %s blocked by %s", plural(len(r.checks), "check", "checks"), prose(r.check)))
	}
	for _, s := range m.Stale {
		lines = append(lines, "- ✗ stale entry: "+prose(term.Clip(s, messageLimit)))
	}
	for _, g := range m.by[known] {
		lines = append(lines, fmt.Sprintf("- ~ known: %s: %s", within(prose(g.Check), prose(g.where(m.Revisions))), prose(term.Clip(g.Baseline, messageLimit))))
	}
	for i, line := range lines {
		if m.out.Len()+len(line) > markdownLimit+4<<10 {
			m.linef("- and %d more", len(lines)-i)
			break
		}
		m.linef("%s", line)
	}
	if len(lines) > 0 {
		m.linef("")
	}
}

// prose is unsafe text as one line of Markdown that means nothing but itself:
// no markup, no HTML, no links, no mentions.
func prose(text string) string {
	text = strings.TrimSpace(term.CILine(text))
	var out strings.Builder
	for i, r := range text {
		switch {
		case strings.ContainsRune("&<>@", r), r == ':' && strings.HasPrefix(text[i:], "://"), r == '.' && endsInWWW(text[:i]):
			// Entities, since a backslash does not stop autolinks.
			fmt.Fprintf(&out, "&#%d;", r)
		case strings.ContainsRune("\\`*_{}[]#|~$", r), opensList(text, i):
			out.WriteString(`\` + string(r))
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}

func endsInWWW(text string) bool {
	return len(text) >= 3 && strings.EqualFold(text[len(text)-3:], "www")
}

// opensList reports whether the character at i would make the text a list, a
// rule or an underlined heading: "- x", "1. x", "===".
func opensList(text string, i int) bool {
	if strings.IndexByte("-+=", text[i]) >= 0 {
		return i == 0
	}
	return (text[i] == '.' || text[i] == ')') && i > 0 && strings.Trim(text[:i], "0123456789") == ""
}

// tag is unsafe text between HTML tags, where Markdown has no say.
func tag(text string) string { return html.EscapeString(term.CILine(text)) }

// fenceAround is a fence longer than any run of backticks in the text.
func fenceAround(text string) string {
	longest, run := 2, 0
	for i := range len(text) {
		if text[i] != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return strings.Repeat("`", longest+1)
}
