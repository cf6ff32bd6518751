package app

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

type (
	note struct {
		Title string `json:"title"`
		Text  string `json:"text"`
	}
	notesFound struct {
		Notes []note `json:"notes"`
	}
	notesQuery struct {
		Query string `json:"query"`
	}
)

// upstream returns the setting of a gateway to one server, named notes, which
// keeps what the tool add is given and finds it with the tool search.
func upstream(t *testing.T) (setting string) {
	t.Helper()
	var mu sync.Mutex
	all := []note{}
	server := mcp.NewServer(&mcp.Implementation{Name: "notes", Version: "1"}, nil)
	mcp.AddTool(server, &mcp.Tool{Name: "search", Annotations: &mcp.ToolAnnotations{ReadOnlyHint: true, IdempotentHint: true}},
		func(_ context.Context, _ *mcp.CallToolRequest, in notesQuery) (*mcp.CallToolResult, notesFound, error) {
			mu.Lock()
			defer mu.Unlock()
			found := slices.DeleteFunc(slices.Clone(all), func(n note) bool { return !strings.Contains(strings.ToLower(n.Title), in.Query) })
			return nil, notesFound{found}, nil
		})
	mcp.AddTool(server, &mcp.Tool{Name: "add"},
		func(_ context.Context, _ *mcp.CallToolRequest, in note) (*mcp.CallToolResult, note, error) {
			mu.Lock()
			defer mu.Unlock()
			all = append(all, in)
			return nil, in, nil
		})
	s := httptest.NewServer(mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server }, nil))
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return upstreams(t, map[string]any{"notes": map[string]any{"url": s.URL}})
}

// join connects a to its upstreams until the test ends.
func join(t *testing.T, a *App) {
	t.Helper()
	if err := a.Gateway.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Gateway.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

// upstreams writes a file of upstreams and returns the setting that names it.
func upstreams(t *testing.T, servers map[string]any) (setting string) {
	t.Helper()
	text, err := json.Marshal(map[string]any{"mcpServers": servers})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "upstreams.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return "MCP_GATEWAY_CONFIG=" + file
}
