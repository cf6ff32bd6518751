package mcptest

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// get opens a standalone stream, or resumes any stream after Last-Event-ID.
func (h *site) get(w http.ResponseWriter, r *http.Request) {
	if !accepts(r, "text/event-stream") && !h.w.s.skips(SkipAccept) {
		h.refuse(w, r, http.StatusNotAcceptable, "Accept must have text/event-stream")
		return
	}
	n, _, ok := h.session(w, r, mcp.Message{})
	if !ok {
		return
	}
	st, from := n.resumed(r.Header.Get("Last-Event-ID"))
	fresh := st == nil
	if fresh {
		st = n.stream(true)
	}
	reader := st.attach()
	n.drain(st)
	st.flow(w, r, reader, from, fresh)
	st.detach(reader)
}

// resumed finds the stream that an event belongs to, and the place after it.
func (n *session) resumed(last string) (*stream, int) {
	id, at, _ := strings.Cut(last, "-")
	from, err := strconv.Atoi(at)
	n.mu.Lock()
	defer n.mu.Unlock()
	st := n.streams[id]
	if st == nil || err != nil || from < 0 || st.id == "" {
		return nil, 0
	}
	if n.w.s.skips(SkipReplayOwn) {
		for _, other := range n.streams {
			if other != nil && other != st {
				other.mu.Lock()
				events := other.events
				other.mu.Unlock()
				st.replay(events)
			}
		}
	}
	return st, from
}

// replay puts events into a stream that may be over.
func (st *stream) replay(events [][]byte) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.events = append(st.events, events...)
}

// drain moves what waited for a GET stream to the one just opened.
func (n *session) drain(st *stream) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, get := range n.gets {
		if get == st && len(n.backlog) > 0 {
			st.put(n.backlog, false)
			n.backlog = nil
		}
	}
}

// delete ends a session.
func (h *site) delete(w http.ResponseWriter, r *http.Request) {
	n, _, ok := h.session(w, r, mcp.Message{})
	if !ok {
		return
	}
	if !h.w.s.skips(SkipSessionEnd) {
		h.mu.Lock()
		delete(h.sessions, n.id)
		h.mu.Unlock()
		n.finish()
	}
	w.WriteHeader(http.StatusNoContent)
}
