package docgen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/checks"
	"github.com/mcpctl/mcpctl/conformance/spec"
	"github.com/mcpctl/mcpctl/mcp"
)

// section is one check.
func section(c conformance.Check) string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n**%s.**\n\n", c.ID, inline(sentence(c.Title)))
	fmt.Fprintf(&b, "- Level: %s\n- Revisions: %s\n- Reach: %s\n", levels(c), revisions(c), c.Reach)
	if needs := needs(c.Needs); needs != "" {
		fmt.Fprintf(&b, "- Needs: %s\n", needs)
	}
	b.WriteString("\nWhat the specification asks for:\n\n")
	for _, r := range c.Requirements() {
		b.WriteString(clause(r))
	}
	if c.Fix != "" {
		fmt.Fprintf(&b, "\nHow to mend it: %s\n", inline(c.Fix))
	}
	if pass, fail, ok := checks.Examples(c.ID); ok {
		b.WriteString("\n" + folded("An exchange that passes", pass.Title, pass.Text))
		b.WriteString("\n" + folded("An exchange that fails", fail.Title, fail.Text))
	}
	return b.String()
}

// clause is a requirement with its citation in the newest revision that it
// binds.
func clause(r spec.Requirement) string {
	level := strings.ReplaceAll(string(r.Level), "_", " ")
	if r.Derived() {
		level += ", derived"
	}
	bound := where(func(rev mcp.Revision) bool { return rev.Era() == r.Era && r.Span().Has(rev) })
	var last mcp.Revision
	for _, rev := range mcp.Timeline() {
		if rev.Era() == r.Era && r.Span().Has(rev) {
			last = rev
		}
	}
	place := inline(r.Label(last))
	if link := r.Link(last); link != "" {
		place = fmt.Sprintf("[%s](<%s>)", place, link)
	}
	return fmt.Sprintf("- `%s` (%s; %s): %s\n  %s\n", r.ID, level, bound, inline(r.Text), place)
}

// levels says what breaking the check costs, by revision where that differs.
func levels(c conformance.Check) string {
	of := map[mcp.Revision]string{}
	for _, rev := range mcp.Timeline() {
		for _, r := range binding(c, rev) {
			if of[rev] != "must" {
				of[rev] = "should"
			}
			if r.Severity() == spec.Fails {
				of[rev] = "must"
			}
		}
	}
	is := func(level string) func(mcp.Revision) bool {
		return func(rev mcp.Revision) bool { return of[rev] == level }
	}
	must, should := where(is("must")), where(is("should"))
	switch {
	case should == "":
		return "must"
	case must == "":
		return "should"
	}
	return fmt.Sprintf("must (%s), should (%s)", must, should)
}

// revisions are those in which the check applies on some transport.
func revisions(c conformance.Check) string {
	return where(func(rev mcp.Revision) bool { return len(binding(c, rev)) > 0 })
}

// binding is what binds the check in a revision, whatever the transport.
func binding(c conformance.Check, rev mcp.Revision) []spec.Requirement {
	var all []spec.Requirement
	for _, kind := range []mcp.TransportKind{mcp.Stdio, mcp.HTTP, mcp.SSE} {
		all = append(all, c.Binding(rev, kind)...)
	}
	return all
}

// where writes the revisions that is accepts, runs of them as a span.
func where(is func(mcp.Revision) bool) string {
	var spans []string
	timeline := mcp.Timeline()
	for i := 0; i < len(timeline); i++ {
		first := i
		for i < len(timeline) && is(timeline[i]) {
			i++
		}
		switch {
		case i == first+1:
			spans = append(spans, string(timeline[first]))
		case i > first:
			spans = append(spans, fmt.Sprintf("%s to %s", timeline[first], timeline[i-1]))
		}
	}
	return strings.Join(spans, ", ")
}

// needWords explains those words of Check.Needs that are no capabilities.
func needWords() map[string]string {
	return map[string]string{
		"stdio":          "the stdio transport",
		"http":           "the Streamable HTTP transport",
		"sse":            "the HTTP+SSE transport",
		"sessions":       "a session id from the server",
		"local":          "a server on this machine",
		"dual-era":       "a server of both eras",
		"stateless-only": "a server of the stateless era alone",
		"allowed-tools":  "a tool that `--allow-tool` names",
		"notifies":       "some `listChanged` or `subscribe` capability",
	}
}

// needs says what has to be there for the check to apply, "" for nothing.
func needs(words string) string {
	var all []string
	for word := range strings.FieldsSeq(words) {
		text, known := needWords()[word]
		without, absent := strings.CutPrefix(word, "no-")
		switch {
		case known:
		case absent:
			text = fmt.Sprintf("a server that does not declare `%s`", without)
		default:
			text = fmt.Sprintf("the capability `%s`", word)
		}
		if !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return strings.Join(all, "; ")
}
