package property

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// ledger collects what the rules say in one revision.
type ledger struct {
	how       Options
	revision  mcp.Revision
	transport mcp.TransportKind

	judged     map[string]int // how often each rule was put to the test
	found      []conformance.Finding
	calls      int
	tested     int    // tools
	passiveWhy string // why the passive rules were not applied
	activeWhy  string // why no tool was called
	unseen     string // why an active rule may have seen nothing
	annotated  map[string]bool
	causes     map[string]int // findings that several tools may share, by place in found
}

func newLedger(o Options, r mcp.Revision, kind mcp.TransportKind) *ledger {
	return &ledger{how: o, revision: r, transport: kind, judged: map[string]int{}, annotated: map[string]bool{}, causes: map[string]int{}}
}

// declared notes what a tool declares, so that a rule that waits for it in vain
// can say so.
func (l *ledger) declared(tool mcp.Value) {
	hints := tool.Get("annotations")
	l.annotated[toolReadOnly] = l.annotated[toolReadOnly] || hints.Get("readOnlyHint").True()
	l.annotated[toolRepeats] = l.annotated[toolRepeats] || hints.Get("idempotentHint").True() && !hints.Get("readOnlyHint").True()
	l.annotated[toolResult] = l.annotated[toolResult] || tool.Has("outputSchema") && l.revision >= mcp.Rev20250618
}

func (l *ledger) skip(why string) { l.activeWhy = why }

// trouble notes what kept the tester from its work.
func (l *ledger) trouble(err error) {
	l.passiveWhy, l.activeWhy = "the session could not be had", "the session could not be had"
	l.found = append(l.found, l.finding(conformance.Rule{ID: "property/session", Title: "the server can be asked"}, conformance.Errored, err.Error()))
}

// untested notes a tool that was not tested, or not to the end.
func (l *ledger) untested(name string, err error) {
	rule := ruleOf(toolAnswers)
	l.found = append(l.found, l.finding(rule, conformance.Unproven, fmt.Sprintf("the tool %s was not tested to the end: %v", name, err)))
}

// broken notes a passive rule broken by what exchanges show.
func (l *ledger) broken(id, message string, details []string, seen ...*mcp.Exchange) {
	rule := ruleOf(id)
	f := l.finding(rule, rule.Verdict, message)
	for _, d := range details {
		f.Details = append(f.Details, l.how.Redact.String(d))
	}
	f.Evidence, f.Fix = evidence(seen, l.how.Redact), rule.Fix
	l.found = append(l.found, f)
}

// take takes in what testing a tool came to.
func (l *ledger) take(s *subject, r result) {
	l.calls += r.calls
	l.tested++
	for rule, n := range r.judged {
		l.judged[rule] += n
	}
	for _, rule := range Rules() {
		f := r.failures[rule.ID]
		if f == nil {
			continue
		}
		finding := l.failed(rule, s, f, r.calls)
		cause := cause(f.breach)
		if i, ok := l.causes[cause]; ok && cause != "" {
			l.found[i].Details = append(l.found[i].Details, finding.Details...)
			continue
		}
		l.causes[cause] = len(l.found)
		l.found = append(l.found, finding)
	}
}

// cause tells what tools break for one reason, the way in which their server
// treats every call, from what each breaks by itself, which has none.
func cause(b breach) string {
	switch b.rule {
	case toolID, toolNext:
		return b.rule
	case toolRefuses, toolExtra, toolErrorKind:
		what, _, _ := strings.Cut(b.message, ":")
		what, _, _ = strings.Cut(what, "(")
		return b.rule + " " + what
	}
	return ""
}

// failed is the finding of a rule that a tool broke.
func (l *ledger) failed(rule conformance.Rule, s *subject, f *failure, calls int) conformance.Finding {
	message := fmt.Sprintf("%s(%s) %s", s.name, show(f.trial.arguments), f.message)
	finding := l.finding(rule, rule.Verdict, message)
	finding.Fix = rule.Fix
	repro := Repro{Revision: l.revision, Tool: s.name, Arguments: mcp.ValueOf(f.trial.arguments)}
	again := repro.String()
	if l.how.Command != nil {
		again = l.how.Command(repro)
	}
	finding.Details = append(finding.Details, finding.Message)
	if calls > 1 {
		finding.Details = append(finding.Details, fmt.Sprintf("seen in %d of %d calls of the tool", f.count, calls))
	}
	if !f.alone {
		finding.Details = append(finding.Details, "the call does not do it by itself: it takes what came before, or several at once")
	}
	finding.Details = append(finding.Details, "again: "+l.how.Redact.String(again))
	finding.Evidence = evidence([]*mcp.Exchange{f.trial.first, f.trial.second, f.trial.next}, l.how.Redact)
	return finding
}

func (l *ledger) finding(rule conformance.Rule, v conformance.Verdict, message string) conformance.Finding {
	return conformance.Finding{Check: rule.ID, Title: rule.Title, Revision: l.revision, Transport: string(l.transport),
		Verdict: v, Message: l.how.Redact.String(message)}
}

// findings are those of all rules, in their order: each that was not broken says
// what it saw, or why it saw nothing.
func (l *ledger) findings() []conformance.Finding {
	all := []conformance.Finding{}
	for _, f := range l.found {
		if !slices.ContainsFunc(Rules(), func(r conformance.Rule) bool { return r.ID == f.Check }) {
			all = append(all, f)
		}
	}
	for _, rule := range Rules() {
		before := len(all)
		for _, f := range l.found {
			if f.Check == rule.ID {
				all = append(all, f)
			}
		}
		if len(all) == before {
			all = append(all, l.quiet(rule))
		}
	}
	return all
}

// quiet is the finding of a rule that nothing broke.
func (l *ledger) quiet(rule conformance.Rule) conformance.Finding {
	n := l.judged[rule.ID]
	why := l.activeWhy
	if rule.Group == passive {
		why = l.passiveWhy
	}
	switch {
	case n > 0 && rule.Group == active:
		return l.finding(rule, conformance.Pass, fmt.Sprintf("held in %s of %s", counted(n, "call"), counted(l.tested, "tool")))
	case n > 0:
		return l.finding(rule, conformance.Pass, "")
	case why != "":
		return l.finding(rule, conformance.Skip, why)
	case rule.Group == passive:
		return l.finding(rule, conformance.Skip, "the server has nothing of the kind")
	}
	if declared, known := l.annotated[rule.ID]; known && !declared {
		return l.finding(rule, conformance.Skip, "no tool that was called declares it")
	}
	if l.unseen != "" {
		return l.finding(rule, conformance.Unproven, l.unseen)
	}
	return l.finding(rule, conformance.Unproven, "no call put it to the test")
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strings.TrimSpace(fmt.Sprintf("%d %ss", n, what))
}
