package contract

import (
	"cmp"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// Change is one difference, by the rule that weighs it.
type Change struct {
	// Rule is the id of the rule, as in "contract/tool-removed".
	Rule     string   `json:"rule"`
	Category Category `json:"category"`
	// Breaking reports whether what worked may no longer.
	Breaking bool `json:"breaking"`
	// Subject is the entry: "tools/search", "server".
	Subject string `json:"subject"`
	// Path says where: a JSON pointer into the arguments or the result for rules
	// about schemas, the name of a member or argument otherwise.
	Path string `json:"path,omitempty"`
	// Revisions are those in which it is so; none means in all that both sides have.
	Revisions []mcp.Revision `json:"revisions,omitempty"`
	Message   string         `json:"message"`
	// CounterExample is a call's arguments that the old schema took and the new one
	// refuses, or a result that the new schema allows and the old one did not. Both
	// schemas have judged it.
	CounterExample mcp.Value `json:"counterExample,omitzero"`
	// Before and After are what changed, Absent on the side that does not have it.
	Before mcp.Value `json:"before,omitzero"`
	After  mcp.Value `json:"after,omitzero"`
	// Semver is the step of the version that the change alone asks for.
	Semver Bump `json:"semver"`
	// Fix says what to do about it, "" for nothing.
	Fix string `json:"fix,omitempty"`
	// Ignored is set when an ignore rule accepts the change.
	Ignored *Ignored `json:"ignored,omitempty"`
}

// Ignored says why a change does not count.
type Ignored struct {
	Reason string `json:"reason"`
	Until  string `json:"until,omitempty"`
}

// change makes a change by the rule with that id.
func change(id, path, message string, before, after mcp.Value) Change {
	r := find(id)
	return Change{Rule: suite + r.id, Category: r.category, Breaking: slices.Contains(Failing(), r.category), Path: path, Message: message,
		Before: before, After: after, Semver: r.bump, Fix: r.fix}
}

// title is what holds when the change's rule is kept.
func (c Change) title() string { return find(c.Rule).title }

// where is the path as people are told it: where in the arguments, the result or
// the capabilities. A member of a descriptor is told by the message.
func (c Change) where() string {
	if strings.HasPrefix(c.Path, "/") || c.Subject == string(Capabilities) {
		return c.Path
	}
	return ""
}

// sameAs reports whether two changes, of two revisions, are one.
func (c Change) sameAs(d Change) bool {
	return c.Rule == d.Rule && c.Subject == d.Subject && c.Path == d.Path && c.Message == d.Message
}

// order puts the gravest first, then what stands together.
func order(a, b Change) int {
	return cmp.Or(cmp.Compare(a.Category.rank(), b.Category.rank()), cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Message, b.Message))
}
