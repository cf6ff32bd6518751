package conformance

import (
	"errors"
	"fmt"

	"github.com/mcpctl/mcpctl/conformance/spec"
	"github.com/mcpctl/mcpctl/mcp"
)

// Verdict is the outcome of one check in one revision.
type Verdict string

// The verdicts. Only Pass is green.
const (
	Pass     Verdict = "pass"
	Fail     Verdict = "fail"     // a broken MUST
	Warn     Verdict = "warn"     // a broken SHOULD, or a derived rule
	Skip     Verdict = "skip"     // does not apply, and says why
	Unproven Verdict = "unproven" // could not be observed
	Blocked  Verdict = "blocked"  // hangs on another finding, which is named
	Errored  Verdict = "error"    // the tester's own trouble
)

// Verdicts lists all verdicts in the order of reports.
func Verdicts() []Verdict {
	return []Verdict{Fail, Warn, Errored, Blocked, Unproven, Skip, Pass}
}

// skip, unproven and blocked are what Run and Watch may return beside nil,
// violations and plain errors.
type (
	skip     struct{ why string }
	unproven struct{ why string }
	blocked  struct{ by, why string }
)

func (e skip) Error() string     { return e.why }
func (e unproven) Error() string { return e.why }
func (e blocked) Error() string  { return e.why }

// Skipf says that a check does not apply after all.
func Skipf(format string, args ...any) error { return skip{fmt.Sprintf(format, args...)} }

// Unprovenf says that what a check needs to see was not to be seen.
func Unprovenf(format string, args ...any) error { return unproven{fmt.Sprintf(format, args...)} }

// Blockedf says that a check hangs on what the check named by already judges.
func Blockedf(by, format string, args ...any) error {
	return blocked{by, fmt.Sprintf(format, args...)}
}

// violations is what a Judge found wrong.
type violations struct {
	all []violation
	// more are the places of those beyond what one finding lists.
	more []spot
}

// violation is one thing found wrong, and where it was seen.
type violation struct {
	message string
	spot    spot
}

// spot is a place in the traffic: the frame's connection and number, and a
// JSON Pointer into its message.
type spot struct {
	connection *mcp.Log
	frame      int
	pointer    string
	// about is the method that the message answers or is of: the same
	// defect shows wherever that is sent again.
	about string
}

func (v violations) Error() string {
	if len(v.all) == 1 {
		return v.all[0].message
	}
	return fmt.Sprintf("%s (and %d more)", v.all[0].message, len(v.all)-1+len(v.more))
}

// verdictOf translates what a check returned. It is the only place that does.
func verdictOf(err error, binding []spec.Requirement) Verdict {
	var s skip
	var u unproven
	var b blocked
	var v violations
	switch {
	case err == nil:
		return Pass
	case errors.As(err, &v):
		return cost(binding)
	case errors.As(err, &s):
		return Skip
	case errors.As(err, &u):
		return Unproven
	case errors.As(err, &b):
		return Blocked
	}
	return Errored
}

// cost is the verdict that breaking the requirements earns.
func cost(binding []spec.Requirement) Verdict {
	for _, r := range binding {
		if r.Severity() == spec.Fails {
			return Fail
		}
	}
	return Warn
}

// level is the strongest word among the requirements. A derived rule never
// counts as more than should.
func level(binding []spec.Requirement) spec.Strength {
	strongest := spec.May
	for _, r := range binding {
		switch {
		case r.Strength() == spec.Must && !r.Derived():
			return spec.Must
		case r.Strength() != spec.May:
			strongest = spec.Should
		}
	}
	return strongest
}
