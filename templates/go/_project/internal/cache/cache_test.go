package cache_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/cache"
)

// server counts how often its tools really run.
type server struct {
	*cache.Cache
	client *mcp.ClientSession
	caller cache.Caller
	runs   map[string]int
}

func start(t *testing.T, second cache.Store) *server {
	t.Helper()
	c, err := cache.New(cache.Config{TTL: time.Minute, Entries: 10, Tools: []string{"lookup", "time", "write", "fail"}}, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	c.Second = second
	s := &server{Cache: c, runs: map[string]int{}}
	type in struct {
		A int `json:"a,omitempty"`
		B int `json:"b,omitempty"`
	}
	type out struct {
		Big int64 `json:"big"`
	}
	impl := mcp.NewServer(&mcp.Implementation{Name: "test", Version: "1"}, &mcp.ServerOptions{PageSize: 2})
	for name, annotations := range map[string]*mcp.ToolAnnotations{
		"lookup": {ReadOnlyHint: true, IdempotentHint: true},
		"time":   {ReadOnlyHint: true},
		"write":  nil,
		"fail":   {ReadOnlyHint: true, IdempotentHint: true},
		"poll":   {ReadOnlyHint: true, IdempotentHint: true}, // not configured
	} {
		mcp.AddTool(impl, &mcp.Tool{Name: name, Annotations: annotations}, func(context.Context, *mcp.CallToolRequest, in) (*mcp.CallToolResult, out, error) {
			s.runs[name]++
			if name == "fail" {
				return nil, out{}, errors.New("no")
			}
			return nil, out{1<<62 + 1}, nil
		})
	}
	impl.AddReceivingMiddleware(c.Middleware(func(mcp.Request) cache.Caller { return s.caller }))
	here, there := mcp.NewInMemoryTransports()
	session, err := impl.Connect(t.Context(), there, nil)
	if err != nil {
		t.Fatal(err)
	}
	if s.client, err = mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil).Connect(t.Context(), here, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = s.client.Close()
		_ = session.Wait()
	})
	return s
}

func (s *server) call(t *testing.T, tool, arguments string) string {
	t.Helper()
	result, err := s.client.CallTool(t.Context(), &mcp.CallToolParams{Name: tool, Arguments: json.RawMessage(arguments)})
	if err != nil {
		t.Fatal(err)
	}
	return result.Content[0].(*mcp.TextContent).Text
}

func TestOnlyRepeatableToolsAreCached(t *testing.T) {
	s := start(t, nil)
	for _, tool := range []string{"lookup", "time", "fail", "poll"} {
		for range 3 {
			s.call(t, tool, `{}`)
		}
	}
	if s.runs["lookup"] != 1 || s.runs["time"] != 3 || s.runs["fail"] != 3 || s.runs["poll"] != 3 {
		t.Errorf("tools ran %v, want lookup once and the others each time", s.runs)
	}
	if hits, misses := s.Stats(); hits != 2 || misses != 4 {
		t.Errorf("%d hits, %d misses; want 2 and 4", hits, misses)
	}
}

func TestKey(t *testing.T) {
	s := start(t, nil)
	first := s.call(t, "lookup", `{"a":1,"b":2}`)
	if again := s.call(t, "lookup", `{ "b": 2, "a": 1 }`); s.runs["lookup"] != 1 || again != first {
		t.Errorf("the same arguments in another order: ran %d times, %s, then %s", s.runs["lookup"], first, again)
	}
	s.call(t, "lookup", `{"a":1,"b":3}`)
	s.caller.ID = "user:bob"
	s.call(t, "lookup", `{"a":1,"b":2}`)
	s.caller.Scopes = []string{"admin"}
	s.call(t, "lookup", `{"a":1,"b":2}`)
	if s.runs["lookup"] != 4 {
		t.Errorf("other arguments, caller and scopes: ran %d times, want 4", s.runs["lookup"])
	}
}

func TestResultComesOutAsItWentIn(t *testing.T) {
	s := start(t, nil)
	var results [2]string
	for i := range results {
		result, err := s.client.CallTool(t.Context(), &mcp.CallToolParams{Name: "lookup", Arguments: map[string]any{}})
		if err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(result)
		if err != nil {
			t.Fatal(err)
		}
		results[i] = string(raw)
	}
	if results[0] != results[1] || !strings.Contains(results[1], `"structuredContent":{"big":`) || !strings.Contains(results[1], `"resultType":"complete"`) {
		t.Errorf("first %s, then %s", results[0], results[1])
	}
}

func TestWritesClear(t *testing.T) {
	s := start(t, nil)
	for _, tool := range []string{"lookup", "write", "lookup"} {
		s.call(t, tool, `{}`)
	}
	if s.runs["lookup"] != 2 {
		t.Errorf("lookup ran %d times around a write, want 2", s.runs["lookup"])
	}
	if _, err := s.client.CallTool(t.Context(), &mcp.CallToolParams{Name: "no such tool"}); err == nil {
		t.Error("a tool that does not exist was called")
	}
	if s.call(t, "lookup", `{}`); s.runs["lookup"] != 2 {
		t.Error("a call of a tool that does not exist cleared the cache")
	}
}

// store is a second level in memory, which can fail.
type store struct {
	values map[string][]byte
	down   bool
}

func (s *store) err() error {
	if s.down {
		return errors.New("connection refused")
	}
	return nil
}

func (s *store) Get(_ context.Context, key string) ([]byte, string, error) {
	return s.values[key], "v1", s.err()
}

func (s *store) Set(_ context.Context, key, _ string, value []byte, _ time.Duration) error {
	if !s.down {
		s.values[key] = value
	}
	return s.err()
}

func (s *store) Clear(context.Context) error { clear(s.values); return s.err() }

func TestSecondLevel(t *testing.T) {
	shared := &store{values: map[string][]byte{}}
	one, two := start(t, shared), start(t, shared)
	one.call(t, "lookup", `{}`)
	two.call(t, "lookup", `{}`)
	if one.runs["lookup"] != 1 || two.runs["lookup"] != 0 {
		t.Errorf("runs: %d and %d, want the second server to profit", one.runs["lookup"], two.runs["lookup"])
	}
	shared.down = true
	for range 2 {
		one.call(t, "lookup", `{"a":1}`)
	}
	if one.runs["lookup"] != 2 {
		t.Errorf("while the second level is down: %d runs, want the first to do its work", one.runs["lookup"])
	}
}
