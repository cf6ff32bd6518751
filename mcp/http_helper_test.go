package mcp

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// webLimits are limits with room enough for a loaded machine; call bounds what
// a test wants to see time out.
func webLimits(call time.Duration) Limits {
	l := DefaultLimits()
	l.Call = call
	return l
}

// patient is a Limits.Call that no test is meant to reach.
const patient = 20 * time.Second

// webServer serves handler on the loopback and notes every request.
type webServer struct {
	*httptest.Server
	mu   sync.Mutex
	seen []webRequest
}

type webRequest struct {
	Method string
	Path   string
	Header http.Header
	Host   string
	Body   string
}

func newWebServer(t *testing.T, handler http.HandlerFunc) *webServer {
	t.Helper()
	w := &webServer{}
	w.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.mu.Lock()
		w.seen = append(w.seen, webRequest{r.Method, r.URL.RequestURI(), r.Header.Clone(), r.Host, string(body)})
		w.mu.Unlock()
		ctx := context.WithValue(r.Context(), bodyKey{}, body)
		handler(rw, r.WithContext(ctx))
	}))
	t.Cleanup(func() {
		w.CloseClientConnections()
		w.Close()
	})
	return w
}

func (w *webServer) requests() []webRequest {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.seen)
}

// find waits for a request that match accepts.
func (w *webServer) find(t *testing.T, match func(webRequest) bool) webRequest {
	t.Helper()
	var found webRequest
	require.Eventually(t, func() bool {
		i := slices.IndexFunc(w.requests(), match)
		if i >= 0 {
			found = w.requests()[i]
		}
		return i >= 0
	}, patient, time.Millisecond)
	return found
}

type bodyKey struct{}

// bodyOf is the message that a request to a webServer carries.
func bodyOf(r *http.Request) Message {
	body, _ := r.Context().Value(bodyKey{}).([]byte)
	m, _ := ParseMessage(body)
	return m
}

// writeResult answers m with a result, as JSON.
func writeResult(w http.ResponseWriter, m Message, result any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"jsonrpc": "2.0", "id": m.ID(), "result": result})
}

// writeRefusal answers m with an error and an HTTP status.
func writeRefusal(w http.ResponseWriter, status int, m Message, code int, data any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"jsonrpc": "2.0", "id": m.ID(),
		"error": map[string]any{"code": code, "message": "no", "data": data}})
}

// writeEvents begins an event stream and sends text at once.
func writeEvents(w http.ResponseWriter, format string, args ...any) {
	w.Header().Set("Content-Type", "text/event-stream")
	fmt.Fprintf(w, format, args...)
	w.(http.Flusher).Flush()
}

// bare opens a session that has sent nothing yet.
func bare(t *testing.T, w *webServer, l Limits) *Session {
	t.Helper()
	s, err := Connect(t.Context(), Target{URL: w.URL + "/mcp"}, Options{Revision: Rev20251125, Limits: l, Bare: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close(context.Background())) })
	return s
}

// handshakeServer speaks one handshake revision over Streamable HTTP.
func handshakeServer(revision Revision, id string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		m := bodyOf(r)
		switch {
		case r.Method == http.MethodDelete:
			w.WriteHeader(http.StatusNoContent)
		case r.Method != http.MethodPost:
			w.WriteHeader(http.StatusMethodNotAllowed)
		case m.MessageKind() != RequestMessage:
			w.WriteHeader(http.StatusAccepted)
		case m.Method() == "initialize":
			if id != "" {
				w.Header().Set("Mcp-Session-Id", id)
			}
			writeResult(w, m, map[string]any{"protocolVersion": revision, "capabilities": map[string]any{},
				"serverInfo": map[string]any{"name": "test", "version": "1"}})
		case m.Method() == "ping":
			writeResult(w, m, struct{}{})
		default:
			writeRefusal(w, http.StatusBadRequest, m, CodeMethodNotFound, nil)
		}
	}
}

// statelessServer speaks 2026-07-28 and refuses what is not.
func statelessServer(w http.ResponseWriter, r *http.Request) {
	m := bodyOf(r)
	asked := m.Params().Get("_meta", MetaVersion).Text()
	switch {
	case r.Method != http.MethodPost:
		w.WriteHeader(http.StatusMethodNotAllowed)
	case asked != string(Rev20260728):
		writeRefusal(w, http.StatusBadRequest, m, CodeUnsupportedVersion,
			map[string]any{"supported": []Revision{Rev20260728}, "requested": asked})
	case r.Header.Get("Mcp-Method") != m.Method():
		writeRefusal(w, http.StatusBadRequest, m, CodeHeaderMismatch, nil)
	default:
		writeResult(w, m, map[string]any{"supportedVersions": []Revision{Rev20260728}, "capabilities": map[string]any{}})
	}
}
