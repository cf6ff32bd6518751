package lint

import (
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
)

// Off is the level of a rule that is not judged.
const Off conformance.Verdict = "off"

// Level gives the rules that a glob matches another verdict: Fail, Warn or Off.
type Level struct {
	Glob    string
	Verdict conformance.Verdict
}

// Allowed is something that a rule finds and the user accepts. Rule and Subject
// are globs; a subject is written as in the report, "tools/echo" or, of one
// parameter, "tools/echo#message". "tools/echo" stands for its parameters too.
type Allowed struct{ Rule, Subject, Reason string }

// Options say which rules are judged. The zero value judges all but those that
// are mere advice.
type Options struct {
	// Only and Skip are globs of rules. A rule that Only names by its whole id is
	// judged even where it is advice or Levels have it off.
	Only, Skip []string
	// Levels are tried in order; the last that matches counts.
	Levels []Level
	Allow  []Allowed
}

// Result is what the rules found.
type Result struct {
	// Findings has one for each rule that was judged or skipped.
	Findings []conformance.Finding
	// Stale are the entries of Options.Allow that matched nothing although their
	// rule was judged, in words.
	Stale []string
}

// Check judges a surface. It does not keep it, asks nobody, and is safe for
// concurrent use.
func Check(s Surface, o Options) Result {
	var result Result
	used := make([]bool, len(o.Allow))
	judged := make([]bool, len(o.Allow))
	r := newReview(s)
	for _, one := range all() {
		verdict := o.verdict(one)
		if verdict == Off {
			continue
		}
		for i, a := range o.Allow {
			judged[i] = judged[i] || conformance.MatchGlob(a.Rule, one.ID)
		}
		result.Findings = append(result.Findings, r.judge(one, verdict, o.Allow, used))
	}
	for i, a := range o.Allow {
		if judged[i] && !used[i] {
			result.Stale = append(result.Stale, fmt.Sprintf("lint allows %s for %s, where it finds nothing any more", a.Rule, a.Subject))
		}
	}
	return result
}

// verdict is what breaking the rule comes to; Off leaves it out.
func (o Options) verdict(r rule) conformance.Verdict {
	named, matched := false, len(o.Only) == 0
	for _, glob := range o.Only {
		named = named || glob == r.ID
		matched = matched || conformance.MatchGlob(glob, r.ID)
	}
	for _, glob := range o.Skip {
		matched = matched && !conformance.MatchGlob(glob, r.ID)
	}
	if !matched {
		return Off
	}
	verdict := r.Verdict
	if r.Group == Advice && !named {
		verdict = Off
	}
	for _, l := range o.Levels {
		if conformance.MatchGlob(l.Glob, r.ID) && (l.Verdict != Off || !named) {
			verdict = l.Verdict
		}
	}
	return verdict
}

// judge is the finding on one rule.
func (r *review) judge(one rule, verdict conformance.Verdict, allow []Allowed, used []bool) conformance.Finding {
	f := conformance.Finding{Check: one.ID, Title: one.Title, Revision: r.Revision, Transport: r.Transport,
		Verdict: conformance.Pass}
	if !r.has(one.about) {
		f.Verdict, f.Message = conformance.Skip, "the server shows no "+string(one.about)
		return f
	}
	r.faults, r.more, r.note = nil, 0, ""
	one.look(r)
	left, accepted, reason := []string{}, []string{}, ""
	for _, fault := range r.faults {
		why, ok := accept(one.ID, fault.subject, allow, used)
		if ok {
			accepted, reason = append(accepted, fault.text), why
		} else {
			left = append(left, fault.text)
		}
	}
	if len(left) == 0 && len(accepted) > 0 {
		left, f.Baseline = accepted, reason
	}
	if len(left) == 0 {
		f.Message = r.note
		return f
	}
	f.Verdict, f.Message, f.Fix = verdict, left[0], one.Fix
	if extra := len(left) - 1 + r.more; extra > 0 {
		f.Message = fmt.Sprintf("%s (and %d more)", left[0], extra)
		f.Details = left
	}
	if r.more > 0 {
		f.Details = append(f.Details, fmt.Sprintf("and %d more that are not listed", r.more))
	}
	return f
}

// accept is the reason for which a fault is allowed. Every entry that allows it
// is marked as used.
func accept(id, subject string, allow []Allowed, used []bool) (reason string, ok bool) {
	whole, _, _ := strings.Cut(subject, "#")
	for i, a := range allow {
		if conformance.MatchGlob(a.Rule, id) && (conformance.MatchGlob(a.Subject, subject) || conformance.MatchGlob(a.Subject, whole)) {
			used[i] = true
			if !ok {
				reason, ok = a.Reason, true
			}
		}
	}
	return reason, ok
}
