package contract

import (
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
)

// rule is a rule of the catalogue. Its id is permanent.
type rule struct {
	id       string // without the suite
	category Category
	bump     Bump
	title    string // what holds when it is kept
	why, fix string
}

// suite begins the id of every rule.
const suite = "contract/"

// catalogue are all rules, in the order of documentation.
func catalogue() []rule {
	return slices.Concat(serverRules(), toolRules(), inputRules(), outputRules(), promptRules(), resourceRules(), commonRules())
}

// Rules are all rules in the order of documentation. Their group is the category.
// A rule of META has the verdict Pass: what breaks it is told and never counts,
// unless it is asked for.
func Rules() []conformance.Rule {
	var all []conformance.Rule
	for _, r := range catalogue() {
		all = append(all, conformance.Rule{ID: suite + r.id, Title: r.title, Group: string(r.category), Verdict: verdict(r.category, Failing()), Why: r.why, Fix: r.fix})
	}
	return all
}

// RuleIDs are the ids of all rules.
func RuleIDs() []string {
	var all []string
	for _, r := range catalogue() {
		all = append(all, suite+r.id)
	}
	return all
}

// verdict is what a change of a category comes to.
func verdict(c Category, failing []Category) conformance.Verdict {
	switch {
	case slices.Contains(failing, c):
		return conformance.Fail
	case c == Meta:
		return conformance.Pass
	}
	return conformance.Warn
}

// find is the rule with an id, with or without the suite. There is none for an
// id that the program does not have.
func find(id string) rule {
	id = strings.TrimPrefix(id, suite)
	all := catalogue()
	i := slices.IndexFunc(all, func(r rule) bool { return r.id == id })
	if i < 0 {
		return rule{id: id, category: Unknown, bump: Minor, title: id}
	}
	return all[i]
}
