package docgen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/internal/cli"
)

// RulePages are the pages of docs/rules by file name: an index and one for each
// suite of rules. They depend on nothing but the suites.
func RulePages() map[string]string {
	suites := cli.RuleSuites()
	pages := map[string]string{Index: ruleIndex(suites)}
	for _, s := range suites {
		pages[s.ID+".md"] = rulePage(s)
	}
	return pages
}

// ruleIndex leads to the suites and says what the levels mean.
func ruleIndex(suites []cli.RuleSuite) string {
	var b strings.Builder
	total := 0
	for _, s := range suites {
		total += len(s.Rules)
	}
	fmt.Fprintf(&b, "%s# Rules\n\n%s that rest on no sentence of the specification, but on what clients, models and teams need.\n", generated, plural(total, "rule"))
	b.WriteString("`mcpctl checks explain ID` shows the same in a terminal. What the specification asks for is in [checks](../checks/README.md).\n\n")
	b.WriteString("| suite | rules | judged by |\n|---|---|---|\n")
	for _, s := range suites {
		fmt.Fprintf(&b, "| [%s](%s.md) | %d | `%s` |\n", inline(s.Title), s.ID, len(s.Rules), s.Command)
	}
	b.WriteString("\n**Level**: *fail* fails a run, *warn* only one that is strict, *note* is told and fails nothing by itself, and *off* is\n" +
		"advice that has to be asked for.\n")
	return b.String()
}

// rulePage tells all about the rules of a suite, group by group.
func rulePage(s cli.RuleSuite) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s# %s\n\n%s by which `%s` judges. [All suites](%s)\n", generated, inline(s.Title), plural(len(s.Rules), "rule"), s.Command, Index)
	for _, group := range ruleGroups(s.Rules) {
		fmt.Fprintf(&b, "\n| %s | level | what holds |\n|---|---|---|\n", inline(group))
		for _, r := range s.Rules {
			if r.Group == group {
				fmt.Fprintf(&b, "| [`%s`](#%s) | %s | %s |\n", r.ID, anchor(r.ID), cli.RuleLevel(r), cell(r.Title))
			}
		}
	}
	for _, r := range s.Rules {
		fmt.Fprintf(&b, "\n## %s\n\n**%s.**\n\n- Group: %s\n- Level: %s\n", r.ID, inline(sentence(r.Title)), inline(r.Group), cli.RuleLevel(r))
		fmt.Fprintf(&b, "\n%s\n", inline(sentence(r.Why)))
		if r.Fix != "" {
			fmt.Fprintf(&b, "\nHow to mend it: %s\n", inline(r.Fix))
		}
	}
	return b.String()
}

// ruleGroups are the groups of rules, in the order in which they appear.
func ruleGroups(rules []conformance.Rule) []string {
	var all []string
	for _, r := range rules {
		if !slices.Contains(all, r.Group) {
			all = append(all, r.Group)
		}
	}
	return all
}
