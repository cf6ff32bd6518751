package limits_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/limits"
)

func text(s string) *mcp.CallToolResult {
	return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: s}}}
}

func TestRequests(t *testing.T) {
	cfg := limits.Config{Arguments: 60, Depth: 3, String: 10}
	handler := cfg.Requests(func(context.Context, string, mcp.Request) (mcp.Result, error) { return text("ok"), nil })
	for name, test := range map[string]struct{ arguments, complaint string }{
		"none":          {``, ""},
		"good":          {`{"a":{"b":["0123456789"]}}`, ""},
		"large":         {`{"a":["012345","012345","012345","012345","012345","012345","012345"]}`, "60 allowed"},
		"deep":          {`{"a":{"b":[{}]}}`, "3 levels"},
		"long string":   {`{"a":"0123456789x"}`, "10 allowed"},
		"long key":      {`{"0123456789x":1}`, "10 allowed"},
		"not JSON":      {`{"a":`, "not JSON"},
		"escaped chars": {`{"a":"\u0041\u0042"}`, ""},
	} {
		req := &mcp.CallToolRequest{Params: &mcp.CallToolParamsRaw{Name: "t", Arguments: json.RawMessage(test.arguments)}}
		result, err := handler(t.Context(), "tools/call", req)
		if err != nil {
			t.Fatal(err)
		}
		call := result.(*mcp.CallToolResult)
		got := call.Content[0].(*mcp.TextContent).Text
		if call.IsError != (test.complaint != "") || !strings.Contains(got, test.complaint) {
			t.Errorf("%s: error %t, %q; want %q", name, call.IsError, got, test.complaint)
		}
	}
}

func TestResults(t *testing.T) {
	cfg := limits.Config{Result: 100}
	results := map[string]mcp.Result{
		"tools/call":     text(strings.Repeat("x", 100)),
		"resources/read": &mcp.ReadResourceResult{Contents: []*mcp.ResourceContents{{Text: strings.Repeat("x", 100)}}},
		"tools/list":     &mcp.ListToolsResult{Tools: []*mcp.Tool{{Name: strings.Repeat("x", 100)}}},
	}
	handler := cfg.Results(func(_ context.Context, method string, _ mcp.Request) (mcp.Result, error) { return results[method], nil })

	result, err := handler(t.Context(), "tools/call", &mcp.CallToolRequest{})
	if err != nil {
		t.Fatal(err)
	}
	call := result.(*mcp.CallToolResult)
	if raw, err := json.Marshal(call); err != nil || !call.IsError || !strings.Contains(string(raw), "100 allowed") {
		t.Errorf("a large tool result became %s, %v", raw, err)
	}
	var refusal *jsonrpc.Error
	if _, err := handler(t.Context(), "resources/read", nil); !errors.As(err, &refusal) {
		t.Errorf("a large resource: %v, want a refusal", err)
	}
	if got, err := handler(t.Context(), "tools/list", nil); err != nil || got != results["tools/list"] {
		t.Errorf("a list is not limited here: %v, %v", got, err)
	}
	results["tools/call"] = text("small")
	if got, err := handler(t.Context(), "tools/call", &mcp.CallToolRequest{}); err != nil || got != results["tools/call"] {
		t.Errorf("a small result was changed: %v, %v", got, err)
	}
}
