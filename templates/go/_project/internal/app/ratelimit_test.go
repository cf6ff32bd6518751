package app

import (
	"errors"
	"net/http"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

func TestRateLimit(t *testing.T) {
	a, _ := newAppWithTools(t, "MCP_RATE_PER_MINUTE=1", "MCP_RATE_BURST=1", "MCP_RATE_HTTP_PER_MINUTE=1", "MCP_RATE_HTTP_BURST=1")
	client := connect(t, a, nil)
	call(t, client, reading, question("x"))
	_, err := client.CallTool(t.Context(), &mcp.CallToolParams{Name: reading, Arguments: question("x")})
	var refusal *jsonrpc.Error
	if !errors.As(err, &refusal) || len(refusal.Data) == 0 {
		t.Errorf("a second call: %v, want a refusal with data", err)
	}

	s := serve(t, a)
	post(t, s, hello, nil)
	if res := post(t, s, hello, nil); res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "" {
		t.Errorf("a second request: %s, Retry-After %q", res.Status, res.Header.Get("Retry-After"))
	}
}
