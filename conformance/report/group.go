package report

import (
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/spec"
	"github.com/mcpctl/mcpctl/mcp"
)

// group is one root cause: what one check found, over all revisions in which
// it found the same. The finding shown is that of the newest revision.
type group struct {
	conformance.Finding
	in []mcp.Revision // oldest first
}

// sameness tells findings of one root cause from those of another.
type sameness struct {
	check, transport, baseline, by, message string
	verdict                                 conformance.Verdict
}

// groups merges findings, in the order in which they first appear.
func groups(findings []conformance.Finding) []group {
	var all []group
	seen := map[sameness]int{}
	for _, f := range findings {
		key := sameness{f.Check, f.Transport, f.Baseline, f.BlockedBy, numberless(f.Message), f.Verdict}
		i, ok := seen[key]
		if !ok {
			seen[key] = len(all)
			all = append(all, group{f, []mcp.Revision{f.Revision}})
			continue
		}
		g := &all[i]
		if f.Revision > g.Revision {
			g.Finding = f
		}
		if !slices.Contains(g.in, f.Revision) {
			g.in = append(g.in, f.Revision)
			slices.Sort(g.in)
		}
	}
	return all
}

// numberless is a message with every number replaced by 0: request ids, ports,
// dates and timings differ between revisions although the cause is one.
func numberless(message string) string {
	var out strings.Builder
	digits := false
	for i := range len(message) {
		isDigit := message[i] >= '0' && message[i] <= '9'
		if !isDigit {
			out.WriteByte(message[i])
		} else if !digits {
			out.WriteByte('0')
		}
		digits = isDigit
	}
	return out.String()
}

// where names the revisions of the group in words, given all that were judged; ""
// for what belongs to none, such as a difference between two files.
func (g group) where(judged []mcp.Revision) string {
	if len(g.in) > 1 && len(g.in) == len(judged) {
		return "all revisions judged"
	}
	return strings.TrimPrefix(join(g.in, ", "), ", ") // "" sorts first
}

// within is text and, where there is one, the place that it holds for.
func within(text, where string) string {
	if where == "" {
		return text
	}
	return text + " in " + where
}

// cited reports whether the finding rests on the specification, and not on a rule
// of ours or of the user's.
func cited(f conformance.Finding) bool { return f.Level != "" || len(f.Requirements) > 0 }

// failures is the heading over fails: only what the specification asks for is a
// MUST.
func failures(all []group) string {
	musts := 0
	for _, g := range all {
		if cited(g.Finding) {
			musts++
		}
	}
	switch musts {
	case 0:
		return "Failures"
	case len(all):
		return "Broken MUSTs"
	}
	return "Broken MUSTs and other failures"
}

// explained reports whether `mcpctl checks explain` knows the check: those of the
// protocol, and rules, which have a page.
func explained(f conformance.Finding) bool {
	return len(f.Requirements) > 0 || !cited(f) && f.Link != ""
}

// ruleLink says in a word what the finding's link leads to.
func ruleLink(f conformance.Finding) string {
	if cited(f) {
		return "The specification"
	}
	return "About the rule"
}

// rules are the requirements that the finding is about, in our words.
func rules(f conformance.Finding) []string {
	var all []string
	for _, id := range f.Requirements {
		if r, ok := spec.Lookup(f.Revision.Era(), id); ok && !slices.Contains(all, r.Text) {
			all = append(all, r.Text)
		}
	}
	return all
}

// level is the keyword of the finding's rule as the specification spells it.
func level(f conformance.Finding) string { return strings.ToUpper(string(f.Level)) }

// explain is the command that tells more about a check.
func explain(check string) string { return "mcpctl checks explain " + check }

func join(revisions []mcp.Revision, separator string) string {
	words := make([]string, len(revisions))
	for i, r := range revisions {
		words[i] = string(r)
	}
	return strings.Join(words, separator)
}
