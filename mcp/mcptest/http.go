package mcptest

import (
	"context"
	"io"
	"mime"
	"net/http"
	"sync"

	"github.com/mcpctl/mcpctl/mcp"
)

// maxBody is the most bytes a body may have.
const maxBody = 64 << 20

// site is a server on HTTP: one world and all sessions in it.
type site struct {
	w       *world
	handler http.Handler
	closing sync.Once

	mu       sync.Mutex
	sessions map[string]*session
	latest   *session         // for servers that give no session ids
	old      map[string]*conn // HTTP+SSE
}

func newSite(s *Server) *site {
	h := &site{w: newWorld(context.Background(), s), sessions: map[string]*session{}, old: map[string]*conn{}}
	h.handler = http.HandlerFunc(h.route)
	if s.Faults.HTTP != nil {
		h.handler = s.Faults.HTTP(h.handler)
	}
	return h
}

// ServeHTTP serves one request.
func (h *site) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.handler.ServeHTTP(w, r) }

// Close ends all sessions, streams and calls, and waits for the calls.
func (h *site) Close() error {
	h.closing.Do(func() {
		h.w.close()
		h.mu.Lock()
		defer h.mu.Unlock()
		for _, n := range h.sessions {
			n.finish()
		}
	})
	return nil
}

// route guards the door and finds the transport.
func (h *site) route(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(h.w.over, cancel)()
	r = r.WithContext(ctx)
	switch s := h.w.s; {
	case !s.skips(SkipHost) && !loopback(r.Host):
		h.refuse(w, r, http.StatusForbidden, "this host is not served")
	case !s.skips(SkipOrigin) && !ownOrigin(r.Header.Values("Origin")):
		h.refuse(w, r, http.StatusForbidden, "this origin is not served")
	case s.Token != "" && !s.skips(SkipAuth) && r.Header.Get("Authorization") != "Bearer "+s.Token:
		w.Header().Set("WWW-Authenticate", `Bearer realm="mcptest"`)
		h.refuse(w, r, http.StatusUnauthorized, "a bearer token is required")
	case r.URL.Path == "/sse":
		h.oldStream(w, r)
	case r.URL.Path == "/messages":
		h.oldMessage(w, r)
	case r.Method == http.MethodPost:
		h.post(w, r)
	case len(s.speaks(mcp.Handshake)) > 0 && r.Method == http.MethodGet:
		h.get(w, r)
	case len(s.speaks(mcp.Handshake)) > 0 && r.Method == http.MethodDelete:
		h.delete(w, r)
	default:
		h.notAllowed(w, r)
	}
}

func (h *site) notAllowed(w http.ResponseWriter, r *http.Request) {
	allow := "POST"
	switch {
	case r.URL.Path == "/sse":
		allow = "GET"
	case r.URL.Path != "/messages" && len(h.w.s.speaks(mcp.Handshake)) > 0:
		allow = "POST, GET, DELETE"
	}
	w.Header().Set("Allow", allow)
	h.refuse(w, r, http.StatusMethodNotAllowed, "this method is not served here")
}

// modern tells whether the headers of a request are those of the stateless
// era.
func (h *site) modern(r *http.Request) bool {
	version := mcp.Revision(r.Header.Get("Mcp-Protocol-Version"))
	known := version.Known() && version.Era() == mcp.Stateless
	return len(h.w.s.speaks(mcp.Stateless)) > 0 &&
		(known || len(h.w.s.speaks(mcp.Handshake)) == 0 || r.Header.Get("Mcp-Method") != "" && r.Header.Get("Mcp-Session-Id") == "")
}

// refuse refuses a request before its body is understood. The stateless era
// is told by an error without id. The handshake era is told in plain text:
// up to 2025-06-18 its schema has no error without id.
func (h *site) refuse(w http.ResponseWriter, r *http.Request, status int, why string) {
	if !h.modern(r) {
		http.Error(w, why, status)
		return
	}
	c := Context{Revision: stateless, Transport: mcp.HTTP, HTTP: r}
	h.write(w, status, h.w.s.pieces(&c, failure(mcp.Value{}, rpcError(mcp.CodeInvalidRequest, nil, "%s", why)), true))
}

func (h *site) write(w http.ResponseWriter, status int, pieces [][]byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	for _, p := range pieces {
		_, _ = w.Write(p)
	}
}

// post is a POST to the endpoint.
func (h *site) post(w http.ResponseWriter, r *http.Request) {
	s := h.w.s
	if !s.skips(SkipAccept) && !(accepts(r, "application/json") && accepts(r, "text/event-stream")) {
		h.refuse(w, r, http.StatusNotAcceptable, "Accept must have application/json and text/event-stream")
		return
	}
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if media != "application/json" && !s.skips(SkipContentType) {
		h.refuse(w, r, http.StatusUnsupportedMediaType, "Content-Type must be application/json")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		h.refuse(w, r, http.StatusRequestEntityTooLarge, "the body cannot be read")
		return
	}
	if s.Faults.Line != nil {
		c := Context{Transport: mcp.HTTP, HTTP: r}
		if out, handled := s.Faults.Line(&c, body); handled {
			h.write(w, http.StatusOK, out)
			return
		}
	}
	m, bad := parse(body)
	if bad != nil {
		h.refuseMessage(w, r, m, bad)
		return
	}
	if h.isStateless(m, r) {
		h.postStateless(w, r, m)
		return
	}
	h.postHandshake(w, r, m)
}

// refuseMessage refuses a message as a whole, with status 400.
func (h *site) refuseMessage(w http.ResponseWriter, r *http.Request, m mcp.Message, why *mcp.RPCError) {
	c := Context{In: m, Transport: mcp.HTTP, HTTP: r}
	id := mcp.Value{}
	if m.MessageKind() != mcp.NotificationMessage && m.MessageKind() != mcp.ResponseMessage && validID(m.ID()) {
		id = m.ID()
	}
	if !id.Exists() && !h.modern(r) {
		http.Error(w, why.Message, http.StatusBadRequest)
		return
	}
	h.write(w, http.StatusBadRequest, h.w.s.pieces(&c, failure(id, why), true))
}

// isStateless tells which era a message belongs to, as far as the server has
// the choice.
func (h *site) isStateless(m mcp.Message, r *http.Request) bool {
	switch {
	case len(h.w.s.speaks(mcp.Stateless)) == 0:
		return false
	case marked(m), h.modern(r):
		return true
	}
	return false
}

// postStateless serves a POST of the stateless era.
func (h *site) postStateless(w http.ResponseWriter, r *http.Request, m mcp.Message) {
	s, c := h.w.s, Context{In: m, Revision: stateless, Transport: mcp.HTTP, HTTP: r}
	if _, err := s.envelope(m); err != nil {
		h.refuseMessage(w, r, m, err)
		return
	}
	st := newStream()
	if s.Faults.Handle != nil {
		if out, handled := s.Faults.Handle(&c, m); handled {
			s.handled(&c, out, st)
			if !asks(m) {
				h.accepted(w, st)
				return
			}
			st.answer(w, r, func() {})
			return
		}
	}
	switch m.MessageKind() {
	case mcp.RequestMessage:
		call, err := h.w.statelessCall(m, mcp.HTTP, r, st)
		st.always = alwaysStream(m.Method())
		h.w.spawn(func() {
			if err != nil {
				st.refuse(s, err, true)
				call.finish(nil, err)
				call.cancel()
				return
			}
			call.run()
		})
		st.answer(w, r, func() {
			if !s.skips(SkipDisconnect) {
				call.stop()
			}
		})
	case mcp.NotificationMessage:
		w.WriteHeader(http.StatusAccepted)
	default:
		h.refuseMessage(w, r, m, rpcError(mcp.CodeInvalidRequest, nil, "a body must be one request or notification"))
	}
}

// alwaysStream names the method that is always answered by a stream, so that
// clients meet both kinds of answer.
func alwaysStream(method string) bool { return method == "tools/list" }
