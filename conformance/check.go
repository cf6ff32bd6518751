package conformance

import (
	"context"

	"github.com/mcpctl/mcpctl/conformance/spec"
	"github.com/mcpctl/mcpctl/mcp"
)

// Reach is how far a check goes with somebody else's server.
type Reach int

// The reaches, each including those before it.
const (
	// Observe looks at the opening of a session and at its lists.
	Observe Reach = iota
	// Provoke also sends what a careless or hostile client might, reads
	// listed resources and gets listed prompts. It calls no tool.
	Provoke
	// Invoke also calls tools, but only those that the user has allowed.
	Invoke
)

// String is the reach as --reach spells it.
func (r Reach) String() string { return [...]string{"observe", "provoke", "invoke"}[r] }

// Reaches lists all reaches, for flags and completion.
func Reaches() []Reach { return []Reach{Observe, Provoke, Invoke} }

// Claims are the requirements that a check judges, by their ids in the
// catalogue of each era. What binds in which revision, how strongly, and where
// the specification says so, all derives from them: without a citation there
// is no verdict.
type Claims struct{ Handshake, Stateless []string }

// Check is one question to a server.
type Check struct {
	// ID is permanent: subject, thing, rule, as in "tools/names/unique".
	ID string
	// Title says what holds when the check passes.
	Title string
	// Claims are the requirements that it judges. All that bind in one
	// revision cost the same: a check that mixed MUST and SHOULD could not
	// say what it found.
	Claims Claims
	// Needs names what must be there for the check to apply, separated by
	// spaces; see Facts for the words.
	Needs string
	Reach Reach
	// Run asks; Watch judges traffic. Exactly one is set.
	Run   func(context.Context, *Probe) error
	Watch func(*Traffic) error
	// Waits marks a check that may listen in vain for a second or more. Those
	// are begun first, or the whole run would wait for them at its end.
	Waits bool
	// General marks a check that judges everything at once, such as the
	// wire schema: what a particular check also found is shown there, and
	// here as blocked.
	General bool
	// Fix says in a sentence how a server is usually mended.
	Fix string
}

// Clause is where a check's claim stands in one stretch of revisions.
type Clause struct {
	In    mcp.Span
	Req   string
	Level spec.Strength
	// Ref is the page#anchor of the specification in the last revision of
	// the stretch.
	Ref string
}

// Requirements are the catalogue entries of all claims, handshake era first.
// A claim that the catalogue does not know is left out; a test forbids it.
func (c Check) Requirements() []spec.Requirement {
	var all []spec.Requirement
	add := func(era mcp.Era, ids []string) {
		for _, id := range ids {
			if r, ok := spec.Lookup(era, id); ok {
				all = append(all, r)
			}
		}
	}
	add(mcp.Handshake, c.Claims.Handshake)
	add(mcp.Stateless, c.Claims.Stateless)
	return all
}

// Clauses are the claims with their spans and citations.
func (c Check) Clauses() []Clause {
	var all []Clause
	for _, r := range c.Requirements() {
		last := r.Until
		if last == "" {
			last = mcp.Timeline()[len(mcp.Timeline())-1]
		}
		all = append(all, Clause{In: r.Span(), Req: r.ID, Level: r.Strength(), Ref: r.Ref(last)})
	}
	return all
}

// Binding are the requirements that bind the check in a revision on a
// transport; none means that it does not apply there.
func (c Check) Binding(rev mcp.Revision, kind mcp.TransportKind) []spec.Requirement {
	var all []spec.Requirement
	for _, r := range c.Requirements() {
		if r.Binds(rev, string(kind)) {
			all = append(all, r)
		}
	}
	return all
}

// Suite is the checks of one subject, in reading order.
type Suite struct {
	ID, Title string
	Checks    []Check
}
