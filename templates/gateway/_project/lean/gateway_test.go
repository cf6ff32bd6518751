package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// The test binary is also the upstream that the gateway starts.
func TestMain(m *testing.M) {
	if os.Getenv("TEST_UPSTREAM") == "" {
		os.Exit(m.Run())
	}
	_ = upstreamServer(nil).Run(context.Background(), &mcp.StdioTransport{})
}

type echo struct {
	Text string `json:"text"`
}

// upstreamServer has the tools echo, grow and die, and speaks some revisions or
// all.
func upstreamServer(revisions []string) *mcp.Server {
	s := mcp.NewServer(&mcp.Implementation{Name: "upstream", Version: "1"}, &mcp.ServerOptions{SupportedProtocolVersions: revisions})
	mcp.AddTool(s, &mcp.Tool{Name: "echo"}, func(_ context.Context, _ *mcp.CallToolRequest, in echo) (*mcp.CallToolResult, echo, error) {
		return nil, in, nil
	})
	mcp.AddTool(s, &mcp.Tool{Name: "die"}, func(context.Context, *mcp.CallToolRequest, struct{}) (*mcp.CallToolResult, any, error) {
		os.Exit(1)
		return nil, nil, nil
	})
	mcp.AddTool(s, &mcp.Tool{Name: "grow"}, func(context.Context, *mcp.CallToolRequest, struct{}) (*mcp.CallToolResult, any, error) {
		mcp.AddTool(s, &mcp.Tool{Name: "grown"}, func(context.Context, *mcp.CallToolRequest, struct{}) (*mcp.CallToolResult, any, error) {
			return nil, nil, nil
		})
		return nil, nil, nil
	})
	return s
}

// gateway returns a gateway over HTTP to the servers of a configuration.
func gateway(t *testing.T, config string, vars map[string]string) *httptest.Server {
	t.Helper()
	file := filepath.Join(t.TempDir(), "mcp.json")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	upstreams, err := load(file, func(name string) string { return vars[name] })
	if err != nil {
		t.Fatal(err)
	}
	s, stop := newServer(t.Context(), upstreams)
	server := httptest.NewServer(handler(s))
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
		stop()
	})
	return server
}

// A child process and a remote server of the handshake era, in every revision.
func TestBothErasOverHTTP(t *testing.T) {
	old := upstreamServer([]string{"2025-11-25", "2025-06-18"})
	var token string
	remote := httptest.NewServer(mcp.NewStreamableHTTPHandler(func(r *http.Request) *mcp.Server {
		token = r.Header.Get("Authorization")
		return old
	}, nil))
	defer remote.Close()
	defer remote.CloseClientConnections()
	g := gateway(t, `{"mcpServers": {
		"child": {"command": "${SELF}", "env": {"TEST_UPSTREAM": "yes"}},
		"remote": {"url": "`+remote.URL+`", "headers": {"Authorization": "Bearer ${TOKEN}"}, "tools": {"deny": ["d*"]}},
		"locked": {"url": "https://example.com", "headers": {"Authorization": "Bearer ${MISSING}"}},
		"nowhere": {"url": "http://127.0.0.1:1/?key=${TOKEN}"}
	}}`, map[string]string{"SELF": os.Args[0], "TOKEN": "t0ken"})
	if token != "Bearer t0ken" {
		t.Errorf("the remote server was sent %q", token)
	}
	for _, revision := range []string{"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"} {
		t.Run(revision, func(t *testing.T) {
			client := connect(t, g, revision, nil)
			for _, tool := range []string{"child__echo", "remote__echo"} {
				res := call(t, client, tool, map[string]any{"text": "hi"})
				if got, _ := res.StructuredContent.(map[string]any); got["text"] != "hi" {
					t.Errorf("%s = %+v", tool, res)
				}
			}
			if _, err := client.CallTool(t.Context(), &mcp.CallToolParams{Name: "remote__die"}); err == nil {
				t.Error("a denied tool can be called")
			}
			var states []string
			for _, u := range call(t, client, "gateway_status", nil).StructuredContent.(map[string]any)["upstreams"].([]any) {
				st := u.(map[string]any)
				states = append(states, st["state"].(string))
				if why, _ := st["lastError"].(string); strings.Contains(why, "t0ken") {
					t.Errorf("a secret is shown: %s", why)
				}
			}
			if got := strings.Join(states, " "); got != "connected skipped lost connected" {
				t.Errorf("states = %s", got)
			}
		})
	}
}

// An upstream that ends is started again; until then its tools say so.
func TestCrashAndChange(t *testing.T) {
	g := gateway(t, `{"mcpServers": {"child": {"command": "${SELF}", "env": {"TEST_UPSTREAM": "yes"}}}}`, map[string]string{"SELF": os.Args[0]})
	told := make(chan struct{}, 10)
	client := connect(t, g, "2026-07-28", func() { told <- struct{}{} })
	if res := call(t, client, "child__die", nil); !res.IsError || !strings.Contains(text(res), "unavailable") {
		t.Errorf("result = %s", text(res))
	}
	for end := time.Now().Add(20 * time.Second); call(t, client, "child__echo", map[string]any{"text": "hi"}).IsError; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it does not come back")
		}
	}
	call(t, client, "child__grow", nil)
	for !has(t, client, "child__grown") {
		<-told
	}
	call(t, client, "child__grown", nil)
}

func TestForeignOrigin(t *testing.T) {
	g := gateway(t, `{"mcpServers": {}}`, nil)
	for origin, want := range map[string]int{g.URL: http.StatusBadRequest, "https://evil.example": http.StatusForbidden} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, g.URL+"/mcp", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Origin", origin)
		req.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("from %s: status %d, want %d", origin, res.StatusCode, want)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	for _, config := range []string{`{`, `{"mcpServers": {"a": {}}}`, `{"mcpServers": {"a__b": {"command": "x"}}}`, `{"mcpServers": {"a": {"command": "x", "url": "y"}}}`} {
		file := filepath.Join(t.TempDir(), "mcp.json")
		if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := load(file, os.Getenv); err == nil {
			t.Errorf("%s is accepted", config)
		}
	}
}

func connect(t *testing.T, g *httptest.Server, revision string, changed func()) *mcp.ClientSession {
	t.Helper()
	options := &mcp.ClientOptions{}
	if changed != nil {
		options.ToolListChangedHandler = func(context.Context, *mcp.ToolListChangedRequest) { changed() }
	}
	client := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, options)
	session, err := client.Connect(t.Context(), &mcp.StreamableClientTransport{Endpoint: g.URL + "/mcp"}, &mcp.ClientSessionOptions{ProtocolVersion: revision})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = session.Close() })
	if got := session.InitializeResult().ProtocolVersion; got != revision {
		t.Errorf("the gateway speaks %s", got)
	}
	return session
}

func call(t *testing.T, client *mcp.ClientSession, tool string, args any) *mcp.CallToolResult {
	t.Helper()
	res, err := client.CallTool(t.Context(), &mcp.CallToolParams{Name: tool, Arguments: args})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func has(t *testing.T, client *mcp.ClientSession, tool string) bool {
	t.Helper()
	list, err := client.ListTools(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(list.Tools, func(one *mcp.Tool) bool { return one.Name == tool })
}

func text(res *mcp.CallToolResult) string {
	if len(res.Content) == 0 {
		return ""
	}
	t, _ := res.Content[0].(*mcp.TextContent)
	return t.Text
}
