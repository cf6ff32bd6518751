package app

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/config"
)

// An upstream's tools are served over HTTP in every revision, through all parts.
func TestGatewayOverHTTP(t *testing.T) {
	upstream := mcp.NewServer(&mcp.Implementation{Name: "upstream", Version: "1"}, nil)
	mcp.AddTool(upstream, &mcp.Tool{Name: "greet"}, func(context.Context, *mcp.CallToolRequest, struct{}) (*mcp.CallToolResult, any, error) {
		return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: "hello"}}}, nil, nil
	})
	var token string
	handler := mcp.NewStreamableHTTPHandler(func(r *http.Request) *mcp.Server {
		token = r.Header.Get("Authorization")
		return upstream
	}, nil)
	up := httptest.NewServer(handler)
	defer up.Close()
	defer up.CloseClientConnections()

	t.Setenv("UPSTREAM_TOKEN", "t0ken-t0ken")
	locked := map[string]any{"url": "https://example.com", "headers": map[string]string{"Authorization": "Bearer ${NO_SUCH_TOKEN}"}}
	a, log := newApp(t, upstreams(t, map[string]any{
		"up":     map[string]any{"url": up.URL, "headers": map[string]string{"Authorization": "Bearer ${UPSTREAM_TOKEN}"}},
		"locked": locked,
	}))
	start(t, a)
	if token != "Bearer t0ken-t0ken" {
		t.Errorf("the upstream was sent %q", token)
	}
	if !strings.Contains(log.String(), "NO_SUCH_TOKEN not set") || strings.Contains(log.String(), "t0ken") {
		t.Errorf("log = %s", log)
	}
	if s := a.Life().Statuses(); len(s) != 1 || s[0].Name != "upstream up" || s[0].Required || s[0].Err != nil {
		t.Errorf("checks = %+v", s)
	}
	s := serve(t, a)
	for _, revision := range revisions {
		if res := call(t, connectHTTP(t, s, revision, nil), "up__greet", nil); text(res) != "hello" {
			t.Errorf("in %s: %s", revision, text(res))
		}
	}
}

// A file of upstreams that makes no sense is told of at the start.
func TestBadUpstreams(t *testing.T) {
	cfg, _, err := config.Load("", []string{upstreams(t, map[string]any{"a": map[string]any{}})})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(cfg, Build{Errors: new(buffer)}); err == nil || !strings.Contains(err.Error(), "a command or a url") {
		t.Errorf("New = %v", err)
	}
}
