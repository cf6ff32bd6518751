package publish

import (
	"fmt"
	"io"
	"strings"

	"github.com/mcpctl/mcpctl/internal/term"
	"github.com/mcpctl/mcpctl/publish/packages"
	"github.com/mcpctl/mcpctl/publish/serverjson"
)

// Style says how a plan is shown.
type Style struct {
	// Color marks states and headings; Signer says who will sign.
	Color  bool
	Signer string
	// Documents shows what is signed and sent besides their digests.
	Documents bool
}

// page is text that is made line by line. What strangers wrote is made safe for
// a terminal; only paint adds sequences.
type page struct {
	strings.Builder
	color bool
}

func (p *page) line(format string, args ...any) {
	p.WriteString(term.SafeLine(fmt.Sprintf(format, args...)) + "\n")
}

func (p *page) heading(text string) { p.WriteString("\n" + p.paint("1", text) + "\n") }

func (p *page) paint(code, text string) string {
	if !p.color {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// marked is a line with a state before it.
func (p *page) marked(state, format string, args ...any) {
	code := map[string]string{"done": "32", "owned": "32", "todo": "36", "not-found": "33", "unchecked": "33", "advice": "33"}[state]
	if code == "" {
		code = "31"
	}
	p.WriteString("  " + p.paint(code, fmt.Sprintf("%-9s", state)) + "  " + term.SafeLine(fmt.Sprintf(format, args...)) + "\n")
}

// detail is a line below a marked one.
func (p *page) detail(format string, args ...any) {
	p.WriteString(p.paint("2", "             "+term.SafeLine(fmt.Sprintf(format, args...))) + "\n")
}

// Print writes the plan for a person.
func (p *Plan) Print(w io.Writer, s Style) error {
	r, out := p.Release, &page{color: s.Color}
	out.WriteString(out.paint("1", term.SafeLine(r.Name+" "+r.Version)) + "\n")
	out.line("  server.json, %d bytes; canonical %d bytes, %s", len(r.Raw), len(r.Canonical), r.Digest)
	if len(r.Packages)+len(r.Remotes) > 0 {
		out.heading("Packages")
	}
	for _, k := range r.Packages {
		out.marked(string(k.Proof.State), "%s%s", k.String(), clause(packageWords(&k)))
		for _, f := range k.Files {
			out.detail("%s", strings.TrimSpace(digestWords(f.Digest)+"  "+f.File))
		}
	}
	for i, remote := range r.Remotes {
		state := string(r.Domains[i].State)
		if r.Domains[i].State != packages.Owned {
			state = "advice" // registries do not ask for it
		}
		out.marked(state, "remote %s%s", remote, clause(r.Domains[i].Why))
	}
	printWarnings(out, r.Findings)
	out.heading("Steps")
	if s.Signer != "" {
		out.line("  signed %s; kept in %s", s.Signer, p.journal.dir)
	}
	printSteps(out, p.Steps, s.Documents)
	printNotes(out, r.Notes)
	if len(r.Problems) > 0 {
		out.heading("It cannot be published like this")
	}
	for _, problem := range r.Problems {
		out.marked("refused", "%s [%s]", problem.Error(), problem.Code)
		out.detail("%s", problem.Mend)
	}
	out.line("")
	out.line("%s, %d of them done.", count(len(p.Steps), "step"), len(p.Steps)-p.Left())
	_, err := io.WriteString(w, out.String())
	return err
}

func printWarnings(out *page, findings []serverjson.Finding) {
	if len(findings) > 0 {
		out.heading("Warnings")
	}
	for _, f := range findings {
		out.line("  %s:%d:%d: %s [%s]", f.File, f.Line, f.Column, f.Reason, f.Rule)
		out.detail("%s", f.Mend)
	}
}

func packageWords(k *Package) string {
	switch {
	case k.Proof.State == packages.NotFound && len(k.Artifacts) > 0:
		return "not there yet; the release waits for it, with the digests of " + strings.Join(k.Artifacts, ", ")
	case k.Proof.Asked != "":
		return joined(k.Proof.Why, "(asked: "+k.Proof.Asked+")")
	}
	return k.Proof.Why
}

func clause(text string) string {
	if text == "" {
		return ""
	}
	return ": " + text
}

func printSteps(out *page, steps []*Step, documents bool) {
	for _, step := range steps {
		out.marked(string(step.State), "%s", step.Title)
		if step.State == Done {
			continue
		}
		var writes []string
		if step.Digest != "" {
			writes = append(writes, step.Digest)
		}
		if step.Bytes > 0 {
			writes = append(writes, fmt.Sprintf("%d bytes", step.Bytes))
		}
		if step.Writes != "" && step.Kind != KindSign { // which the heading says once
			writes = append(writes, "to "+step.Writes)
		}
		for _, text := range []string{strings.Join(writes, ", "), step.Note} {
			if text != "" {
				out.detail("%s", text)
			}
		}
		if step.Needs != "" {
			out.detail("needs %s; held: %s", step.Needs, either(step.Held, "unknown"))
		}
		if documents && step.Document != "" {
			for line := range strings.Lines(step.Document) {
				out.detail("%s", strings.TrimRight(line, "\r\n"))
			}
		}
	}
}

func printNotes(out *page, notes []string) {
	if len(notes) > 0 {
		out.heading("Notes")
	}
	for _, note := range notes {
		out.line("  %s", note)
	}
}

// Print writes the undo for a person.
func (u *Undo) Print(w io.Writer, s Style) error {
	out := &page{color: s.Color}
	out.WriteString(out.paint("1", term.SafeLine("Take back "+u.Withdrawal.Name+" "+u.Withdrawal.Version)) + "\n")
	if u.Message != "" {
		out.line("  users will read: %s", u.Message)
	}
	out.heading("Steps")
	printSteps(out, u.Steps, s.Documents)
	printNotes(out, u.Notes)
	_, err := io.WriteString(w, out.String())
	return err
}
