package contract

import (
	"fmt"
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/internal/term"
	"github.com/mcpctl/mcpctl/mcp"
)

// maxExample bounds a counter-example within a message, in bytes.
const maxExample = 600

// kept is the check of the one finding that says that nothing broke.
const kept = suite + "kept"

// Findings are the changes as findings, one for each revision that it is so in,
// failing as [Failing] says; see [Diff.FindingsFailing].
func (d *Diff) Findings() []conformance.Finding { return d.FindingsFailing(Failing()) }

// FindingsFailing are the changes as findings, one for each rule and revision, of
// which those of some categories fail. Others warn; those of META pass. Changes
// that are ignored bear the reason as if a baseline accepted them. If none fails,
// one finding says so.
func (d *Diff) FindingsFailing(failing []Category) []conformance.Finding {
	var all []conformance.Finding
	fails := false
	for _, r := range d.Revisions {
		begin := len(all)
		for _, c := range d.Changes {
			if !slices.Contains(d.revisionsOf(c), r) {
				continue
			}
			f := c.finding(r, failing)
			fails = fails || f.Verdict == conformance.Fail && f.Baseline == ""
			same := func(g conformance.Finding) bool { return g.Check == f.Check && g.Baseline == f.Baseline }
			if i := slices.IndexFunc(all[begin:], same); i >= 0 {
				join(&all[begin+i], f.Message)
				continue
			}
			all = append(all, f)
		}
	}
	for _, r := range d.Revisions {
		if !fails {
			all = append(all, conformance.Finding{Check: kept, Title: "the contract is kept", Verdict: conformance.Pass, Revision: r})
		}
	}
	return all
}

// finding is a change as a finding.
func (c Change) finding(r mcp.Revision, failing []Category) conformance.Finding {
	f := conformance.Finding{Check: c.Rule, Title: c.title(), Revision: r, Verdict: verdict(c.Category, failing), Message: c.sentence()}
	if f.Verdict == conformance.Pass {
		return f
	}
	f.Fix = c.Fix
	if c.Ignored != nil {
		f.Baseline = c.Ignored.Reason
	}
	return f
}

// maxDetails bounds the changes that one finding lists.
const maxDetails = 200

// join adds a change to the finding of its rule.
func join(f *conformance.Finding, message string) {
	if len(f.Details) == 0 {
		f.Details = []string{f.Message}
	}
	if len(f.Details) < maxDetails {
		f.Details = append(f.Details, message)
	}
	f.Message = fmt.Sprintf("%s (and %d more)", f.Details[0], len(f.Details)-1)
}

// revisionsOf are the revisions in which a change is so.
func (d *Diff) revisionsOf(c Change) []mcp.Revision {
	if len(c.Revisions) > 0 {
		return c.Revisions
	}
	return d.Revisions
}

// sentence is the change in one line, with what it is about.
func (c Change) sentence() string {
	if c.where() != "" {
		return c.Subject + " at " + c.where() + ": " + c.Sentence()
	}
	return c.Subject + ": " + c.Sentence()
}

// Sentence is the change in one line, with its example. It is the server's text in
// part: who shows it passes it through internal/term.
func (c Change) Sentence() string {
	text := c.Message
	if c.CounterExample.Exists() {
		text += "; " + c.exampleWord() + " " + term.Clip(c.CounterExample.String(), maxExample)
	}
	return text
}

// exampleWord introduces the counter-example.
func (c Change) exampleWord() string {
	switch {
	case c.Rule == suite+"input-argument-ignored":
		return "such a call loses a part:"
	case c.Category == Result:
		return "a result that was not allowed:"
	}
	return "a call that worked:"
}

// Report is the diff as a report, for the formats of conformance/report.
func (d *Diff) Report(tool conformance.Tool, failing []Category) *conformance.Report {
	r := &conformance.Report{Schema: conformance.Schema, Tool: tool, Target: conformance.TargetInfo{Name: d.Old.label() + " → " + d.New.label()},
		Reach: conformance.Observe.String(), Revisions: slices.Clone(d.Revisions), Findings: d.FindingsFailing(failing)}
	for _, v := range d.New.Revisions {
		r.Server = append(r.Server, conformance.ServerInfo{Revision: v, Name: d.New.Name, Version: d.New.Version})
	}
	r.Tally()
	return r
}

// label is how a side is called in headings.
func (s Side) label() string {
	who := s.Name
	if s.Version != "" {
		who += " " + s.Version
	}
	switch {
	case s.Source == "":
		return who
	case who == "":
		return s.Source
	}
	return s.Source + " (" + who + ")"
}
