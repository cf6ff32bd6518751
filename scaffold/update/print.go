package update

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/mcpctl/mcpctl/internal/term"
)

// signs say in one column what happens to a file.
var signs = map[Action]string{Add: "+", Replace: "~", Merge: "~", Conflict: "!", Remove: "-", Keep: "="}

// Print writes the plan for people: what changes, conflicts with their places,
// and what stays to be done.
func (p *Plan) Print(w io.Writer) error {
	var out strings.Builder
	say := func(format string, args ...any) {
		out.WriteString(term.SafeLine(fmt.Sprintf(format, args...)))
		out.WriteByte('\n')
	}
	switch {
	case p.From.Version != p.To.Version:
		say("template %s: %s → %s", p.To.ID, p.From.Version, p.To.Version)
	case p.From.Digest != p.To.Digest:
		say("template %s %s: its files have changed since", p.To.ID, p.To.Version)
	default:
		say("template %s %s", p.To.ID, p.To.Version)
	}
	for _, note := range p.Notes {
		say("note: %s", note)
	}
	if p.Empty() && len(p.Changes) == 0 {
		say("up to date: there is nothing to do")
	}
	for _, c := range p.Changes {
		line := fmt.Sprintf("  %s %-8s %s", signs[c.Action], c.Action, c.Path)
		if c.From != "" {
			line += ", until now " + c.From
		}
		if c.Note != "" {
			line += " (" + c.Note + ")"
		}
		say("%s", line)
		for _, conflict := range c.Conflicts {
			if conflict.Note != c.Note {
				say("               %s: %s", conflict.At, conflict.Note)
			}
		}
	}
	if p.record.writes() && len(p.Changes) == 0 {
		say("  %s %-8s %s", signs[Replace], Replace, p.record.Path)
	}
	for _, command := range p.Then {
		say("then: %s", strings.Join(command, " "))
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// JSON writes the plan for programs, with what has become of it: "planned",
// "applied", "refused" or "failed". Members are only ever added.
func (p *Plan) JSON(w io.Writer, outcome string) error {
	changes := p.Changes
	if changes == nil {
		changes = []Change{}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(struct {
		Schema string `json:"schema"`
		*Plan
		Changes   []Change `json:"changes"`
		Behind    bool     `json:"behind"`
		Empty     bool     `json:"empty"`
		Conflicts int      `json:"conflicts"`
		Outcome   string   `json:"outcome"`
	}{"mcpctl.update/v1", p, changes, p.Behind(), p.Empty(), len(p.Conflicts()), outcome})
}
