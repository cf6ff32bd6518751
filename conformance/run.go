package conformance

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

// Event tells an observer that a case has ended. Done counts up to Total,
// which grows when cases are run again.
type Event struct {
	Case        Case
	Verdict     Verdict
	Done, Total int
}

// Run carries out the plan and closes it. It always answers with a complete
// report; when ctx ends early, the cases that did not run say so. observe,
// which may be nil, is called from one goroutine at a time.
func (p *Plan) Run(ctx context.Context, observe func(Event)) *Report {
	started := time.Now()
	r := newRun(p, observe)
	slots := make(chan struct{}, 4*p.options.parallel()+maxIdle*len(p.Spoken))
	forAll := newMemo()
	for _, rev := range p.Spoken {
		r.arenas[rev] = newArena(p.Target, p.options, p.Facts[rev], p.sessions[rev], slots, forAll)
	}
	r.ask(ctx)
	r.again(ctx)
	r.concludeRest(ctx)
	report := p.report(r, started)
	report.Interrupted = ctx.Err() != nil
	return report
}

// run is a plan being carried out.
type run struct {
	plan    *Plan
	observe func(Event)
	arenas  map[mcp.Revision]*arena
	cases   map[mcp.Revision][]int // the numbers of their cases
	ending  sync.WaitGroup         // revisions being concluded
	judging sync.Mutex             // held by the one whose traffic is judged

	mu          sync.Mutex
	toAsk       map[mcp.Revision]int // cases that have still to be asked
	concluded   map[mcp.Revision]bool
	results     []result
	findings    []Finding
	done, total int
}

func newRun(p *Plan, observe func(Event)) *run {
	r := &run{
		plan: p, observe: observe, arenas: map[mcp.Revision]*arena{}, cases: map[mcp.Revision][]int{},
		toAsk: map[mcp.Revision]int{}, concluded: map[mcp.Revision]bool{},
		results: make([]result, len(p.Cases)), findings: make([]Finding, len(p.Cases)), total: len(p.Cases),
	}
	for i, c := range p.Cases {
		r.cases[c.Revision] = append(r.cases[c.Revision], i)
		if c.Skip == "" && c.Check.Run != nil {
			r.toAsk[c.Revision]++
		}
	}
	return r
}

// result is what came of a case.
type result struct {
	err   error
	judge *Judge
	took  time.Duration
	// again says that this is a second verdict, reused that the server had
	// served another check before.
	again, reused bool
}

// ask runs the checks that ask, several at once, and concludes the revisions in
// which nothing has to be asked again.
func (r *run) ask(ctx context.Context) {
	order := make([]int, 0, len(r.plan.Cases))
	var waiting []int
	for i, c := range r.plan.Cases {
		switch {
		case c.Skip != "":
			r.finish(i, result{err: skip{c.Skip}})
		case c.Check.Waits:
			waiting = append(waiting, i)
		case c.Check.Run != nil:
			order = append(order, i)
		}
	}
	order = append(waiting, order...)
	if seed := r.plan.options.Shuffle; seed != 0 {
		// The order is to be the same for the same seed, not to be secret.
		rand.New(rand.NewPCG(seed, seed)).Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] }) //nolint:gosec // see above
	}
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(r.plan.options.parallel(), len(order)) {
		workers.Go(func() {
			for i := range next {
				r.finish(i, r.one(ctx, i, false))
				r.asked(ctx, r.plan.Cases[i].Revision)
			}
		})
	}
	for _, i := range order {
		next <- i
	}
	close(next)
	workers.Wait()
	r.ending.Wait()
}

// one runs one case. A check that panics is the tester's trouble, not the
// server's, and must not end the run.
func (r *run) one(ctx context.Context, i int, alone bool) (res result) {
	c := r.plan.Cases[i]
	if ctx.Err() != nil {
		return result{err: Unprovenf("the run was interrupted before this check")}
	}
	arena := r.arenas[c.Revision]
	p := &Probe{Facts: arena.facts, arena: arena, judge: &Judge{}, alone: alone}
	started := time.Now()
	defer func() {
		if crash := recover(); crash != nil {
			res.err = fmt.Errorf("the check itself crashed: %v\n%s", crash, debug.Stack())
		}
		res.judge, res.took, res.reused = p.judge, time.Since(started), p.reused
		p.close()
	}()
	limit := r.plan.options.CheckTime
	if alone {
		limit *= morePatience
	}
	bounded, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := c.Check.Run(bounded, p)
	if p.judge.gone != nil {
		err = goneError(p.judge.gone)
	}
	if ctx.Err() != nil {
		err = Unprovenf("the run was interrupted during this check")
	}
	return result{err: err}
}

// again runs alone, after all others and on new processes, the cases in whose
// verdict the clock had a say, those that found fault with a process that had
// served others, and those that failed for the tester's own reasons: on a busy
// machine a slow answer proves nothing. The second verdict counts.
func (r *run) again(ctx context.Context) {
	started := time.Now()
	for i, c := range r.plan.Cases {
		res := r.results[i]
		if c.Check.Run == nil || c.Skip != "" || ctx.Err() != nil || !doubtful(res) {
			continue
		}
		if time.Since(started) > secondLooks*r.plan.options.CheckTime {
			return // a server that is silent this often is not just late
		}
		r.mu.Lock()
		r.total++
		r.mu.Unlock()
		second := r.one(ctx, i, true)
		second.again = true
		r.finish(i, second)
	}
}

// secondLooks bounds the time spent on judging again, in multiples of what one
// check may take.
const secondLooks = 3

// doubtful reports whether a result may owe something to the clock or to
// another check.
func doubtful(res result) bool {
	if res.err == nil || errors.As(res.err, &skip{}) || errors.As(res.err, &blocked{}) {
		return false
	}
	return res.reused || res.judge.timed || res.judge.cut || isTimeout(res.err) || !errors.As(res.err, &violations{}) && !errors.As(res.err, &unproven{})
}

func isTimeout(err error) bool {
	return errors.Is(err, mcp.ErrTimeout) || errors.Is(err, context.DeadlineExceeded)
}

func (r *run) finish(i int, res result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.results[i] = res
	r.done++
	if r.observe != nil {
		c := r.plan.Cases[i]
		r.observe(Event{c, verdictOf(res.err, c.Binding), r.done, r.total})
	}
}
