package conformance

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/mcpctl/mcpctl/mcp"
)

// maxReopened is how often the shared session is opened anew when the server
// has ended it, before the run gives up on it.
const maxReopened = 5

// arena is where the checks of one revision meet the server: the shared
// session, what was observed on it, and every connection that was opened.
type arena struct {
	target  mcp.Target
	options Options
	facts   Facts
	slots   chan struct{} // bounds the connections open at once, over all arenas
	memo    *memo         // what was asked once in this revision
	runMemo *memo         // what was asked once in all of them

	mu       sync.Mutex
	session  *mcp.Session
	reopened int
	idle     []*mcp.Session // left as they were by the checks that had them
	all      []*opened
	closing  sync.WaitGroup
}

// opened is a connection that was opened. Its session is let go once it is
// closed: only what crossed it is judged later.
type opened struct {
	session *mcp.Session
	Connection
}

func newOpened(s *mcp.Session, bare bool) *opened {
	return &opened{s, Connection{Log: s.Log(), Bare: bare}}
}

// look is the connection as it stands.
func (o *opened) look() Connection {
	if o.session != nil {
		o.Exit, o.Exited = o.session.Exit()
	}
	return o.Connection
}

func newArena(t mcp.Target, o Options, f Facts, s *mcp.Session, slots chan struct{}, forAll *memo) *arena {
	return &arena{target: t, options: o, facts: f, session: s, slots: slots,
		all: []*opened{newOpened(s, false)}, memo: newMemo(), runMemo: forAll}
}

// shared is the shared session, opened anew when the server has ended it.
func (a *arena) shared(ctx context.Context) (*mcp.Session, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.session.Log().Ended() == nil {
		return a.session, nil
	}
	if a.reopened >= maxReopened {
		return nil, Unprovenf("the server has ended its session %d times", a.reopened+1)
	}
	a.reopened++
	s, err := mcp.Connect(ctx, a.target, a.sessionOptions())
	if err != nil {
		return nil, err
	}
	a.session = s
	a.all = append(a.all, newOpened(s, false))
	return s, nil
}

func (a *arena) sessionOptions() mcp.Options {
	return mcp.Options{Revision: a.facts.Revision, Transport: a.facts.Transport, Limits: a.options.Limits}
}

// open opens a session for one check, waiting for a slot.
func (a *arena) open(ctx context.Context, change func(*mcp.Options)) (*mcp.Session, error) {
	select {
	case a.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	o := a.sessionOptions()
	change(&o)
	s, err := mcp.Connect(ctx, a.target, o)
	if err != nil {
		<-a.slots
		return nil, err
	}
	a.mu.Lock()
	a.all = append(a.all, newOpened(s, o.Bare))
	a.mu.Unlock()
	return s, nil
}

// retire closes a session that a check has opened, in the background: a
// server that lingers after its end must not hold up the others.
func (a *arena) retire(s *mcp.Session) {
	a.closing.Go(func() {
		// How a server ends is judged by the checks of its end.
		if err := s.Close(context.Background()); err == nil {
			a.closed(s)
		}
		<-a.slots
	})
}

// closed lets go of a session of which nothing is left.
func (a *arena) closed(s *mcp.Session) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, o := range a.all {
		if o.session == s {
			o.look()
			o.session = nil
		}
	}
}

// settle waits until every session that checks have opened is gone.
func (a *arena) settle() {
	a.closing.Wait()
	a.drain()
	a.closing.Wait()
}

// close ends the shared sessions.
func (a *arena) close(ctx context.Context) {
	a.settle()
	a.mu.Lock()
	var open []*mcp.Session
	for _, o := range a.all {
		if o.session != nil {
			open = append(open, o.session)
		}
	}
	a.mu.Unlock()
	var wait sync.WaitGroup
	for _, s := range open {
		wait.Go(func() { _ = s.Close(ctx) }) // as above
	}
	wait.Wait()
}

// forget lets go of everything that crossed the arena's connections. Nobody may
// use the arena after that.
func (a *arena) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.session, a.all, a.memo = nil, nil, nil
}

// ask sends a request on the shared session, once for all who ask the same.
func (a *arena) ask(ctx context.Context, method string, params any) (*mcp.Exchange, error) {
	return a.askFor(ctx, mcp.Request{Method: method, Params: params}, false)
}

// askFor is ask for any request; anew asks again for what got no answer.
func (a *arena) askFor(ctx context.Context, r mcp.Request, anew bool) (*mcp.Exchange, error) {
	key, err := json.Marshal([]any{r.Method, r.Params})
	if err != nil {
		return nil, err
	}
	return once(ctx, a.memo, string(key), anew, func(ctx context.Context) (*mcp.Exchange, error) {
		s, err := a.shared(ctx)
		if err != nil {
			return nil, err
		}
		return s.Do(ctx, r), nil
	})
}

// list fetches a list on the shared session, once.
func (a *arena) list(ctx context.Context, what string, anew bool) (*Listing, error) {
	return once(ctx, a.memo, "list "+what, anew, func(ctx context.Context) (*Listing, error) {
		s, err := a.shared(ctx)
		if err != nil {
			return nil, err
		}
		return FetchList(ctx, s, what)
	})
}

// traffic is everything that crossed the arena's connections.
func (a *arena) traffic() *Traffic {
	a.mu.Lock()
	defer a.mu.Unlock()
	t := &Traffic{Revision: a.facts.Revision, Transport: a.facts.Transport, Facts: a.facts}
	for _, o := range a.all {
		t.Connections = append(t.Connections, o.look())
	}
	return t
}
