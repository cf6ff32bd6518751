package ratelimit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/calls"
)

// server is a limiter around an endpoint that always answers.
type server struct {
	*Limiter
	clock   time.Time
	scopes  []string
	caller  string
	handler mcp.MethodHandler
}

func newServer(cfg Config) *server {
	s := &server{clock: time.Date(2026, 7, 28, 0, 0, 0, 0, time.UTC), caller: "alice"}
	s.Limiter = New(cfg, func(scope string) { s.scopes = append(s.scopes, scope) })
	s.now = func() time.Time { return s.clock }
	s.handler = s.Middleware(func(mcp.Request) string { return s.caller })(
		func(context.Context, string, mcp.Request) (mcp.Result, error) { return &mcp.CallToolResult{}, nil })
	return s
}

// call calls a tool n times and returns how often that went well, and the last error.
func (s *server) call(t *testing.T, tool string, n int) (served int, last error) {
	t.Helper()
	for range n {
		_, err := s.handler(t.Context(), "tools/call", &mcp.CallToolRequest{Params: &mcp.CallToolParamsRaw{Name: tool}})
		if err == nil {
			served++
		} else {
			last = err
		}
	}
	return served, last
}

func TestCaller(t *testing.T) {
	s := newServer(Config{PerMinute: 60, Burst: 3, MaxCallers: 10})
	served, err := s.call(t, "echo", 5)
	if served != 3 {
		t.Errorf("%d calls served of a burst of 3", served)
	}
	var refusal *jsonrpc.Error
	if !errors.As(err, &refusal) || refusal.Code != calls.CodeRateLimited {
		t.Fatalf("error = %v", err)
	}
	var data struct{ RetryAfterMs int }
	if err := json.Unmarshal(refusal.Data, &data); err != nil || data.RetryAfterMs != 1000 {
		t.Errorf("data = %s, %v; want to try again in 1000 ms", refusal.Data, err)
	}
	s.caller = "bob"
	if served, _ := s.call(t, "echo", 1); served != 1 {
		t.Error("another caller was refused")
	}
	s.caller, s.clock = "alice", s.clock.Add(2*time.Second)
	if served, _ := s.call(t, "echo", 5); served != 2 {
		t.Errorf("%d calls served after two seconds, want 2", served)
	}
	if _, err := s.handler(t.Context(), "tools/list", &mcp.ListToolsRequest{}); err != nil {
		t.Errorf("a list was refused: %v", err)
	}
}

func TestToolAndGlobal(t *testing.T) {
	s := newServer(Config{GlobalPerMinute: 60, GlobalBurst: 4, Tools: map[string]int{"slow": 2}, MaxCallers: 10})
	if served, _ := s.call(t, "slow", 5); served != 2 {
		t.Errorf("%d calls of the slow tool served, want 2", served)
	}
	// The three that the tool's limit refused must not count for everybody.
	if served, _ := s.call(t, "echo", 5); served != 2 {
		t.Errorf("%d calls of another tool served, want 2", served)
	}
	if want := []string{Tool, Tool, Tool, Global, Global, Global}; fmt.Sprint(s.scopes) != fmt.Sprint(want) {
		t.Errorf("told of %v, want %v", s.scopes, want)
	}
}

func TestHTTP(t *testing.T) {
	s := newServer(Config{HTTPPerMinute: 6, HTTPBurst: 1, MaxCallers: 10})
	handler := s.HTTP(func(*http.Request) string { return "alice" })(http.NotFoundHandler())
	for _, want := range []int{http.StatusNotFound, http.StatusTooManyRequests} {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/mcp", nil))
		if answer.Code != want {
			t.Errorf("answer = %d, want %d", answer.Code, want)
		}
		if got := answer.Header().Get("Retry-After"); want == http.StatusTooManyRequests && got != "10" {
			t.Errorf("Retry-After = %q, want 10", got)
		}
	}
}

func TestCallersAreForgotten(t *testing.T) {
	b := newBuckets(2, 60, 1)
	alice := b.of("alice")
	b.of("bob")
	if b.of("alice") != alice {
		t.Error("a recent caller was forgotten")
	}
	b.of("carol") // in place of bob, who was away longest
	if len(b.byID) != 2 || b.recent.Len() != 2 || b.of("alice") != alice {
		t.Errorf("%d callers are remembered, want 2 with alice", len(b.byID))
	}
}

func TestOff(t *testing.T) {
	s := newServer(Config{MaxCallers: 10})
	if served, err := s.call(t, "echo", 1000); served != 1000 {
		t.Errorf("%d calls served without limits: %v", served, err)
	}
}
