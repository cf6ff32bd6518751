package mcptest

import (
	"crypto/rand"
	"io"
	"net/http"

	"github.com/mcpctl/mcpctl/mcp"
)

// The HTTP+SSE transport of 2024-11-05: basic/transports#http-with-sse.

// oldStream opens a connection: its stream tells first where to post.
func (h *site) oldStream(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet || len(h.w.s.speaks(mcp.Handshake)) == 0 {
		h.notAllowed(w, r)
		return
	}
	if !accepts(r, "text/event-stream") && !h.w.s.skips(SkipAccept) {
		h.refuse(w, r, http.StatusNotAcceptable, "Accept must have text/event-stream")
		return
	}
	st := newStream()
	st.named = true
	id := rand.Text()
	st.preface = "event: endpoint\ndata: /messages?sessionId=" + id + "\n\n"
	n := newConn(h.w, mcp.SSE, id, open{st})
	h.mu.Lock()
	h.old[id] = n
	h.mu.Unlock()
	defer func() {
		h.mu.Lock()
		delete(h.old, id)
		h.mu.Unlock()
		n.end()
	}()
	st.flow(w, r, st.attach(), 0, true)
}

// open is a stream that outlives the requests answered on it.
type open struct{ st *stream }

func (o open) put(pieces [][]byte, _ bool) { o.st.put(pieces, false) }

// oldMessage takes in a message for a connection; the answer to it goes to
// the connection's stream.
func (h *site) oldMessage(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		h.notAllowed(w, r)
		return
	}
	h.mu.Lock()
	n := h.old[r.URL.Query().Get("sessionId")]
	h.mu.Unlock()
	if n == nil {
		http.Error(w, "there is no such connection", http.StatusNotFound)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "the body cannot be read", http.StatusRequestEntityTooLarge)
		return
	}
	s := h.w.s
	if s.Faults.Line != nil {
		c := n.context(mcp.Message{}, r)
		if out, handled := s.Faults.Line(&c, body); handled {
			n.out.put(out, false)
			w.WriteHeader(http.StatusAccepted)
			return
		}
	}
	m, bad := parse(body)
	if bad == nil && m.MessageKind() != mcp.BatchMessage {
		_, bad = s.envelope(m)
	}
	if bad != nil && !validID(m.ID()) {
		http.Error(w, bad.Message, http.StatusBadRequest)
		return
	}
	_ = n.receive(m, n.out, r)
	w.WriteHeader(http.StatusAccepted)
}
