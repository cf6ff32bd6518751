package cli

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/checks"
	"github.com/mcpctl/mcpctl/conformance/spec"
	"github.com/mcpctl/mcpctl/mcp"
)

// explained is a check or a rule as `checks explain --format json` prints it.
type explained struct {
	listed
	Command  string     `json:"command,omitempty"` // that judges by a rule
	Why      string     `json:"why,omitempty"`
	Fix      string     `json:"fix,omitempty"`
	Link     string     `json:"link,omitempty"`
	Clauses  []citation `json:"clauses,omitempty"`
	PassWhen *example   `json:"passes,omitempty"`
	FailWhen *example   `json:"fails,omitempty"`
}

type example struct {
	Title    string `json:"title"`
	Exchange string `json:"exchange"`
}

// citation is a requirement and where the specification has it.
type citation struct {
	Requirement string   `json:"requirement"`
	Level       string   `json:"level"`
	Text        string   `json:"text"`
	Revisions   []string `json:"revisions"`
	Ref         string   `json:"ref"`
	Link        string   `json:"link"`
}

func (a *app) checksExplainCommand() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "explain ID",
		Short: "Tell what a check or rule asks for and why, and how to mend what breaks it",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("explain takes the id of one check").hinted("`mcpctl checks list` has them all.")
			}
			return nil
		},
		RunE:              func(_ *cobra.Command, args []string) error { return a.explainCheck(args[0], format) },
		ValidArgsFunction: completeChecks,
	}
	c.Flags().StringVar(&format, "format", "text", "print `text` or json")
	return c
}

func (a *app) explainCheck(id, format string) error {
	e, ok := explainedCheck(id)
	if !ok {
		e, ok = explainedRule(id)
	}
	if !ok {
		return usagef("no check is called %q", id).hinted("%s", didYouMean(id, explainedIDs(), "`mcpctl checks list` has them all."))
	}
	switch format {
	case "json":
		out := json.NewEncoder(a.Out)
		out.SetIndent("", "  ")
		return out.Encode(e)
	case "text":
		a.printExplained(e)
		return nil
	}
	return usagef("--format %q is neither text nor json", format)
}

func explainedCheck(id string) (explained, bool) {
	for _, suite := range checks.All() {
		for _, check := range suite.Checks {
			if check.ID != id {
				continue
			}
			e := explained{listed: describe(suite, check), Fix: check.Fix}
			for _, r := range check.Requirements() {
				e.Clauses = append(e.Clauses, cite(r))
			}
			if pass, fail, ok := checks.Examples(id); ok {
				e.PassWhen, e.FailWhen = &example{pass.Title, pass.Text}, &example{fail.Title, fail.Text}
			}
			return e, true
		}
	}
	return explained{}, false
}

// cite gathers a requirement's citation in the newest revision that it binds.
func cite(r spec.Requirement) citation {
	c := citation{Requirement: r.ID, Level: strings.ReplaceAll(string(r.Level), "_", " "), Text: r.Text}
	if r.Derived() {
		c.Level += ", derived: warns only"
	}
	for _, rev := range mcp.Timeline() {
		if rev.Era() == r.Era && r.Span().Has(rev) {
			c.Revisions = append(c.Revisions, string(rev))
			c.Ref, c.Link = r.Label(rev), r.Link(rev)
		}
	}
	return c
}

// bindingRevisions are the revisions in which a check applies on some
// transport.
func bindingRevisions(c conformance.Check) []string {
	var all []string
	for _, rev := range mcp.Timeline() {
		for _, kind := range []mcp.TransportKind{mcp.Stdio, mcp.HTTP, mcp.SSE} {
			if len(c.Binding(rev, kind)) > 0 {
				all = append(all, string(rev))
				break
			}
		}
	}
	return all
}

func (a *app) printExplained(e explained) {
	if e.Command != "" {
		a.printRule(e)
		return
	}
	fmt.Fprintf(a.Out, "%s\n%s.\n\nRevisions  %s\nReach      %s\n", e.ID, sentence(e.Title), strings.Join(e.Revisions, ", "), e.Reach)
	if e.Needs != "" {
		fmt.Fprintf(a.Out, "Needs      %s\n", e.Needs)
	}
	fmt.Fprintln(a.Out, "\nWhat the specification asks for")
	for _, c := range e.Clauses {
		fmt.Fprintf(a.Out, "  %s (%s; %s)\n    %s\n    %s\n", c.Requirement, c.Level, strings.Join(c.Revisions, ", "), c.Text, c.Ref)
		if c.Link != "" {
			fmt.Fprintf(a.Out, "    %s\n", c.Link)
		}
	}
	if e.Fix != "" {
		fmt.Fprintf(a.Out, "\nHow to mend it\n  %s\n", e.Fix)
	}
	a.printExample("An exchange that passes", e.PassWhen)
	a.printExample("An exchange that fails", e.FailWhen)
}

func (a *app) printExample(head string, e *example) {
	if e == nil {
		return
	}
	fmt.Fprintf(a.Out, "\n%s (%s)\n", head, e.Title)
	for line := range strings.Lines(e.Exchange) {
		fmt.Fprintf(a.Out, "  %s", line)
	}
}

// sentence starts with a capital letter.
func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
