package lint

import (
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
)

// rule is a rule and how it is judged.
type rule struct {
	conformance.Rule
	// about says what the rule judges; where the server has none of it, the
	// rule is skipped.
	about about
	look  func(*review)
}

// about is a part of the surface.
type about string

const (
	tools     about = "tools"
	prompts   about = "prompts"
	resources about = "resources"
	templates about = "resource templates"
	anything  about = ""
)

// Advice is the group of rules that are off unless they are asked for: what they
// ask of a server is worth having, but its absence is no fault.
const Advice = "advice"

// all are the rules in the order of reports.
func all() []rule {
	return slices.Concat(nameRules(), descriptionRules(), parameterRules(), valueRules(), schemaRules(), patternRules(),
		costRules(), annotationRules(), unicodeRules(), poisonRules(), exposureRules(), promptRules(), resourceRules(), adviceRules())
}

// Rules lists the rules of the package in the order of reports.
func Rules() []conformance.Rule {
	var list []conformance.Rule
	for _, r := range all() {
		list = append(list, r.Rule)
	}
	return list
}
