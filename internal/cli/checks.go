package cli

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/checks"
)

func (a *app) checksCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "checks",
		Short: "List the checks of the protocol and all other rules, or explain one",
		Args:  cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(c, args[0])
			}
			return c.Help()
		},
	}
	c.AddCommand(a.checksListCommand(), a.checksExplainCommand())
	return c
}

// listed is a check or a rule as `checks list --format json` prints it.
type listed struct {
	ID           string   `json:"id"`
	Title        string   `json:"title"`
	Suite        string   `json:"suite"`
	Group        string   `json:"group,omitempty"` // of a rule
	Reach        string   `json:"reach,omitempty"`
	Needs        string   `json:"needs,omitempty"`
	Level        string   `json:"level"`
	Revisions    []string `json:"revisions,omitempty"`
	Requirements []string `json:"requirements,omitempty"`
}

func (a *app) checksListCommand() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "list [GLOB]",
		Short: "List all checks and rules, or those whose id matches",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			all := listChecks(args)
			if len(all) == 0 {
				return usagef("no check is called %q", args[0]).hinted("%s", didYouMean(args[0], explainedIDs(), "`mcpctl checks list` has them all."))
			}
			return a.printChecks(all, format)
		},
		ValidArgsFunction: completeChecks,
	}
	c.Flags().StringVar(&format, "format", "text", "print `text` or json")
	return c
}

func listChecks(globs []string) []listed {
	matches := func(id string) bool {
		return len(globs) == 0 || conformance.MatchGlob(globs[0], id) || strings.HasPrefix(id, globs[0]+"/")
	}
	var all []listed
	for _, suite := range checks.All() {
		for _, check := range suite.Checks {
			if matches(check.ID) {
				all = append(all, describe(suite, check))
			}
		}
	}
	for _, suite := range RuleSuites() {
		for _, r := range suite.Rules {
			if matches(r.ID) {
				all = append(all, describeRule(suite, r))
			}
		}
	}
	return all
}

func describe(suite conformance.Suite, c conformance.Check) listed {
	l := listed{ID: c.ID, Title: c.Title, Suite: suite.Title, Reach: c.Reach.String(), Needs: c.Needs, Level: "should"}
	for _, r := range c.Requirements() {
		l.Requirements = append(l.Requirements, r.ID)
		if r.Severity() == "fail" {
			l.Level = "must"
		}
	}
	l.Revisions = bindingRevisions(c)
	return l
}

func (a *app) printChecks(all []listed, format string) error {
	switch format {
	case "json":
		e := json.NewEncoder(a.Out)
		e.SetIndent("", "  ")
		return e.Encode(all)
	case "text":
		suite := ""
		for _, l := range all {
			if l.Suite != suite {
				suite = l.Suite
				fmt.Fprintf(a.Out, "\n%s\n", suite)
			}
			fmt.Fprintf(a.Out, "  %-52s %-6s %s\n", l.ID, l.Level, l.Title)
		}
		fmt.Fprintf(a.Out, "\n%d checks and rules. `mcpctl checks explain ID` tells all about one.\n", len(all))
		return nil
	}
	return usagef("--format %q is neither text nor json", format)
}

func completeChecks(_ *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	return explainedIDs(), cobra.ShellCompDirectiveNoFileComp
}
