package doctor

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/mcpctl/mcpctl/inspect/servers"
)

// State is how a watched server is.
type State string

// The states of a watched server.
const (
	Connecting State = "connecting"
	Ready      State = "ready"
	Slow       State = "slow"    // it did not answer the last ping
	Lost       State = "lost"    // the session is over; it is tried again
	Failed     State = "failed"  // no session could be opened; it is tried again
	Unasked    State = "unasked" // nobody allowed to start or ask it
)

// Change is a change of a server's state.
type Change struct {
	At     time.Time
	Name   string
	Client string
	State  State
	What   string
	Mend   string
	// Again is when the server is tried again, from At; 0 when it is not.
	Again time.Duration
}

// WatchOptions say how to watch.
type WatchOptions struct {
	Options
	// Every is how long to wait between pings; 15 seconds by default.
	Every time.Duration
	// First and Most are the shortest and the longest wait before a server is
	// tried again; 1 second and 1 minute by default. Each wait is twice the one
	// before, give or take a fifth.
	First, Most time.Duration
	// Chance is a number in [0, 1) that settles the give or take; nil is random.
	Chance func() float64
	// Tell is told of every change, one at a time; nil is nobody.
	Tell func(Change)
}

func (o WatchOptions) settled() WatchOptions {
	o.Options = o.Options.settled()
	if o.Every <= 0 {
		o.Every = 15 * time.Second
	}
	if o.First <= 0 {
		o.First = time.Second
	}
	if o.Most < o.First {
		o.Most = max(time.Minute, o.First)
	}
	if o.Chance == nil {
		o.Chance = rand.Float64
	}
	if o.Tell == nil {
		o.Tell = func(Change) {}
	}
	return o
}

// wait is how long to wait before try number n, from 0.
func (o WatchOptions) wait(n int) time.Duration {
	d := o.First
	for range n {
		if d *= 2; d >= o.Most {
			d = o.Most
			break
		}
	}
	return min(o.Most, time.Duration(float64(d)*(0.8+0.4*o.Chance())))
}

// Watcher keeps sessions with a fleet of servers: it opens them, asks for signs of
// life, and opens them again when they are lost. What it keeps does not grow with
// time. It is safe for concurrent use; Run is called once.
type Watcher struct {
	o     WatchOptions
	turns chan struct{} // who may open a session
	loops []*loop

	telling sync.Mutex
}

// NewWatcher makes a Watcher of servers. Those that their clients do not use are
// left out, unless Options.Disabled says otherwise.
func NewWatcher(all []servers.Server, o WatchOptions) *Watcher {
	o = o.settled()
	w := &Watcher{o: o, turns: make(chan struct{}, o.Parallel)}
	for _, g := range grouped(all, o.Options) {
		if s := g[0]; s.Disabled == "" || o.Disabled {
			w.loops = append(w.loops, &loop{w: w, s: s, health: Health{Name: s.Name, Client: s.Client, File: s.File, State: Connecting}})
		}
	}
	return w
}

// Run watches until ctx ends, and then until every server is left.
func (w *Watcher) Run(ctx context.Context) {
	var all sync.WaitGroup
	for _, l := range w.loops {
		all.Go(func() { l.run(ctx) })
	}
	all.Wait()
}

// Health is how all watched servers are.
func (w *Watcher) Health() []Health {
	all := make([]Health, len(w.loops))
	for i, l := range w.loops {
		all[i] = l.now()
	}
	return all
}

// Well reports whether every server that may be asked is ready.
func (w *Watcher) Well() bool {
	for _, h := range w.Health() {
		if h.State != Ready && h.State != Unasked {
			return false
		}
	}
	return true
}

func (w *Watcher) tell(c Change) {
	w.telling.Lock()
	defer w.telling.Unlock()
	w.o.Tell(c)
}
