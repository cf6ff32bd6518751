package property

import (
	"context"
	"sync"

	"github.com/mcpctl/mcpctl/conformance/schema"
	"github.com/mcpctl/mcpctl/mcp"
)

const (
	// maxBreaks is how many calls may cost a session before a tool is let be.
	maxBreaks = 3
	// maxSuspects bounds the calls that are made again, alone, to find the one
	// that did it.
	maxSuspects = 30
)

// failure is a rule that a tool broke, by the smallest input found.
type failure struct {
	breach
	trial trial
	count int  // of the calls that broke it
	alone bool // the call breaks it by itself, too
	// others broke it as well: one of them may be the cause of all.
	others []call
}

// result is what testing one tool came to.
type result struct {
	calls    int
	judged   map[string]int
	failures map[string]*failure
	err      error // why not all calls were made
}

// tester tests the tools of a server in one revision.
type tester struct {
	*lane
	options Options
	made    func(calls int) // is told of calls as they are made
}

// test makes the calls of a tool and looks for the smallest input behind each
// failure.
func (t *tester) test(ctx context.Context, s *subject, calls []call) result {
	r := result{judged: map[string]int{}, failures: map[string]*failure{}}
	var before state
	if s.readOnly {
		if session, err := t.get(ctx); err == nil {
			before = steady(ctx, session)
		}
	}
	for breaks := 0; len(calls) > 0 && breaks < maxBreaks && ctx.Err() == nil; breaks++ {
		session, err := t.get(ctx)
		if err != nil {
			r.err = err
			break
		}
		done := t.round(ctx, s, session, calls, &r)
		calls = calls[done:]
	}
	if session, err := t.get(ctx); err == nil && before != nil && ctx.Err() == nil {
		t.blame(ctx, s, before.since(ctx, session), &r)
	}
	for rule, f := range r.failures {
		t.shrink(ctx, s, f)
		// The clock has a say, or a neighbour's failure: the second verdict counts.
		if (rule == toolAnswers || rule == toolNext) && !f.alone {
			delete(r.failures, rule)
		}
	}
	return r
}

// round makes calls, several at once, until one spoils the session. It returns
// how many were made.
func (t *tester) round(ctx context.Context, s *subject, session *mcp.Session, calls []call, r *result) int {
	var mu sync.Mutex // guards next, broken and r
	next, broken := 0, false
	take := func() (call, bool) {
		mu.Lock()
		defer mu.Unlock()
		if broken || next >= len(calls) || ctx.Err() != nil {
			return call{}, false
		}
		next++
		return calls[next-1], true
	}
	note := func(tr trial, v verdicts) {
		mu.Lock()
		defer mu.Unlock()
		r.add(tr, v)
		t.made(1)
		if v.broken() {
			broken = true
			t.spoil(session)
		}
	}
	workers := max(1, t.options.Concurrency)
	if s.idempotent {
		workers = 1 // or another call may come between the two
	}
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for c, ok := take(); ok; c, ok = take() {
				tr := s.try(ctx, session, c, false)
				note(tr, s.judge(tr))
			}
		})
	}
	all.Wait()
	return next
}

// add takes the verdicts on a trial in. Of the trials that break a rule the
// smallest input is kept.
func (r *result) add(t trial, v verdicts) {
	r.calls++
	for _, rule := range v.judged {
		r.judged[rule]++
	}
	for _, b := range v.breaches {
		f := r.failures[b.rule]
		if f == nil {
			f = &failure{breach: b, trial: t}
			r.failures[b.rule] = f
		} else {
			other := t.call
			if plainer(t.call, f.trial.call) {
				other, f.breach, f.trial = f.trial.call, b, t
			}
			if len(f.others) < maxSuspects {
				f.others = append(f.others, other)
			}
		}
		f.count++
	}
}

// plainer orders inputs by length, then by text, so that it does not depend on
// the clock which one is kept.
func plainer(a, b call) bool {
	x, y := mcp.ValueOf(a.arguments).String(), mcp.ValueOf(b.arguments).String()
	return len(x) < len(y) || len(x) == len(y) && x < y
}

// blame looks for the call of a read-only tool that changed what was seen to have
// changed: it repeats some, one by one.
func (t *tester) blame(ctx context.Context, s *subject, changed []string, r *result) {
	r.judged[toolReadOnly] += r.calls
	if len(changed) == 0 {
		return
	}
	calls, err := s.inputs(maxSuspects, t.options.Seed)
	if err != nil {
		return
	}
	for _, c := range calls {
		session, err := t.get(ctx)
		if err != nil || ctx.Err() != nil {
			return
		}
		tr := s.try(ctx, session, c, true)
		v := s.judge(tr)
		if v.broken() {
			t.spoil(session)
		}
		if b, ok := v.of(toolReadOnly); ok {
			r.failures[toolReadOnly] = &failure{breach: b, trial: tr, count: 1, alone: true}
			return
		}
	}
}

// shrink looks for the smallest input that breaks the rule by itself, in a
// session of its own.
func (t *tester) shrink(ctx context.Context, s *subject, f *failure) {
	budget := t.options.Shrink + 2*t.options.Limits.Call
	if f.rule == toolAnswers || f.rule == toolID { // each success costs a time limit
		budget = t.options.Shrink/10 + 4*t.options.Limits.Call
	}
	ctx, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	if _, err := t.fresh(ctx); err != nil {
		return
	}
	still := func(arguments any) bool {
		c, ok := s.callOf(arguments)
		session, err := t.get(ctx)
		if !ok || err != nil || ctx.Err() != nil {
			return false
		}
		tr := s.try(ctx, session, c, true)
		v := s.judge(tr)
		if v.broken() {
			t.spoil(session)
		}
		b, ok := v.of(f.rule)
		if ok && ctx.Err() == nil {
			f.breach, f.trial, f.alone = b, tr, true
		}
		return ok && ctx.Err() == nil
	}
	for _, suspect := range append([]call{f.trial.call}, f.others...) {
		if still(suspect.arguments) {
			schema.Shrink(s.tool.Get("inputSchema").Raw(), suspect.arguments, still)
			return
		}
	}
}
