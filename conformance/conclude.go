package conformance

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

// asked notes that a case of a revision was asked. After the last of them the
// revision is concluded, unless something in it has to be asked again.
func (r *run) asked(ctx context.Context, rev mcp.Revision) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.toAsk[rev]--; r.toAsk[rev] > 0 || ctx.Err() != nil {
		return
	}
	for _, i := range r.cases[rev] {
		if doubtful(r.results[i]) {
			return
		}
	}
	r.concluded[rev] = true
	r.ending.Go(func() {
		r.arenas[rev].tour(ctx)
		r.conclude(ctx, rev)
	})
}

// concludeRest concludes what asked has left, one revision after the other.
func (r *run) concludeRest(ctx context.Context) {
	var rest []mcp.Revision
	var tours sync.WaitGroup
	for _, rev := range r.plan.Spoken {
		if !r.concluded[rev] {
			rest = append(rest, rev)
			tours.Go(func() { r.arenas[rev].tour(ctx) })
		}
	}
	tours.Wait()
	for _, rev := range rest {
		r.conclude(ctx, rev)
	}
}

// conclude lets the watching checks judge what went by in a revision, writes
// its findings and lets its traffic go: a run of all revisions would otherwise
// hold everything that ever crossed the wire.
func (r *run) conclude(ctx context.Context, rev mcp.Revision) {
	a := r.arenas[rev]
	a.settle()       // so that the watchers see how the processes ended
	r.judging.Lock() // what judging takes for a while is taken once at a time
	defer r.judging.Unlock()
	seen := a.traffic()
	for _, i := range r.cases[rev] {
		if c := r.plan.Cases[i]; c.Check.Watch != nil && c.Skip == "" {
			r.finish(i, watch(c.Check, seen))
		}
	}
	a.close(context.WithoutCancel(ctx))
	r.write(rev)
	a.forget()
	r.mu.Lock()
	delete(r.plan.sessions, rev)
	r.mu.Unlock()
}

// write turns the results of a revision into findings. No finding hangs on
// another revision.
func (r *run) write(rev mcp.Revision) {
	cases := r.cases[rev]
	w := newScribe(r.plan.options.Redact)
	found := make([]Finding, len(cases))
	for n, i := range cases {
		found[n] = r.plan.finding(r.plan.Cases[i], r.results[i], w)
	}
	collapse(found, func(n int) bool { return r.plan.Cases[cases[n]].Check.General })
	for n, i := range cases {
		found[n].spots = nil // these, too, hold the traffic
		r.findings[i], r.results[i] = found[n], result{}
	}
}

// watch judges traffic with one watching check.
func watch(c Check, t *Traffic) (res result) {
	own := *t
	own.judge = &Judge{}
	started := time.Now()
	defer func() {
		if crash := recover(); crash != nil {
			res.err = fmt.Errorf("the check itself crashed: %v\n%s", crash, debug.Stack())
		}
		res.judge, res.took = own.judge, time.Since(started)
	}()
	return result{err: c.Watch(&own)}
}
