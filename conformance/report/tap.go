package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/internal/term"
)

// TAP writes the Test Anything Protocol, version 14, a test point for each
// check and revision:
//
//	ok                  pass
//	ok # SKIP           does not apply
//	not ok              fail, error; warn when strict
//	not ok # TODO       warn, unproven, blocked, known: harnesses show these
//	                    without failing the run, and never as a pass
//
// An interrupted run ends in Bail out!
func TAP(w io.Writer, r *conformance.Report, o Options) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "TAP version 14\n1..%d\n", len(r.Findings))
	about := tapLine(r.Target.Name)
	if r.Transport != "" {
		about += " over " + tapLine(r.Transport)
	}
	fmt.Fprintf(out, "# %s\n", about)
	for i, f := range r.Findings {
		result, directive := tapResult(f, o.Strict)
		fmt.Fprintf(out, "%s %d - %s%s\n", result, i+1, within(tapLine(f.Check), tapLine(string(f.Revision))), directive)
		if f.Verdict != conformance.Pass && f.Verdict != conformance.Skip {
			diagnose(out, f)
		}
	}
	for _, s := range r.Stale {
		fmt.Fprintf(out, "# stale entry: %s\n", tapLine(s))
	}
	if r.Interrupted {
		fmt.Fprintln(out, "Bail out! the run was interrupted")
	}
	return out.Flush()
}

func tapResult(f conformance.Finding, strict bool) (result, directive string) {
	why := tapLine(term.Clip(reason(group{Finding: f}), messageLimit))
	switch s := state(f); {
	case s == conformance.Pass:
		return "ok", ""
	case s == conformance.Skip:
		return "ok", " # SKIP " + why
	case s == conformance.Fail, s == conformance.Errored, s == conformance.Warn && strict:
		return "not ok", ""
	default:
		return "not ok", fmt.Sprintf(" # TODO %s: %s", s, why)
	}
}

// diagnose writes the YAML block below a test point. Its values are JSON
// strings, which are YAML too.
func diagnose(out *bufio.Writer, f conformance.Finding) {
	fmt.Fprintln(out, "  ---")
	add := func(name, value string) {
		if value != "" {
			fmt.Fprintf(out, "  %s: %s\n", name, yamlString(value))
		}
	}
	list := func(name string, values []string) {
		if len(values) == 0 {
			return
		}
		fmt.Fprintf(out, "  %s:\n", name)
		for _, value := range values {
			fmt.Fprintf(out, "    - %s\n", yamlString(value))
		}
	}
	add("verdict", string(f.Verdict))
	add("title", f.Title)
	add("message", f.Message)
	list("details", f.Details)
	list("rule", rules(f))
	add("see", f.Link)
	add("fix", f.Fix)
	add("blockedBy", f.BlockedBy)
	add("baseline", f.Baseline)
	list("wire", wireLines(f.Evidence))
	fmt.Fprintln(out, "  ...")
}

func wireLines(evidence []conformance.Evidence) []string {
	var all []string
	for _, e := range evidence {
		all = append(all, strings.TrimSpace(arrow(e)+" "+start(e)+" "+term.Clip(e.Text, 2000)))
	}
	return all
}

// yamlString quotes text on one line. It is made safe first, so that quoting
// has nothing left to escape but quotes and backslashes.
func yamlString(text string) string {
	var out strings.Builder
	if err := writeJSON(&out, printable(term.CILine(text)), ""); err != nil {
		return `""` // cannot be: any string can be quoted
	}
	return strings.TrimSpace(out.String())
}

// tapLine is text on a test line, where # would begin a directive.
func tapLine(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(term.CILine(text), `\`, `\\`), "#", `\#`)
}
