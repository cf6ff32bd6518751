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

// where names the revisions of the group in words, given all that were judged.
func (g group) where(judged []mcp.Revision) string {
	if len(g.in) > 1 && len(g.in) == len(judged) {
		return "all revisions judged"
	}
	return join(g.in, ", ")
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
