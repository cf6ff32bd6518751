package contract

import (
	"fmt"
	"io"
	"strings"

	"github.com/mcpctl/mcpctl/internal/term"
)

// TextOptions say how text is shown.
type TextOptions struct {
	Color bool
	// Verbose also lists what is ignored, with the reason, what to do, all of META, and
	// all that say the same.
	Verbose bool
	// Failing are the categories that fail.
	Failing []Category
}

// Bounds on a line of text, in bytes.
const (
	maxLineText  = 300
	maxExampleUI = 2_000
	maxQuiet     = 12 // changes of META without Verbose
)

// heading says what a category means to those who read a diff.
func (c Category) heading() string {
	return map[Category]string{
		Call: "breaks calls", Result: "breaks what was promised of results", Unknown: "neither compatible nor breaking could be proven",
		Routing: "what a model chooses by", Meta: "nobody relies on it",
	}[c]
}

// WriteText writes the diff for people: the gravest first, each with its example.
func (d *Diff) WriteText(w io.Writer, o TextOptions) error {
	t := textDiff{Diff: d, o: o}
	t.line("%s → %s", t.safe(d.Old.label()), t.safe(d.New.label()))
	for _, n := range d.Notes {
		t.line("  %s %s", t.paint("2", "·"), t.safe(n))
	}
	for _, c := range Categories() {
		t.category(c)
	}
	t.ignored()
	for _, s := range d.Stale {
		t.line("  %s ignore rule %s", t.paint("33", "!"), t.safe(s))
	}
	t.summary()
	_, err := io.WriteString(w, t.out.String())
	return err
}

// textDiff is a diff being written.
type textDiff struct {
	*Diff
	o   TextOptions
	out strings.Builder
}

func (t *textDiff) line(format string, args ...any) { fmt.Fprintf(&t.out, format+"\n", args...) }

func (t *textDiff) safe(s string) string { return term.SafeLine(term.Clip(s, maxLineText)) }

func (t *textDiff) paint(code, s string) string {
	if !t.o.Color {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// sign is the mark of a category, and its colour.
func (t *textDiff) sign(c Category) string {
	for _, f := range t.o.Failing {
		if f == c {
			return t.paint("31", "✗")
		}
	}
	if c == Meta {
		return t.paint("2", "·")
	}
	return t.paint("33", "!")
}

func (t *textDiff) category(c Category) {
	all := t.grouped(c)
	if len(all) == 0 {
		return
	}
	t.line("\n%s  %s", t.paint("1", string(c)), t.paint("2", c.heading()))
	for i, one := range all {
		if c == Meta && i == maxQuiet && !t.o.Verbose {
			t.line("  %s and %d more (--verbose lists them)", t.sign(c), len(all)-i)
			return
		}
		t.change(one)
	}
}

func (t *textDiff) change(c alike) {
	in := ""
	if names := c.revisions(); names != "" {
		in = t.paint("2", " in "+names)
	}
	if c.where() != "" {
		in = t.paint("2", " at ") + t.safe(c.where()) + in
	}
	t.line("  %s %s  %s%s", t.sign(c.Category), t.paint("1", term.SafeLine(term.Clip(c.who(t.o.Verbose), maxExampleUI))), t.paint("2", c.Rule), in)
	t.line("      %s", t.safe(c.Message))
	if c.CounterExample.Exists() {
		t.line("      %s %s", c.exampleWord(), term.SafeLine(term.Clip(c.CounterExample.String(), maxExampleUI)))
	}
	if t.o.Verbose && c.Fix != "" {
		t.line("      %s %s", t.paint("2", "mend:"), c.Fix)
	}
}

func (t *textDiff) ignored() {
	n := len(t.Changes) - len(t.Counting())
	if n == 0 {
		return
	}
	t.line("\n%d ignored", n)
	for _, c := range t.Changes {
		if c.Ignored == nil || !t.o.Verbose {
			continue
		}
		until := ""
		if c.Ignored.Until != "" {
			until = " until " + c.Ignored.Until
		}
		t.line("  ~ %s  %s%s: %s", t.safe(c.Subject), c.Rule, until, t.safe(c.Ignored.Reason))
	}
}

func (t *textDiff) summary() {
	verdict := t.paint("32", "✓ nothing breaks")
	if t.Fails(t.o.Failing...) {
		verdict = t.paint("31", "✗ it breaks")
		if !t.Breaking() {
			verdict = t.paint("31", "✗ it fails as asked for")
		}
	} else if len(t.Counting()) == 0 {
		verdict = t.paint("32", "✓ nothing changed")
	}
	var words []string
	for _, c := range Categories() {
		if n := t.Count(c); n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, c))
		}
	}
	if len(words) > 0 {
		verdict += ": " + strings.Join(words, ", ")
	}
	t.line("\n%s\n%s", verdict, t.safe(t.Advice.Message))
}
