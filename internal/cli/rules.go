package cli

import (
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/contract"
	"github.com/mcpctl/mcpctl/conformance/lint"
	"github.com/mcpctl/mcpctl/conformance/property"
)

// RuleSuite is a set of rules that rest on no sentence of the specification.
type RuleSuite struct {
	// ID begins the ids of its rules and names its page, docs/rules/ID.md.
	ID, Title string
	// Command judges by them.
	Command string
	Rules   []conformance.Rule
}

// RuleSuites are all of them, for `mcpctl checks` and for the generated pages: a
// suite that stands here is listed, explained, completed and documented.
func RuleSuites() []RuleSuite {
	return []RuleSuite{
		{"contract", "Contract", "mcpctl contract diff", contract.Rules()},
		{"property", "Properties of a live server", "mcpctl contract test", property.Rules()},
		{"lint", "Lint", "mcpctl lint", lint.Rules()},
	}
}

// RuleLevel is what breaking a rule comes to, in a word.
func RuleLevel(r conformance.Rule) string {
	switch {
	case r.Group == lint.Advice:
		return "off"
	case r.Verdict == conformance.Pass:
		return "note"
	}
	return string(r.Verdict)
}

// rulePages is where the rules are explained on the web.
const rulePages = "https://github.com/mcpctl/mcpctl/blob/main/docs/rules/"

// rulePage is the address of what docs/rules says about a rule.
func rulePage(id string) string {
	suite, _, _ := strings.Cut(id, "/")
	return rulePages + suite + ".md#" + strings.ReplaceAll(id, "/", "")
}

// linkRules gives the findings on rules that name no page that of the rule, to
// which reports and code scanning lead.
func linkRules(findings []conformance.Finding) {
	known := map[string]bool{}
	for _, id := range ruleIDs() {
		known[id] = true
	}
	for i := range findings {
		if f := &findings[i]; f.Link == "" && known[f.Check] {
			f.Link = rulePage(f.Check)
		}
	}
}

func ruleIDs() []string {
	var all []string
	for _, suite := range RuleSuites() {
		for _, r := range suite.Rules {
			all = append(all, r.ID)
		}
	}
	return all
}

// explainedIDs are all that `mcpctl checks explain` knows.
func explainedIDs() []string { return append(checkIDs(), ruleIDs()...) }

// describeRule is a rule as `checks list` prints it.
func describeRule(suite RuleSuite, r conformance.Rule) listed {
	return listed{ID: r.ID, Title: r.Title, Suite: suite.Title, Group: r.Group, Level: RuleLevel(r)}
}

// explainedRule is a rule as `checks explain` prints it.
func explainedRule(id string) (explained, bool) {
	for _, suite := range RuleSuites() {
		for _, r := range suite.Rules {
			if r.ID == id {
				return explained{listed: describeRule(suite, r), Command: suite.Command, Why: r.Why, Fix: r.Fix, Link: rulePage(id)}, true
			}
		}
	}
	return explained{}, false
}

// printRule tells all about a rule.
func (a *app) printRule(e explained) {
	levels := map[string]string{
		"fail": "fail", "warn": "warn",
		"note": "told, and never fails a run by itself",
		"off":  "advice: off unless --rule names it in full or mcpctl.yaml turns it on",
	}
	fmt.Fprintf(a.Out, "%s\n%s.\n\nSuite      %s\nGroup      %s\nLevel      %s\nJudged by  %s\n", e.ID, sentence(e.Title), e.Suite, e.Group, levels[e.Level], e.Command)
	fmt.Fprintf(a.Out, "\nWhy\n  %s\n", e.Why)
	if e.Fix != "" {
		fmt.Fprintf(a.Out, "\nHow to mend it\n  %s\n", e.Fix)
	}
	fmt.Fprintf(a.Out, "\n%s\n", e.Link)
}
