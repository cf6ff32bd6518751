package tape

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

// replaying is one replay under way.
type replaying struct {
	session *mcp.Session
	timeout time.Duration
	script  *script

	open    []inFlight
	replies map[*turn]mcp.Message
	failed  map[*turn]error
	took    map[*turn]time.Duration
	renamed map[string]mcp.Value // what the recorded server made up, by its JSON: what the live one did

	mu         sync.Mutex
	given      map[int]bool // answers that were given
	unanswered []string
}

// inFlight is a request that was sent and not yet waited for.
type inFlight struct {
	turn     *turn
	exchange *mcp.Exchange
}

// play replays once, on a connection of its own.
func play(ctx context.Context, t *Tape, s *script, target mcp.Target, o ReplayOptions) (*replaying, error) {
	r := &replaying{
		timeout: o.Timeout, script: s, replies: map[*turn]mcp.Message{},
		failed: map[*turn]error{}, took: map[*turn]time.Duration{}, renamed: map[string]mcp.Value{}, given: map[int]bool{},
	}
	revision := t.Revision()
	if !revision.Known() {
		revision = mcp.Rev20251125
	}
	limits := mcp.DefaultLimits()
	limits.Call, limits.Frame, limits.Asked = o.Timeout, maxFrame, max(limits.Asked, 2*len(s.answers))
	var err error
	r.session, err = mcp.Connect(ctx, target, mcp.Options{
		Revision: revision, Transport: o.Transport, Limits: limits, Bare: true, Answer: r.answer,
	})
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.session.Close(context.WithoutCancel(ctx)) }() // the answers are what counts
	for _, next := range s.turns {
		r.settle(ctx, next)
		if ctx.Err() != nil {
			break
		}
		r.send(ctx, next)
	}
	r.settle(ctx, nil)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return r, r.unreached()
}

// unreached says that the server answered nothing at all.
func (r *replaying) unreached() error {
	if len(r.replies) > 0 {
		return nil
	}
	for _, t := range r.script.turns {
		if err := r.failed[t]; t.replied && err != nil {
			return &mcp.ConnectError{Cause: mcp.CauseUnreachable, Err: err,
				What: fmt.Sprintf("the server answers nothing; %s: %v", t.entry.Method, err),
				Hint: "Does it run, and is the address that of MCP?"}
		}
	}
	return nil
}

// settle waits for the answers that the recorded client had before it sent next,
// all of them for nil.
func (r *replaying) settle(ctx context.Context, next *turn) {
	var open []inFlight
	for _, f := range r.open {
		t := f.turn
		if next != nil && (!t.replied || t.entry.Reply > next.entry.N) {
			open = append(open, f)
			continue
		}
		wait := r.timeout
		if !t.replied {
			wait = 0 // none is expected: what has come has come
		}
		r.finish(ctx, t, f.exchange, wait)
	}
	r.open = open
}

// finish waits for an answer and takes it in.
func (r *replaying) finish(ctx context.Context, t *turn, x *mcp.Exchange, wait time.Duration) {
	within, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	if err := x.Wait(within); err != nil {
		r.failed[t] = err
	}
	x.Close()
	reply := x.Reply()
	if reply == nil {
		return
	}
	r.replies[t], r.took[t] = *reply, x.Took()
	if t.entry.Method == "initialize" && reply.Result().Is(mcp.Object) {
		r.session.Adopt(x)
	}
	for _, path := range [][]string{{"requestState"}, {"nextCursor"}, {"task", "taskId"}} {
		was, is := t.reply.Result().Get(path...), reply.Result().Get(path...)
		if was.Exists() && is.Exists() {
			r.renamed[string(was.Raw())] = is
		}
	}
}

// send sends what the client sent, under the names that the live server knows.
func (r *replaying) send(ctx context.Context, t *turn) {
	v := t.message.Value
	for _, path := range [][]string{{"params", "requestState"}, {"params", "cursor"}, {"params", "taskId"}} {
		if is, ok := r.renamed[string(v.Get(path...).Raw())]; ok {
			v = replaced(v, is, path...)
		}
	}
	m := mcp.Message{Value: v}
	q := mcp.Request{Method: m.Method(), Raw: v.Raw(), Header: mirrored(t), Timeout: r.timeout}
	if p := m.Params(); p.Exists() {
		q.Params = p
	}
	if m.MessageKind() == mcp.NotificationMessage {
		q.Notification = true
		r.session.Do(ctx, q)
		if m.Method() == "notifications/initialized" && r.session.Kind() == mcp.HTTP {
			r.session.Listen(context.WithoutCancel(ctx), "") // the session's end is the stream's
		}
		return
	}
	q.ID = m.ID()
	r.open = append(r.open, inFlight{t, r.session.Start(ctx, q)})
}

// mirrored are the recorded headers that say what the message does.
func mirrored(t *turn) map[string]string {
	var all map[string]string
	for name, values := range t.http.Header {
		name = http.CanonicalHeaderKey(name)
		own := strings.HasPrefix(name, "Mcp-Param-") || name == "Mcp-Method" || name == "Mcp-Name" || name == "Mcp-Protocol-Version"
		if own && len(values) > 0 {
			if all == nil {
				all = map[string]string{}
			}
			all[name] = values[0]
		}
	}
	return all
}

// answer gives the live server the answer that the recorded client gave: to the
// same question or, for want of it, to the next one of that method.
func (r *replaying) answer(m mcp.Message) (any, *mcp.RPCError) {
	r.mu.Lock()
	defer r.mu.Unlock()
	best := -1
	for i, a := range r.script.answers {
		if r.given[i] || a.method != m.Method() {
			continue
		}
		if best < 0 || mcp.Equal(a.params, m.Params()) {
			best = i
			if mcp.Equal(a.params, m.Params()) {
				break
			}
		}
	}
	if best < 0 {
		r.unanswered = append(r.unanswered, clip(m.Method()))
		return nil, &mcp.RPCError{Code: mcp.CodeMethodNotFound, Message: "the recorded client was not asked this"}
	}
	r.given[best] = true
	if e := r.script.answers[best].reply.RPCError(); e != nil {
		return nil, e
	}
	return r.script.answers[best].reply.Result(), nil
}
