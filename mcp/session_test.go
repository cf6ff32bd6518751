package mcp

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestHandshakeOverHTTP(t *testing.T) {
	for _, revision := range []Revision{Rev20250326, Rev20250618, Rev20251125} {
		t.Run(string(revision), func(t *testing.T) {
			w := newWebServer(t, handshakeServer(revision, "s-1"))
			s, err := Connect(t.Context(), Target{URL: w.URL}, Options{Revision: revision, Limits: webLimits(patient)})
			require.NoError(t, err)
			assert.Equal(t, "s-1", s.ID())
			assert.Equal(t, HTTP, s.Kind())
			assert.Equal(t, w.URL, s.Opening().URL)
			assert.Equal(t, "test", s.Server().Get("serverInfo", "name").Text())
			require.NoError(t, s.Call(t.Context(), "ping", nil).Err())
			require.NoError(t, s.Close(context.Background()))
			require.NoError(t, s.Close(context.Background()), "again")

			seen := w.requests()
			require.Len(t, seen, 4)
			assert.Empty(t, seen[0].Header.Get("Mcp-Session-Id"))
			assert.Empty(t, seen[0].Header.Get("MCP-Protocol-Version"), "initialize negotiates it")
			assert.Equal(t, "application/json, text/event-stream", seen[0].Header.Get("Accept"))
			assert.Contains(t, seen[1].Body, "notifications/initialized")
			assert.Equal(t, http.MethodDelete, seen[3].Method)
			for _, r := range seen[1:] {
				assert.Equal(t, "s-1", r.Header.Get("Mcp-Session-Id"))
				assert.Equal(t, revision >= Rev20250618, r.Header.Get("MCP-Protocol-Version") == string(revision))
			}
		})
	}
}

func TestSessionIDsThatAreNotSentBack(t *testing.T) {
	for name, id := range map[string]string{"a space": "a b", "not ASCII": "ä", "too long": strings.Repeat("x", 5000)} {
		t.Run(name, func(t *testing.T) {
			w := newWebServer(t, handshakeServer(Rev20251125, id))
			s, err := Connect(t.Context(), Target{URL: w.URL}, Options{Revision: Rev20251125, Limits: webLimits(patient)})
			require.NoError(t, err)
			require.NoError(t, s.Close(context.Background()))
			assert.Empty(t, s.ID())
			assert.Equal(t, id, s.Opening().Header.Get("Mcp-Session-Id"), "a check can still see it")
			for _, r := range w.requests() {
				assert.NotContains(t, r.Header, "Mcp-Session-Id")
				assert.NotEqual(t, http.MethodDelete, r.Method, "there is no session to end")
			}
		})
	}
}

func TestStatelessOverHTTP(t *testing.T) {
	w := newWebServer(t, statelessServer)
	s, err := Connect(t.Context(), Target{URL: w.URL}, Options{Revision: Rev20260728, Limits: webLimits(patient)})
	require.NoError(t, err)
	s.Call(t.Context(), "tools/call", map[string]any{"name": "näme"})
	require.NoError(t, s.Close(context.Background()))
	seen := w.requests()
	require.Len(t, seen, 2, "a stateless session has no end of its own")
	assert.Equal(t, "server/discover", seen[0].Header.Get("Mcp-Method"))
	assert.Equal(t, string(Rev20260728), seen[0].Header.Get("MCP-Protocol-Version"))
	assert.Equal(t, HeaderValue("näme"), seen[1].Header.Get("Mcp-Name"))
}

func TestServersRequestsAreAnswered(t *testing.T) {
	answered := make(chan struct{}, 8)
	handshake := handshakeServer(Rev20251125, "s-1")
	w := newWebServer(t, func(w http.ResponseWriter, r *http.Request) {
		m := bodyOf(r)
		switch {
		case m.Method() == "tools/list":
			writeEvents(w, `data: {"jsonrpc":"2.0","id":"q","method":"ping"}`+"\n\n")
			<-answered
			writeEvents(w, "data: {\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{}}\n\n", m.ID())
		case r.Method == http.MethodGet:
			writeEvents(w, `data: {"jsonrpc":"2.0","id":7,"method":"elicitation/create"}`+"\n\n")
			<-r.Context().Done()
		default:
			handshake(w, r)
			if m.MessageKind() == ResponseMessage {
				answered <- struct{}{}
			}
		}
	})
	s, err := Connect(t.Context(), Target{URL: w.URL}, Options{Revision: Rev20251125, Limits: webLimits(patient), Listen: true})
	require.NoError(t, err)
	declined := w.find(t, func(r webRequest) bool { return strings.Contains(r.Body, "decline") })
	assert.Contains(t, declined.Body, `"id":7`)
	require.NoError(t, s.Call(t.Context(), "tools/list", nil).Err())
	pong := w.find(t, func(r webRequest) bool { return strings.Contains(r.Body, `"id":"q"`) })
	assert.JSONEq(t, `{"jsonrpc":"2.0","id":"q","result":{}}`, pong.Body)
	assert.Equal(t, "s-1", pong.Header.Get("Mcp-Session-Id"))
	require.NoError(t, s.Close(context.Background()))
}

func TestServersRequestsHaveABudget(t *testing.T) {
	w := newWebServer(t, func(w http.ResponseWriter, r *http.Request) {
		if m := bodyOf(r); m.Method() == "ping" {
			for i := range 50 {
				writeEvents(w, "data: {\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"roots/list\"}\n\n", i+100)
			}
			writeEvents(w, "data: {\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{}}\n\n", m.ID())
			return
		}
		w.WriteHeader(http.StatusAccepted)
	})
	l := webLimits(patient)
	l.Asked = 3
	s := bare(t, w, l)
	require.NoError(t, s.Call(t.Context(), "ping", nil).Err())
	s.answers.Wait()
	assert.Len(t, w.requests(), 1+3)
}

func TestConnectTellsTheCause(t *testing.T) {
	reply := func(status int, body string) http.HandlerFunc { return answering(status, "application/json", body) }
	tests := []struct {
		name    string
		handler http.HandlerFunc
		cause   Cause
		what    string
	}{
		{"credentials", reply(401, ""), CauseAuth, "HTTP status 401"},
		{"forbidden", reply(403, `{"error":"x"}`), CauseAuth, "HTTP status 403"},
		{"not found", http.NotFound, CauseNoise, "HTTP status 404"},
		{"broken", reply(500, "oops"), CauseNoise, "HTTP status 500"},
		{"web page", answering(200, "text/html", "<html>\x1b[2J"), CauseNoise, `<html>`},
		{"no answer owed", reply(202, ""), CauseNoise, "HTTP status 202"},
		{"null for a result", reply(200, `{"jsonrpc":"2.0","id":1,"result":null}`), CauseNoise, "no result"},
		{"refused", reply(200, `{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"x"}}`), CauseRefused, "-32603"},
		{"other revision", handshakeServer(Rev20250326, ""), CauseRevision, "2025-03-26"},
		{"stateless alone", statelessServer, CauseRevision, "2026-07-28"},
		{"flood", reply(200, strings.Repeat(" ", 3000)), CauseFlood, "more than mcpctl takes in"},
		{"silence", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, CauseSilent, "in time"},
		{"hangs up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, CauseUnreachable, "without an answer"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := webLimits(patient)
			l.Frame = 2000
			if test.cause == CauseSilent {
				l.Call = 100 * time.Millisecond
			}
			_, err := Connect(t.Context(), Target{URL: newWebServer(t, test.handler).URL}, Options{Revision: Rev20251125, Limits: l})
			var refusal *ConnectError
			require.ErrorAs(t, err, &refusal)
			assert.Equal(t, test.cause, refusal.Cause, refusal.What)
			assert.Contains(t, refusal.What, test.what)
			assert.NotContains(t, refusal.What, "\n")
			require.NotNil(t, refusal.Exchange)
			if test.cause == CauseRevision {
				assert.Equal(t, test.what, string(refusal.Offered[0]))
			}
		})
	}
	_, err := Connect(t.Context(), Target{URL: "http://127.0.0.1:1/"}, Options{Revision: Rev20251125, Limits: webLimits(patient)})
	var refusal *ConnectError
	require.ErrorAs(t, err, &refusal)
	assert.Equal(t, CauseUnreachable, refusal.Cause)
	assert.Contains(t, refusal.What, "connection refused")
}

func TestManyExchangesAtOnce(t *testing.T) {
	w := newWebServer(t, func(w http.ResponseWriter, r *http.Request) {
		m := bodyOf(r)
		writeResult(w, m, map[string]any{"echo": m.Params().Get("n")})
	})
	s := bare(t, w, webLimits(patient))
	type answer struct{ want, got string }
	all := make(chan answer)
	for i := range 50 {
		go func() {
			x := s.Call(t.Context(), "echo", map[string]any{"n": i})
			all <- answer{fmt.Sprint(i), x.Result().Get("echo").String()}
		}()
	}
	for range 50 {
		a := <-all
		assert.Equal(t, a.want, a.got)
	}
	for i, x := range s.Log().Exchanges() {
		assert.Equal(t, i, x.Seq)
		assert.Len(t, x.Frames(), 2)
	}
}

// net/http refuses an answer with a control character in its header; what it
// lets pass, and what other clients bring, is judged here.
func TestSafeSessionID(t *testing.T) {
	for id, want := range map[string]bool{"a-1_~!": true, "": true, "a\r\nb": false, "a\x00": false, "a\x7f": false, "a\tb": false, "ü": false} {
		assert.Equal(t, want, safeSessionID(id), "%q", id)
	}
}
