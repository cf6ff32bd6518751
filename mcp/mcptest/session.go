package mcptest

import (
	"crypto/rand"
	"net/http"
	"strconv"
	"sync"

	"github.com/mcpctl/mcpctl/mcp"
)

// maxBacklog is how many messages wait for a GET stream; more are dropped.
const maxBacklog = 1000

// session is a session of the handshake era over Streamable HTTP, with all
// streams it ever had. It is the sink for what belongs to no request: that
// goes to one of the GET streams or waits for one to be opened.
type session struct {
	*conn

	mu      sync.Mutex
	streams map[string]*stream
	gets    []*stream
	backlog [][]byte
	ended   bool
}

func (h *site) newSession() *session {
	n := &session{streams: map[string]*stream{}}
	n.conn = newConn(h.w, mcp.HTTP, rand.Text(), n)
	return n
}

func (n *session) put(pieces [][]byte, _ bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	sent := false
	for _, st := range n.gets {
		if st.isRead() && (!sent || n.w.s.skips(SkipOneStream)) {
			st.put(pieces, false)
			sent = true
		}
	}
	if !sent && len(n.backlog) < maxBacklog {
		n.backlog = append(n.backlog, pieces...)
	}
}

// stream opens a stream in the session.
func (n *session) stream(standalone bool) *stream {
	st := newStream()
	r := n.rev()
	n.mu.Lock()
	defer n.mu.Unlock()
	id := strconv.Itoa(len(n.streams) + 1)
	n.streams[id] = st
	if !n.w.s.skips(SkipEventID) {
		st.id = id
		if r >= mcp.Rev20251125 && !n.w.s.skips(SkipPriming) {
			st.preface = "id: " + id + "-0\ndata: \n\n"
		}
	}
	if standalone {
		n.gets = append(n.gets, st)
	}
	if n.ended {
		st.put(nil, true)
	}
	return st
}

// finish ends the session with all that is under way in it.
func (n *session) finish() {
	n.end()
	n.mu.Lock()
	defer n.mu.Unlock()
	n.ended = true
	for _, st := range n.streams {
		if st != nil {
			st.put(nil, true)
		}
	}
}

// session finds the session that a request names, or answers why there is
// none. In a batch or single, initialize needs none and gets a new one.
func (h *site) session(w http.ResponseWriter, r *http.Request, m mcp.Message) (n *session, fresh, ok bool) {
	s, id := h.w.s, r.Header.Get("Mcp-Session-Id")
	h.mu.Lock()
	n, latest := h.sessions[id], h.latest
	h.mu.Unlock()
	switch {
	case n != nil:
	case id != "" && s.skips(SkipSessionUnknown):
		h.refuseSession(w, r, m, http.StatusBadRequest, "there is no such session")
		return nil, false, false
	case id != "":
		h.refuseSession(w, r, m, http.StatusNotFound, "there is no such session")
		return nil, false, false
	case m.Method() == "initialize":
		return h.newSession(), true, true
	case !s.skips(SkipSessionID) && !s.skips(SkipSession):
		h.refuseSession(w, r, m, http.StatusBadRequest, "Mcp-Session-Id is missing")
		return nil, false, false
	case latest == nil:
		return h.newSession(), true, true
	default:
		n = latest
	}
	version := r.Header.Get("Mcp-Protocol-Version")
	if version != "" && !s.skips(SkipVersionHeader) && !contains(s.speaks(mcp.Handshake), version) {
		h.refuseSession(w, r, m, http.StatusBadRequest, "MCP-Protocol-Version names no revision that is served")
		return nil, false, false
	}
	return n, false, true
}

func contains(all []mcp.Revision, version string) bool {
	for _, r := range all {
		if string(r) == version {
			return true
		}
	}
	return false
}

// refuseSession refuses a request that fits no session, with an error response
// where there is an id to respond to.
func (h *site) refuseSession(w http.ResponseWriter, r *http.Request, m mcp.Message, status int, why string) {
	if m.MessageKind() != mcp.RequestMessage || !validID(m.ID()) {
		http.Error(w, why, status)
		return
	}
	c := Context{In: m, Transport: mcp.HTTP, HTTP: r}
	h.write(w, status, h.w.s.pieces(&c, failure(m.ID(), rpcError(mcp.CodeInvalidRequest, nil, "%s", why)), true))
}

// postHandshake serves a POST of the handshake era.
func (h *site) postHandshake(w http.ResponseWriter, r *http.Request, m mcp.Message) {
	s := h.w.s
	if m.MessageKind() != mcp.BatchMessage {
		if _, err := s.envelope(m); err != nil {
			h.refuseMessage(w, r, m, err)
			return
		}
	}
	n, fresh, ok := h.session(w, r, m)
	if !ok {
		return
	}
	if m.MessageKind() == mcp.BatchMessage && (m.Len() == 0 || n.rev() != mcp.Rev20250326 && !s.skips(SkipBatch)) {
		h.refuseMessage(w, r, m, rpcError(mcp.CodeInvalidRequest, nil, "a batch is not acceptable here"))
		return
	}
	st := newStream()
	if !fresh {
		st = n.stream(false)
	}
	st.always = alwaysStream(m.Method())
	_ = n.receive(m, st, r)
	if fresh {
		h.keep(w, n)
	}
	if !asks(m) {
		n.forgetStream(st)
		h.accepted(w, st)
		return
	}
	streamed := st.answer(w, r, func() {
		if s.skips(SkipDetach) {
			n.stopCall(m)
		}
	})
	if !streamed {
		n.forgetStream(st)
	}
}

// keep remembers a session whose initialize was served, and names it.
func (h *site) keep(w http.ResponseWriter, n *session) {
	if n.rev() == "" {
		n.finish()
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.latest = n
	if !h.w.s.skips(SkipSessionID) {
		h.sessions[n.id] = n
		w.Header().Set("Mcp-Session-Id", n.id)
	}
}

// asks tells whether a message, or one in a batch, wants a response.
func asks(m mcp.Message) bool {
	for _, each := range append(m.Batch(), m) {
		kind := each.MessageKind()
		if kind == mcp.RequestMessage || kind == mcp.Malformed {
			return true
		}
	}
	return false
}

// accepted answers what wants no response: 202 without a body, unless a fault
// has put something there.
func (h *site) accepted(w http.ResponseWriter, st *stream) {
	st.mu.Lock()
	events := st.events
	st.mu.Unlock()
	if len(events) > 0 {
		h.write(w, http.StatusOK, events)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

func (n *session) forgetStream(st *stream) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for id, other := range n.streams {
		if other == st {
			n.streams[id] = nil
		}
	}
}

func (n *session) stopCall(m mcp.Message) {
	n.conn.mu.Lock()
	c := n.calls[idKey(m.ID())]
	n.conn.mu.Unlock()
	if c != nil {
		c.stop()
	}
}
