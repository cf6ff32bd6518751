package doctor

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/mcpctl/mcpctl/inspect/servers"
	"github.com/mcpctl/mcpctl/mcp"
)

const (
	// misses is how many pings in a row may stay unanswered before a session
	// counts as lost.
	misses = 2
	// renewal is after how many pings a session is opened afresh: it keeps a
	// record of all that was said.
	renewal = 5000
)

// loop is the life of one watched server: connect, stay, lose, wait, again.
type loop struct {
	w *Watcher
	s servers.Server

	mu     sync.Mutex
	health Health
}

func (l *loop) run(ctx context.Context) {
	if !l.w.o.Allow(l.s) {
		l.turn(Unasked, "nobody has allowed to start or ask it", "", 0)
		return
	}
	for try := 0; ctx.Err() == nil; try++ {
		e, session, hopeless := l.connect(ctx)
		if session == nil && ctx.Err() == nil {
			trouble, _ := e.d.Trouble()
			wait := l.w.o.wait(try)
			if hopeless {
				wait = l.w.o.Most // it takes a person, who is not hurried
			}
			l.turn(Failed, trouble.What, trouble.Mend, wait)
			rest(ctx, wait)
			continue
		}
		if session == nil {
			return
		}
		began := time.Now()
		why := l.stay(ctx, e, session)
		_ = session.Close(context.WithoutCancel(ctx)) // why says what there is to know
		if ctx.Err() != nil {
			return
		}
		if why == "" { // it is well, and opened afresh
			try = -1
			continue
		}
		if time.Since(began) > l.w.o.Every {
			try = 0 // it was well for a while; this is no series of failures
		}
		wait := l.w.o.wait(try)
		l.turn(Lost, why, "", wait)
		rest(ctx, wait)
	}
}

// connect opens a session, with what the examination of it found. hopeless means
// that waiting alone will not mend what is wrong.
func (l *loop) connect(ctx context.Context) (e *examination, session *mcp.Session, hopeless bool) {
	select {
	case l.w.turns <- struct{}{}:
		defer func() { <-l.w.turns }()
	case <-ctx.Done():
		return nil, nil, false
	}
	o := l.w.o.Options
	e = &examination{o: o, s: l.s}
	ready := e.config() && e.environment()
	if ready && l.s.Local() {
		ready = e.command()
	} else if ready {
		ready = e.address()
	}
	l.count(func(h *Health) { h.Attempts++ })
	if !ready {
		return e, nil, true
	}
	ctx, cancel := context.WithTimeout(ctx, o.Timeout)
	defer cancel()
	e.d.Steps = nil // warnings of before are not why a connection fails
	target := withRoots(e.target, o)
	a := open(ctx, target, l.s.Transport, o.limits())
	if a.err != nil {
		e.refused(ctx, target, a)
		return e, nil, a.err.Cause == mcp.CauseAuth || a.err.Cause == mcp.CauseUsage
	}
	e.list(ctx, a.session)
	l.opened(e, a)
	return e, a.session, false
}

// opened notes a new session.
func (l *loop) opened(e *examination, a attempt) {
	s := a.session
	what := fmt.Sprintf("%s over %s, first answer after %s", s.Revision(), s.Kind(), brief(a.first))
	if step, ok := e.d.Step(StepList); ok && step.Status == OK {
		what += ", " + step.What
	}
	l.count(func(h *Health) {
		h.Connects++
		h.Revision, h.Transport, h.Server, h.Offers = s.Revision(), s.Kind(), e.identity(s.Server()), e.d.Offers
	})
	l.turn(Ready, e.clean(what), "", 0)
}

// stay keeps the session until it is lost, and says why; "" when it is only to be
// opened afresh, or ctx has ended.
func (l *loop) stay(ctx context.Context, e *examination, s *mcp.Session) (why string) {
	ticker := time.NewTicker(l.w.o.Every)
	defer ticker.Stop()
	missed := 0
	for range renewal {
		select {
		case <-ctx.Done():
			return ""
		case <-s.Ended():
			return l.ended(s)
		case <-ticker.C:
		}
		took, err := ping(ctx, s, min(maxCall, l.w.o.Every/2))
		err = answered(err)
		if ctx.Err() != nil {
			return ""
		}
		l.count(func(h *Health) { h.pinged(took, err == nil) })
		if err == nil {
			if missed > 0 {
				l.turn(Ready, "it answers again, in "+brief(took), "", 0)
			}
			missed = 0
			continue
		}
		if missed++; missed >= misses || over(s, err) {
			return e.clean(err.Error())
		}
		l.turn(Slow, e.clean(err.Error()), "", 0)
	}
	return ""
}

// over reports whether nothing more can come in this session.
func over(s *mcp.Session, err error) bool {
	return s.Log().Ended() != nil || errors.Is(err, mcp.ErrClosed) || errors.Is(err, errForgotten)
}

// answered takes an error for an answer where it is one: a server that does not
// know ping is alive all the same.
func answered(err error) error {
	var failure *mcp.RPCError
	if errors.As(err, &failure) {
		return nil
	}
	return err
}

// ended says how the process ended.
func (l *loop) ended(s *mcp.Session) string {
	exit, _ := s.Exit()
	if exit.Signal != "" {
		return "the process was ended by " + exit.Signal
	}
	return fmt.Sprintf("the process ended with exit code %d", exit.Code)
}

// turn notes a change of state and tells of it. What stays as it was is told only
// once.
func (l *loop) turn(to State, what, mend string, again time.Duration) {
	now := time.Now()
	l.mu.Lock()
	same := l.health.State == to && l.health.What == what
	if l.health.State != to {
		l.health.Since = now
	}
	l.health.State, l.health.What = to, what
	if to == Lost || to == Failed {
		l.health.Failures++
	}
	l.mu.Unlock()
	if !same {
		l.w.tell(Change{At: now, Name: l.s.Name, Client: l.s.Client, State: to, What: what, Mend: mend, Again: again})
	}
}

func (l *loop) count(change func(*Health)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change(&l.health)
}

func (l *loop) now() Health {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.health.copied()
}

// rest waits for d, or until ctx ends.
func rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
