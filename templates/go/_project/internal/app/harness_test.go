package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/config"
)

// newApp builds the server with settings of the form NAME=value. Its log is in
// the buffer.
func newApp(t *testing.T, environ ...string) (*App, *buffer) {
	t.Helper()
	log := new(buffer)
	cfg, _, err := config.Load("", environ)
	if err != nil {
		t.Fatal(err)
	}
	a, err := New(cfg, Build{Version: "test", Errors: log})
	if err != nil {
		t.Fatal(err)
	}
	return a, log
}

// start runs the hooks of a until the test ends.
func start(t *testing.T, a *App) {
	t.Helper()
	if err := a.life.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.life.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

// connect returns a client of a that is connected in memory, as over stdio.
func connect(t *testing.T, a *App, options *mcp.ClientOptions) *mcp.ClientSession {
	t.Helper()
	ct, st := mcp.NewInMemoryTransports()
	server, err := a.Server.Connect(t.Context(), st, nil)
	if err != nil {
		t.Fatal(err)
	}
	client, err := newClient(options).Connect(t.Context(), ct, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = client.Close()
		_ = server.Wait()
	})
	return client
}

// serve returns the MCP port of a as a test server.
func serve(t *testing.T, a *App) *httptest.Server {
	t.Helper()
	life, end := context.WithCancel(context.Background())
	s := httptest.NewServer(a.Handler(life))
	t.Cleanup(func() {
		end()
		s.Close()
	})
	return s
}

// connectHTTP returns a client of s that speaks one protocol revision.
func connectHTTP(t *testing.T, s *httptest.Server, revision string, options *mcp.ClientOptions) *mcp.ClientSession {
	t.Helper()
	transport := &mcp.StreamableClientTransport{Endpoint: s.URL + "/mcp"}
	client, err := newClient(options).Connect(t.Context(), transport, &mcp.ClientSessionOptions{ProtocolVersion: revision})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func newClient(options *mcp.ClientOptions) *mcp.Client {
	return mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, options)
}

// call calls a tool that must exist.
func call(t *testing.T, c *mcp.ClientSession, tool string, args any) *mcp.CallToolResult {
	t.Helper()
	res, err := c.CallTool(t.Context(), &mcp.CallToolParams{Name: tool, Arguments: args})
	if err != nil {
		t.Fatalf("calling %s: %v", tool, err)
	}
	return res
}

// text returns what a result says in words.
func text(res *mcp.CallToolResult) string {
	var all strings.Builder
	for _, c := range res.Content {
		if t, ok := c.(*mcp.TextContent); ok {
			all.WriteString(t.Text)
		}
	}
	return all.String()
}

// post sends one message to the MCP endpoint as it stands.
func post(t *testing.T, s *httptest.Server, body string, header map[string]string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/mcp", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json, text/event-stream")
	for k, v := range header {
		req.Header.Set(k, v)
	}
	if host := req.Header.Get("Host"); host != "" {
		req.Host = host
	}
	res, err := s.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
	})
	return res
}

// buffer is a bytes.Buffer for several goroutines.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// code returns the code of a protocol error, or 0.
func code(err error) int64 {
	var wire *jsonrpc.Error
	if errors.As(err, &wire) {
		return wire.Code
	}
	return 0
}
