package mcptest

import (
	"context"
	"net/http"
	"sync"

	"github.com/mcpctl/mcpctl/mcp"
)

// conn is a conversation of the handshake era: a process, a session over
// Streamable HTTP or a connection over HTTP+SSE.
type conn struct {
	w      *world
	ctx    context.Context
	cancel context.CancelFunc
	kind   mcp.TransportKind
	id     string
	out    sink // for messages that belong to no request

	mu       sync.Mutex
	revision mcp.Revision // "" before initialize
	ready    bool         // notifications/initialized has come
	caps     mcp.Value
	level    string
	watched  map[string]bool
	calls    map[string]*Call
	asks     map[string]chan mcp.Message
	lastID   int
}

func newConn(w *world, kind mcp.TransportKind, id string, out sink) *conn {
	n := &conn{
		w: w, kind: kind, id: id, out: out, level: "info",
		watched: map[string]bool{}, calls: map[string]*Call{}, asks: map[string]chan mcp.Message{},
	}
	n.ctx, n.cancel = context.WithCancel(w.ctx)
	w.join(n)
	return n
}

// end closes the conversation and stops what is under way in it.
func (n *conn) end() {
	n.w.leave(n)
	n.cancel()
}

func (n *conn) context(m mcp.Message, r *http.Request) Context {
	return Context{In: m, Revision: n.rev(), Transport: n.kind, HTTP: r, Session: n.id}
}

func (n *conn) rev() mcp.Revision {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.revision
}

func (n *conn) logLevel() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.level
}

// receive takes in what one line or body holds: a message or a batch.
// Answers go to the sink; bad tells that it was refused as a whole.
func (n *conn) receive(m mcp.Message, to sink, r *http.Request) (bad *mcp.RPCError) {
	if m.MessageKind() != mcp.BatchMessage {
		return n.one(m, to, r)
	}
	c := n.context(m, r)
	batches := c.Revision == mcp.Rev20250326 || n.w.s.skips(SkipBatch)
	if !batches || m.Len() == 0 {
		err := rpcError(mcp.CodeInvalidRequest, nil, "a batch is not acceptable here")
		to.put(n.w.s.pieces(&c, failure(unreadableID(c.Revision), err), true), true)
		return err
	}
	all := &batch{to: to, waiting: m.Len()}
	for _, each := range m.Batch() {
		switch {
		case each.MessageKind() == mcp.BatchMessage, each.Method() == "initialize" && !n.w.s.skips(SkipBatch):
			c := n.context(each, r)
			err := rpcError(mcp.CodeInvalidRequest, nil, "this cannot be part of a batch")
			id, _ := n.w.s.envelope(each)
			if !id.Exists() {
				id = unreadableID(c.Revision)
			}
			all.put(n.w.s.pieces(&c, failure(id, err), true), true)
		default:
			_ = n.one(each, all, r)
		}
	}
	return nil
}

// one takes in one message.
func (n *conn) one(m mcp.Message, to sink, r *http.Request) (bad *mcp.RPCError) {
	s, c := n.w.s, n.context(m, r)
	if s.Faults.Handle != nil {
		if out, handled := s.Faults.Handle(&c, m); handled {
			s.handled(&c, out, to)
			return nil
		}
	}
	if id, err := s.envelope(m); err != nil {
		if !id.Exists() {
			id = unreadableID(c.Revision)
		}
		if m.MessageKind() == mcp.NotificationMessage || m.MessageKind() == mcp.ResponseMessage {
			to.put(nil, true)
			return err
		}
		to.put(s.pieces(&c, failure(id, err), true), true)
		return err
	}
	switch m.MessageKind() {
	case mcp.RequestMessage:
		n.request(c, to)
	case mcp.NotificationMessage:
		n.notified(m)
		to.put(nil, true)
	case mcp.ResponseMessage:
		n.answered(m)
		to.put(nil, true)
	default:
		to.put(nil, true)
	}
	return nil
}

// blocks tells which methods may take their time: they must not hold up what
// comes after them.
func blocks(method string) bool {
	switch method {
	case "tools/call", "prompts/get", "resources/read", "completion/complete":
		return true
	}
	return false
}

// request serves a request, beside everything else where it may take time.
func (n *conn) request(context Context, to sink) {
	c := n.begin(context, to)
	method := c.In.Method()
	if blocks(method) {
		n.w.spawn(func() {
			defer n.forget(c)
			result, err := n.serve(c)
			c.finish(result, err)
		})
		return
	}
	result, err := n.serve(c)
	if n.w.s.Faults.Delay == nil {
		c.finish(result, err)
		n.forget(c)
		return
	}
	n.w.spawn(func() {
		defer n.forget(c)
		c.finish(result, err)
	})
}

// begin notes a request as under way, so that it can be cancelled.
func (n *conn) begin(about Context, to sink) *Call {
	c := &Call{Context: about, w: n.w, conn: n, to: to}
	c.ctx, c.cancel = context.WithCancel(n.ctx)
	n.mu.Lock()
	defer n.mu.Unlock()
	c.caps = n.caps
	n.calls[idKey(c.In.ID())] = c
	return c
}

func (n *conn) forget(c *Call) {
	c.cancel()
	n.mu.Lock()
	defer n.mu.Unlock()
	if key := idKey(c.In.ID()); n.calls[key] == c {
		delete(n.calls, key)
	}
}

// idKey makes ids comparable: by type and content, not by spelling.
func idKey(id mcp.Value) string {
	if id.Is(mcp.String) {
		return "s" + id.Text()
	}
	return "n" + string(id.Raw())
}

// notified takes in a notification. What is unknown or malformed is ignored.
func (n *conn) notified(m mcp.Message) {
	n.mu.Lock()
	switch m.Method() {
	case "notifications/initialized":
		n.ready = n.revision != ""
	case "notifications/cancelled":
		c := n.calls[idKey(m.Params().Get("requestId"))]
		n.mu.Unlock()
		if c != nil {
			c.stop()
		}
		return
	}
	n.mu.Unlock()
}

// changed sends a change to the client if it is entitled to hear of it.
func (n *conn) changed(c change) {
	n.mu.Lock()
	watched := n.watched[c.uri] || n.w.s.skips(SkipUpdated) && len(n.watched) > 0
	base := Context{Revision: n.revision, Transport: n.kind, Session: n.id}
	ready := n.ready
	n.mu.Unlock()
	s := n.w.s
	off, params := s.Off[OffListChanged], map[string]any(nil)
	if c.uri != "" {
		off, params = s.Off[OffSubscribe] || !watched, map[string]any{"uri": c.uri}
	}
	if !ready || off && !s.skips(SkipEntitled) {
		return
	}
	n.out.put(s.pieces(&base, notification(c.method(), params), true), false)
}
