package app

import (
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

func TestRBAC(t *testing.T) {
	a, _ := newAppWithTools(t, "MCP_RBAC_POLICY={roles: {reader: {tools: ["+reading+"]}}, callers: {local: [reader]}}")
	client := connect(t, a, nil)
	list, err := client.ListTools(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(list.Tools) != 1 || list.Tools[0].Name != reading {
		t.Errorf("the list shows %d tools, want %s alone", len(list.Tools), reading)
	}
	if res := call(t, client, reading, question("x")); res.IsError {
		t.Errorf("an allowed tool: %s", text(res))
	}
	if _, err := client.CallTool(t.Context(), &mcp.CallToolParams{Name: writing, Arguments: addition("t", "x")}); err == nil {
		t.Error("a tool that no role allows was called")
	}
}
