package app

import (
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

func TestRBAC(t *testing.T) {
	a, _ := newApp(t, upstream(t), "MCP_RBAC_POLICY={roles: {reader: {tools: [notes__s*]}}, callers: {local: [reader]}}")
	join(t, a)
	client := connect(t, a, nil)
	list, err := client.ListTools(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(list.Tools) != 1 || list.Tools[0].Name != "notes__search" {
		t.Errorf("the list shows %d tools, want notes__search alone", len(list.Tools))
	}
	if res := call(t, client, "notes__search", map[string]any{"query": "x"}); res.IsError {
		t.Errorf("an allowed tool: %s", text(res))
	}
	if _, err := client.CallTool(t.Context(), &mcp.CallToolParams{Name: "notes__add", Arguments: map[string]any{"title": "t", "text": "x"}}); err == nil {
		t.Error("a tool that no role allows was called")
	}
}
