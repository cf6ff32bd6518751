package mcptest

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
)

// world is what a server knows and has changed since it was started: one per
// process, one per Handler. Conversations come and go in it.
type world struct {
	s      *Server
	ctx    context.Context
	cancel context.CancelFunc
	over   context.Context // done when all calls and subscriptions have ended
	end    context.CancelFunc
	ticks  atomic.Int64 // of the tool slow

	mu        sync.Mutex
	closed    bool
	work      sync.WaitGroup
	changes   map[string]int      // by kind: tools, prompts, resources
	added     map[string][]string // by kind: names that the tool change has put there
	handles   map[string]bool
	remember  *memory // what SkipStateless keeps between requests
	conns     map[*conn]bool
	listeners map[*listener]bool
}

func newWorld(ctx context.Context, s *Server) *world {
	w := &world{
		s: s, changes: map[string]int{}, added: map[string][]string{}, handles: map[string]bool{},
		remember: &memory{}, conns: map[*conn]bool{}, listeners: map[*listener]bool{},
	}
	w.ctx, w.cancel = context.WithCancel(ctx)
	w.over, w.end = context.WithCancel(context.Background())
	return w
}

// spawn runs f beside everything else, unless the world is closed.
func (w *world) spawn(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.closed {
		w.work.Go(f)
	}
}

// close stops the calls under way, waits for them, and then ends the
// subscriptions properly. It is called once.
func (w *world) close() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.cancel()
	w.work.Wait()
	w.mu.Lock()
	listeners := keys(w.listeners)
	w.mu.Unlock()
	for _, l := range listeners {
		l.end()
	}
	w.end()
}

func (w *world) join(n *conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.conns[n] = true
}

func (w *world) leave(n *conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.conns, n)
}

func (w *world) listen(l *listener) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.listeners[l] = true
}

func (w *world) unlisten(l *listener) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.listeners, l)
}

// change is a change of the surface: of the list of a kind or, when uri is
// set, of one resource.
type change struct{ kind, uri string }

// method is the notification that tells of the change.
func (c change) method() string {
	if c.uri != "" {
		return "notifications/resources/updated"
	}
	return "notifications/" + c.kind + "/list_changed"
}

// changed makes a change known to those who are entitled to hear of it.
func (w *world) changed(c change) {
	w.mu.Lock()
	w.changes[c.kind]++
	conns, listeners := keys(w.conns), keys(w.listeners)
	w.mu.Unlock()
	for _, n := range conns {
		n.changed(c)
	}
	for _, l := range listeners {
		l.changed(c)
	}
}

// toggle puts an entry of the given name into a list, or takes it away again.
func (w *world) toggle(kind, name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if at := slices.Index(w.added[kind], name); at >= 0 {
		w.added[kind] = slices.Delete(slices.Clone(w.added[kind]), at, at+1)
		return
	}
	w.added[kind] = append(slices.Clone(w.added[kind]), name)
}

// extras are the names that toggle has put into a list, and the number of
// changes there were of that kind.
func (w *world) extras(kind string) ([]string, int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.added[kind], w.changes[kind]
}

func keys[K comparable](m map[K]bool) []K {
	var all []K
	for k := range m {
		all = append(all, k)
	}
	return all
}
