package contract

import (
	"fmt"
	"io"
	"strings"

	"github.com/mcpctl/mcpctl/internal/term"
)

// maxComment bounds a comment: GitHub takes 65,536 characters.
const maxComment = 60_000

// WriteMarkdown writes the diff as a comment on a pull request: a verdict, and a
// table for each category, of which the ones that nobody has to act on are folded.
func (d *Diff) WriteMarkdown(w io.Writer, failing []Category) error {
	var b strings.Builder
	head := "✅ The contract is kept"
	if d.Fails(failing...) {
		head = "❌ The contract is broken"
	} else if d.Fails(Unknown, Routing) {
		head = "⚠️ The contract is kept; some changes need a look"
	}
	fmt.Fprintf(&b, "## %s\n\n**%s** → **%s**\n\n%s\n\n", head, prose(d.Old.label()), prose(d.New.label()), prose(d.Advice.Message))
	for _, n := range d.Notes {
		fmt.Fprintf(&b, "> %s\n", prose(n))
	}
	if len(d.Notes) > 0 {
		b.WriteString("\n")
	}
	left := 0
	for _, c := range Categories() {
		left += d.table(&b, c)
	}
	if ignored := len(d.Changes) - len(d.Counting()); ignored > 0 {
		fmt.Fprintf(&b, "%d ignored by rules of mcpctl.yaml.\n\n", ignored)
	}
	for _, s := range d.Stale {
		fmt.Fprintf(&b, "- ignore rule %s\n", prose(s))
	}
	if left > 0 {
		fmt.Fprintf(&b, "> %d more changes are left out here; the other formats have all.\n", left)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// table writes the changes of a category and answers how many had no room.
func (d *Diff) table(b *strings.Builder, category Category) (left int) {
	n := d.Count(category)
	if n == 0 {
		return 0
	}
	folded := category == Routing || category == Meta
	if folded {
		fmt.Fprintf(b, "<details><summary><b>%s</b>: %s (%d)</summary>\n\n", category, category.heading(), n)
	} else {
		fmt.Fprintf(b, "### %s: %s\n\n", category, category.heading())
	}
	b.WriteString("| what | change | rule |\n| --- | --- | --- |\n")
	for _, c := range d.grouped(category) {
		at := ""
		if c.where() != "" {
			at = "<br>at " + prose(c.where())
		}
		if in := c.revisions(); in != "" {
			at += "<br>in " + in
		}
		row := fmt.Sprintf("| %s%s | %s%s | `%s` |\n", prose(c.who(false)), at, prose(c.Message), example(c.Change), c.Rule)
		if b.Len()+len(row) > maxComment {
			left += len(c.subjects)
			continue
		}
		b.WriteString(row)
	}
	if folded {
		b.WriteString("\n</details>\n")
	}
	b.WriteString("\n")
	return left
}

// example is the counter-example within a cell.
func example(c Change) string {
	if !c.CounterExample.Exists() {
		return ""
	}
	text := term.CILine(term.Clip(c.CounterExample.String(), maxExample))
	return "<br>" + c.exampleWord() + " <code>" + cell(text) + "</code>"
}

// cell is text between HTML tags within a table, where Markdown could still read
// marks.
func cell(text string) string {
	var out strings.Builder
	for _, r := range text {
		if strings.ContainsRune("&<>@|*_`[]#~\\!:$", r) {
			fmt.Fprintf(&out, "&#%d;", r)
			continue
		}
		out.WriteRune(r)
	}
	return out.String()
}

// prose is a server's text as Markdown shows it as it is, in one line.
func prose(text string) string {
	return cell(strings.TrimSpace(term.CILine(term.Clip(text, maxLineText))))
}
