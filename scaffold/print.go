package scaffold

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/internal/term"
)

// Print writes the plan for a person: the answers, why features are on, and
// each file with its mode, the beginning of its digest, its size and its path.
func (p *Plan) Print(w io.Writer) error {
	var b strings.Builder
	line := func(format string, args ...any) { b.WriteString(term.SafeLine(fmt.Sprintf(format, args...)) + "\n") }
	line("%s from template %s %s (%s)", p.Dest, p.Origin.ID, p.Origin.Version, p.Origin.Source)
	b.WriteString("\n")
	line("  %-14s %s", "name", p.Answers.Name)
	if p.Answers.Profile != "" {
		line("  %-14s %s", "profile", p.Answers.Profile)
	}
	for _, q := range slices.Sorted(maps.Keys(p.Answers.Values)) {
		line("  %-14s %s", q, p.Answers.Values[q])
	}
	line("  %-14s %s", "features", p.Answers.featureLine())
	for _, f := range slices.Sorted(maps.Keys(p.Answers.Pulled)) {
		line("  %-14s %s is on because %s requires it", "", f, p.Answers.Pulled[f])
	}
	b.WriteString("\n")
	for _, f := range p.Tree {
		line("%04o  %s  %7d  %s", f.Mode.Perm(), shortHash(f), len(f.Data), f.Path)
	}
	b.WriteString("\n")
	line("%d files, %d bytes. Nothing was written.", len(p.Tree), p.Tree.Size())
	_, err := io.WriteString(w, b.String())
	return err
}

// featureLine lists the features that are on.
func (a Answers) featureLine() string {
	if len(a.Features) == 0 {
		return "none"
	}
	return strings.Join(a.Features, " ")
}

func shortHash(f File) string { return strings.TrimPrefix(f.Hash(), "sha256:")[:8] }

// PlanSchema names the shape of a plan in JSON. Members are only ever added.
const PlanSchema = "mcpctl.scaffold/v1"

type listing struct {
	Schema      string   `json:"schema"`
	Destination string   `json:"destination"`
	Template    Origin   `json:"template"`
	Answers     Answers  `json:"answers"`
	Files       []listed `json:"files"`
	Written     bool     `json:"written"`
	Next        []string `json:"next,omitempty"`
}

type listed struct {
	Path   string `json:"path"`
	Mode   string `json:"mode"`
	Size   int    `json:"size"`
	Digest string `json:"digest"`
}

// PrintJSON writes the plan as JSON, and whether it has been carried out.
func (p *Plan) PrintJSON(w io.Writer, written bool) error {
	out := listing{Schema: PlanSchema, Destination: p.Dest, Template: p.Origin, Answers: p.Answers, Written: written, Next: p.Next}
	for _, f := range p.Tree {
		out.Files = append(out.Files, listed{f.Path, fmt.Sprintf("%04o", f.Mode.Perm()), len(f.Data), f.Hash()})
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(out)
}
