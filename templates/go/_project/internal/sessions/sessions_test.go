package sessions

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

type callerKey struct{}

// world is a table around an endpoint that opens numbered sessions.
type world struct {
	*Table
	clock  time.Time
	opened int
	during func() // runs inside the endpoint
}

func newWorld(max int) *world {
	w := &world{clock: time.Date(2026, 7, 28, 0, 0, 0, 0, time.UTC), during: func() {}}
	w.Table = New(Config{Max: max, Idle: time.Minute}, func(ctx context.Context) string {
		caller, _ := ctx.Value(callerKey{}).(string)
		return caller
	})
	w.now = func() time.Time { return w.clock }
	return w
}

func (w *world) ask(method, caller, id, revision string) *httptest.ResponseRecorder {
	handler := w.Guard(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.during()
		if r.Header.Get(header) == "" && revision < firstStateless {
			w.opened++
			rw.Header().Set(header, fmt.Sprint("s", w.opened))
		}
		_, _ = rw.Write([]byte("ok"))
	}))
	r := httptest.NewRequest(method, "/mcp", nil)
	r = r.WithContext(context.WithValue(r.Context(), callerKey{}, caller))
	if id != "" {
		r.Header.Set(header, id)
	}
	r.Header.Set("MCP-Protocol-Version", revision)
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, r)
	return answer
}

func (w *world) post(caller, id string) int {
	return w.ask(http.MethodPost, caller, id, "2025-11-25").Code
}

func TestSessionBelongsToItsCaller(t *testing.T) {
	w := newWorld(10)
	if id := w.ask(http.MethodPost, "alice", "", "2025-11-25").Header().Get(header); id != "s1" {
		t.Fatalf("session = %q", id)
	}
	if code := w.post("alice", "s1"); code != http.StatusOK {
		t.Errorf("its caller: %d", code)
	}
	if code := w.post("eve", "s1"); code != http.StatusNotFound {
		t.Errorf("another caller: %d, want 404", code)
	}
	if code := w.ask(http.MethodDelete, "eve", "s1", "2025-11-25").Code; code != http.StatusNotFound {
		t.Errorf("another caller ends it: %d, want 404", code)
	}
	if code := w.post("alice", "s1"); code != http.StatusOK {
		t.Errorf("its caller afterwards: %d", code)
	}
}

func TestIdleSessionsEnd(t *testing.T) {
	w := newWorld(10)
	w.post("alice", "")
	w.clock = w.clock.Add(50 * time.Second)
	if code := w.post("alice", "s1"); code != http.StatusOK {
		t.Errorf("before its end: %d", code)
	}
	w.during = func() { w.clock = w.clock.Add(time.Hour) } // a long request is not idleness
	if code := w.post("alice", "s1"); code != http.StatusOK {
		t.Errorf("a long request: %d", code)
	}
	w.during = func() {}
	if code := w.post("alice", "s1"); code != http.StatusOK {
		t.Errorf("after a long request: %d", code)
	}
	w.clock = w.clock.Add(61 * time.Second)
	if code := w.post("alice", "s1"); code != http.StatusNotFound {
		t.Errorf("idle: %d, want 404", code)
	}
}

func TestNumberOfSessions(t *testing.T) {
	w := newWorld(2)
	w.post("alice", "")
	w.post("bob", "")
	full := w.ask(http.MethodPost, "carol", "", "2025-11-25")
	if full.Code != http.StatusServiceUnavailable || full.Header().Get("Retry-After") == "" {
		t.Errorf("a third session: %d, %v", full.Code, full.Header())
	}
	if code := w.ask(http.MethodPost, "carol", "", "2026-07-28").Code; code != http.StatusOK {
		t.Errorf("a request without a session: %d", code)
	}
	w.ask(http.MethodDelete, "alice", "s1", "2025-11-25")
	if code := w.post("carol", ""); code != http.StatusOK {
		t.Errorf("after one was ended: %d", code)
	}
	w.clock = w.clock.Add(2 * time.Minute)
	if code := w.post("dave", ""); code != http.StatusOK {
		t.Errorf("after the others became idle: %d", code)
	}
}

func TestConfig(t *testing.T) {
	if (Config{Max: 1, Idle: time.Second}).Validate() != nil || (Config{Max: 0, Idle: time.Second}).Validate() == nil {
		t.Error("Max must be above zero, and 1 is")
	}
}
