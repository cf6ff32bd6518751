package mcp

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// eventServer is a server of HTTP+SSE: what respond returns for a message is
// sent on the stream.
func eventServer(respond func(m Message) string) http.HandlerFunc {
	var last atomic.Int64
	var sessions sync.Map // the number of a stream to what it shall send
	return func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/post" && r.Method == http.MethodPost:
			w.WriteHeader(http.StatusAccepted)
			out, known := sessions.Load(r.URL.Query().Get("session"))
			if text := respond(bodyOf(r)); known && text != "" {
				out.(chan string) <- text
			}
		case r.Method == http.MethodGet:
			id, out := fmt.Sprint(last.Add(1)), make(chan string, 100)
			sessions.Store(id, out)
			writeEvents(w, "event: endpoint\ndata: /post?session=%s\n\n", id)
			for {
				select {
				case text := <-out:
					if text == "hang up" {
						return
					}
					writeEvents(w, "event: message\ndata: %s\n\n", text)
				case <-r.Context().Done():
					return
				}
			}
		default:
			http.NotFound(w, r)
		}
	}
}

func oldSession(t *testing.T, respond func(m Message) string, call time.Duration) (*Session, *webServer) {
	t.Helper()
	w := newWebServer(t, eventServer(respond))
	s, err := Connect(t.Context(), Target{URL: w.URL + "/sse", Header: http.Header{"X-Tenant": {"a"}}},
		Options{Revision: Rev20241105, Transport: SSE, Limits: webLimits(call), Bare: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close(context.Background())) })
	return s, w
}

func resultFor(m Message) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":{}}`, m.ID())
}

func TestSSECallAndNotification(t *testing.T) {
	s, w := oldSession(t, func(m Message) string {
		if m.MessageKind() == RequestMessage {
			return resultFor(m)
		}
		return ""
	}, patient)
	assert.Equal(t, w.URL+"/post?session=1", s.Endpoint())
	x := s.Call(t.Context(), "ping", nil)
	require.NoError(t, x.Err())
	assert.True(t, x.Result().Is(Object))
	assert.Equal(t, []string{`{"jsonrpc":"2.0","id":1,"result":{}}`}, received(x), "the event belongs to the exchange it answers")

	note := s.Do(t.Context(), Request{Method: "notifications/initialized", Notification: true})
	require.NoError(t, note.Err())
	assert.Equal(t, http.StatusAccepted, note.Status)

	first := s.Log().Exchanges()[0]
	assert.Equal(t, http.MethodGet, first.Method)
	assert.Equal(t, "endpoint", first.Frames()[1].Event.Name)
	for _, r := range w.requests() {
		assert.Equal(t, "a", r.Header.Get("X-Tenant"))
	}
}

func TestSSEMatching(t *testing.T) {
	tests := []struct {
		name    string
		request Request
		event   string
		reply   bool
	}{
		{"same id", Request{ID: 5, Method: "ping"}, `{"jsonrpc":"2.0","id":5,"result":{}}`, true},
		{"same id of another type", Request{ID: 5, Method: "ping"}, `{"jsonrpc":"2.0","id":"5","result":{}}`, false},
		{"no id", Request{ID: 5, Method: "ping"}, `{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":""}}`, false},
		{"raw and no id", Request{Raw: []byte(`{`)}, `{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":""}}`, true},
		{"raw and another id", Request{Raw: []byte(`{}`)}, `{"jsonrpc":"2.0","id":9,"result":{}}`, true},
		{"a request is no response", Request{Raw: []byte(`{}`)}, `{"jsonrpc":"2.0","id":9,"method":"x/y"}`, false},
		{"batch", Request{Raw: []byte(`[]`), ID: 2}, `[{"jsonrpc":"2.0","id":2,"result":{}}]`, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			call := patient
			if !test.reply {
				call = 100 * time.Millisecond
			}
			s, _ := oldSession(t, func(m Message) string { return test.event }, call)
			x := s.Do(t.Context(), test.request)
			assert.Equal(t, test.reply, x.Reply() != nil)
			if !test.reply {
				assert.ErrorIs(t, x.Err(), ErrTimeout)
			}
		})
	}
}

func TestSSEStreamEnds(t *testing.T) {
	s, _ := oldSession(t, func(m Message) string { return "hang up" }, patient)
	require.ErrorIs(t, s.Call(t.Context(), "ping", nil).Err(), ErrClosed)
	require.ErrorIs(t, s.Call(t.Context(), "ping", nil).Err(), ErrClosed, "and stays so")
	_, err := s.Await(t.Context(), func(Frame) bool { return false })
	require.ErrorIs(t, err, ErrClosed)
}

func TestSSEPostRefused(t *testing.T) {
	tests := []struct {
		name, body string
		status     int
		reply      bool
	}{
		{"error in the body", `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"x"}}`, 400, true},
		{"status alone", `gone`, 404, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			events := eventServer(func(Message) string { return "" })
			w := newWebServer(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost {
					answering(test.status, "application/json", test.body)(w, r)
					return
				}
				events(w, r)
			})
			s, err := Connect(t.Context(), Target{URL: w.URL}, Options{Revision: Rev20241105, Transport: SSE, Limits: webLimits(patient), Bare: true})
			require.NoError(t, err)
			defer s.Close(context.Background())
			x := s.Call(t.Context(), "ping", nil)
			assert.Equal(t, test.status, x.Status)
			assert.Equal(t, test.reply, x.Reply() != nil)
			assert.Equal(t, test.reply, x.Err() == nil)
			assert.Equal(t, []string{test.body}, received(x))
		})
	}
}

func TestSSEDoesNotOpen(t *testing.T) {
	elsewhere := newWebServer(t, answering(200, "", ""))
	hold := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			writeEvents(w, "%s", text)
			<-r.Context().Done()
		}
	}
	tests := []struct {
		name    string
		handler http.HandlerFunc
		cause   Cause
		what    string
	}{
		{"not found", http.NotFound, CauseNoise, "HTTP status 404"},
		{"credentials", answering(401, "", ""), CauseAuth, "HTTP status 401"},
		{"forbidden", answering(403, "", ""), CauseAuth, "HTTP status 403"},
		{"web page", answering(200, "text/html", "<html>"), CauseNoise, "no event stream"},
		{"ends at once", answering(200, "text/event-stream", ""), CauseNoise, "ended without naming"},
		{"another origin", hold("event: endpoint\ndata: " + elsewhere.URL + "/post\n\n"), CauseNoise, "another origin"},
		{"another origin, without scheme", hold("event: endpoint\ndata: //other.example/post\n\n"), CauseNoise, "another origin"},
		{"no address", hold("event: endpoint\ndata: http://[::1\n\n"), CauseNoise, "no address"},
		{"redirect", http.RedirectHandler(elsewhere.URL, http.StatusFound).ServeHTTP, CauseNoise, "another origin"},
		{"flood", answering(200, "text/event-stream", ":"+string(make([]byte, 9<<10))), CauseFlood, "longer than the limit"},
		{"silence", hold(": wait\n\n"), CauseSilent, "in time"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := webLimits(patient)
			l.Frame = 1 << 10
			if test.cause == CauseSilent {
				l.Start = 100 * time.Millisecond
			}
			w := newWebServer(t, test.handler)
			_, err := Connect(t.Context(), Target{URL: w.URL, Header: http.Header{"Authorization": {"Bearer hunter2"}}},
				Options{Revision: Rev20241105, Transport: SSE, Limits: l})
			var refusal *ConnectError
			require.ErrorAs(t, err, &refusal)
			assert.Equal(t, test.cause, refusal.Cause)
			assert.Contains(t, refusal.What, test.what)
			assert.NotContains(t, refusal.What, "\n")
			assert.NotNil(t, refusal.Exchange)
		})
	}
	assert.Empty(t, elsewhere.requests(), "nothing may be sent to another origin")

	l := webLimits(patient)
	_, err := Connect(t.Context(), Target{URL: "http://127.0.0.1:1/"}, Options{Revision: Rev20241105, Transport: SSE, Limits: l})
	var refusal *ConnectError
	require.ErrorAs(t, err, &refusal)
	assert.Equal(t, CauseUnreachable, refusal.Cause)
	assert.Contains(t, refusal.What, "connection refused")
}
