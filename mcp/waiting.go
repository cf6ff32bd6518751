package mcp

import (
	"slices"
	"sync"
)

// waiting holds the exchanges of a connection on which every answer arrives
// through one channel, and finds out which of them a message answers. The zero
// value is ready; it is safe for concurrent use.
type waiting struct {
	mu    sync.Mutex
	all   []waiter // oldest first
	asked map[string]bool
	order []string // of asked, the oldest first
	over  error
}

// waiter is an exchange that waits for its answer.
type waiter struct {
	x *Exchange
	// ids are those that its text carries.
	ids []Value
	// any says that an answer without a usable id will do, see Request.Raw.
	any bool
}

// add makes x wait, unless it is a notification. The error is why the
// connection is over.
func (w *waiting) add(x *Exchange) error {
	next := waiter{x: x, any: x.Request.Raw != nil && !x.Asked.Exists()}
	if next.ids = []Value{x.Asked}; next.any {
		next.ids = askedIn(x.Request.Raw)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over != nil {
		return w.over
	}
	if w.asked == nil {
		w.asked = map[string]bool{}
	}
	for _, id := range next.ids {
		w.remember(idKey(id))
	}
	if !x.Request.Notification {
		w.all = append(w.all, next)
	}
	return nil
}

// maxAsked bounds the ids that are remembered.
const maxAsked = 20_000

// remember notes that an id was asked for. Of very many, the oldest are forgotten.
func (w *waiting) remember(id string) {
	if w.asked[id] {
		return
	}
	if len(w.order) >= maxAsked {
		for _, old := range w.order[:maxAsked/2] {
			delete(w.asked, old)
		}
		w.order = append([]string(nil), w.order[maxAsked/2:]...)
	}
	w.asked[id], w.order = true, append(w.order, id)
}

// askedIn are the ids in a hand-made text that its receiver may answer.
func askedIn(raw []byte) []Value {
	var ids []Value
	for _, m := range NewFrame(Sent, ChannelStdin, raw).Messages() {
		if id := m.ID(); id.Exists() && m.MessageKind() != ResponseMessage {
			ids = append(ids, id)
		}
	}
	return ids
}

// idKey is the same for ids that are Equal.
func idKey(id Value) string {
	switch n, whole := id.Int(); {
	case id.Is(String):
		return `"` + id.Text()
	case whole:
		return ValueOf(n).String()
	}
	return id.String()
}

// claim returns the exchange that m answers, nil when it answers none, and
// takes it out. What has the id of a waiting request and no method counts as
// its answer even if it lacks both result and error: it is a bad answer, not
// silence. An id that was asked for and no longer waits is a late or repeated
// answer, so it cannot be the answer to a text without id.
func (w *waiting) claim(m Message) *Exchange {
	if !m.Is(Object) || m.Has("method") {
		return nil
	}
	id := m.ID()
	w.mu.Lock()
	defer w.mu.Unlock()
	at := slices.IndexFunc(w.all, func(one waiter) bool {
		return !closed(one.x.done) && slices.ContainsFunc(one.ids, func(v Value) bool { return v.Exists() && Equal(v, id) })
	})
	stray := !id.Exists() || id.Is(Null) || !w.asked[idKey(id)]
	if at < 0 && stray && m.MessageKind() == ResponseMessage {
		at = slices.IndexFunc(w.all, func(one waiter) bool { return !closed(one.x.done) && one.any })
	}
	if at < 0 {
		return nil
	}
	x := w.all[at].x
	w.all = slices.Delete(w.all, at, at+1)
	return x
}

// remove makes x wait no longer.
func (w *waiting) remove(x *Exchange) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = slices.DeleteFunc(w.all, func(one waiter) bool { return one.x == x })
}

// end takes everything out that waits and lets nothing more in.
func (w *waiting) end(why error) []*Exchange {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []*Exchange
	for _, one := range w.all {
		all = append(all, one.x)
	}
	w.all, w.over = nil, why
	return all
}

// ended is why the connection is over, nil while it is not.
func (w *waiting) ended() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.over
}
