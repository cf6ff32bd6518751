package spec

import (
	"github.com/mcpctl/mcpctl/mcp"
)

// Requirement is one rule that a server can be seen to keep or break. It is
// keyed by era and id: an id that both eras share is one subject with two
// wordings. Values are copies, safe to keep and to share between goroutines.
type Requirement struct {
	Era          mcp.Era
	ID           string       // permanent dotted name, such as "tools.name.unique"
	Level        Level        // the keyword of the rule
	Since, Until mcp.Revision // first and last revision that binds; no Until: still in force
	Transports   Transports
	Area         string // subject, such as "tools" or "transport-http"
	Requires     string // what the server must have or do for the rule to apply, joined by "; "; "none": nothing
	Testability  Testability
	Basis        string // where the rule and its level come from
	Text         string // the rule in our words
	Probe        string // a way to observe it
	Note         string // an ambiguity, or a decision for the tester
	Expect       Expect

	// CallsPrimitive says that the probe may run a tool, prompt or resource of
	// the server. False does not promise that the probe is harmless.
	CallsPrimitive bool
	// Deprecated says that the feature is in the Deprecated state.
	Deprecated bool

	citations []Citation
}

// Expect is the answer that the probe should see; zero fields are open.
type Expect struct {
	HTTPStatus  int // on Streamable HTTP only
	JSONRPCCode int
}

// Level is the keyword of a rule as the catalogue spells it.
type Level string

// The levels. MayIf allows something in a certain way only.
const (
	LevelMust      Level = "MUST"
	LevelMustNot   Level = "MUST_NOT"
	LevelShould    Level = "SHOULD"
	LevelShouldNot Level = "SHOULD_NOT"
	LevelMayIf     Level = "MAY-if"
)

// Strength is a level without its sign, as reports spell it.
type Strength string

// The strengths.
const (
	Must   Strength = "must"
	Should Strength = "should"
	May    Strength = "may"
)

// Strength tells how strongly the level binds.
func (l Level) Strength() Strength {
	switch l {
	case LevelMust, LevelMustNot:
		return Must
	case LevelShould, LevelShouldNot:
		return Should
	}
	return May
}

// Severity is the verdict that a broken requirement earns.
type Severity string

// The severities, spelt as the verdicts of reports.
const (
	Fails Severity = "fail"
	Warns Severity = "warn"
)

// Testability is what it takes to observe a rule.
type Testability string

// The kinds of testability.
const (
	Passive      Testability = "passive"       // watch messages that pass anyway
	Auto         Testability = "auto"          // send something special
	NeedsFixture Testability = "needs-fixture" // the server must offer a suitable primitive
	NeedsOAuth   Testability = "needs-oauth"   // an authorization server must take part
	Manual       Testability = "manual"        // a person must look
)

// Strength tells how strongly the rule binds, whatever it rests on.
func (r Requirement) Strength() Strength { return r.Level.Strength() }

// Derived reports whether the catalogue inferred the rule to make something
// testable. Its level is then the catalogue's, not the specification's.
func (r Requirement) Derived() bool { return r.Basis == "derived" }

// Severity tells what breaking the rule costs: a MUST of the specification's
// own fails a server, everything else warns.
func (r Requirement) Severity() Severity {
	if r.Strength() == Must && !r.Derived() {
		return Fails
	}
	return Warns
}

// Span is the run of revisions in which the rule binds.
func (r Requirement) Span() mcp.Span { return mcp.Between(r.Since, r.Until) }

// Binds reports whether the rule holds in a revision on a transport, which is
// "stdio", "http" (Streamable HTTP) or "sse" (HTTP+SSE).
func (r Requirement) Binds(rev mcp.Revision, transport string) bool {
	return rev.Era() == r.Era && r.Span().Has(rev) && r.Transports.Has(transport)
}
