package app

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// requestLines returns the log's lines about requests of a method.
func requestLines(t *testing.T, log *buffer, method string) []map[string]any {
	t.Helper()
	var found []map[string]any
	for text := range strings.Lines(log.String()) {
		var line map[string]any
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatalf("a line of the log is no JSON: %s", text)
		}
		if line["msg"] == "request" && line["method"] == method {
			found = append(found, line)
		}
	}
	return found
}

func TestEachRequestIsLoggedOnce(t *testing.T) {
	a, log := newApp(t)
	c := connect(t, a, nil)
	const trace = "0af7651916cd43dd8448eb211c80319c"
	params := &mcp.ListToolsParams{Meta: mcp.Meta{"traceparent": "00-" + trace + "-00f067aa0ba902b7-01"}}
	if _, err := c.ListTools(t.Context(), params); err != nil {
		t.Fatal(err)
	}
	lines := requestLines(t, log, "tools/list")
	if len(lines) != 1 {
		t.Fatalf("%d lines, want 1: %v", len(lines), lines)
	}
	if got := lines[0]; got["correlation_id"] != trace || got["caller"] != "local" || got["outcome"] != "ok" {
		t.Errorf("logged %v", got)
	}
}

func TestRefusedRequestIsLoggedWithoutItsArguments(t *testing.T) {
	a, log := newApp(t)
	c := connect(t, a, nil)
	params := &mcp.CallToolParams{Name: "no_such_tool", Arguments: map[string]any{"password": "hunter2"}}
	if _, err := c.CallTool(t.Context(), params); err == nil {
		t.Fatal("a tool that does not exist was called")
	}
	lines := requestLines(t, log, "tools/call")
	if len(lines) != 1 || lines[0]["outcome"] != "rejected" || lines[0]["tool"] != "no_such_tool" {
		t.Errorf("logged %v, want one line with outcome rejected", lines)
	}
	if strings.Contains(log.String(), "hunter2") {
		t.Error("an argument is in the log")
	}
}

func TestLogLevelIsASetting(t *testing.T) {
	a, log := newApp(t, "MCP_LOG_LEVEL=error")
	if _, err := connect(t, a, nil).ListTools(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if lines := requestLines(t, log, "tools/list"); len(lines) != 0 {
		t.Errorf("logged %v at level error", lines)
	}
}
