package app

import (
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

func TestRBAC(t *testing.T) {
	a, _ := newApp(t, "MCP_RBAC_POLICY={roles: {reader: {tools: [search_*]}}, callers: {local: [reader]}}")
	client := connect(t, a, nil)
	list, err := client.ListTools(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(list.Tools) != 1 || list.Tools[0].Name != "search_notes" {
		t.Errorf("the list shows %d tools, want search_notes alone", len(list.Tools))
	}
	if res := call(t, client, "search_notes", map[string]any{"query": "x"}); res.IsError {
		t.Errorf("an allowed tool: %s", text(res))
	}
	if _, err := client.CallTool(t.Context(), &mcp.CallToolParams{Name: "add_note", Arguments: map[string]any{"title": "t", "text": "x"}}); err == nil {
		t.Error("a tool that no role allows was called")
	}
}
