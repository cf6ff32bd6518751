package checks_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/checks"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

const (
	asksElicit = "elicitation/create"
	asksSample = "sampling/createMessage"
	asksRoots  = "roots/list"
)

// onQuestion changes each question that the server asks under a method: its
// own requests, or the entries of inputRequests.
func onQuestion(method string, edit func(question map[string]any)) mcptest.Faults {
	return mcptest.Faults{Edit: func(_ *mcptest.Context, out map[string]any) {
		if out["method"] == method {
			edit(out)
		}
		result, _ := out["result"].(map[string]any)
		requests, _ := result["inputRequests"].(map[string]any)
		for _, r := range requests {
			if q, ok := r.(map[string]any); ok && q["method"] == method {
				edit(q)
			}
		}
	}}
}

// onAsked changes the params of each question under a method.
func onAsked(method string, edit func(params map[string]any)) mcptest.Faults {
	return onQuestion(method, func(q map[string]any) {
		if params, ok := q["params"].(map[string]any); ok {
			edit(params)
		}
	})
}

// askedWith sets a member of the params of each question under a method; nil
// takes it away.
func askedWith(method, member string, value any) mcptest.Faults {
	return onAsked(method, func(params map[string]any) { putMember(params, member, value) })
}

func putMember(in map[string]any, member string, value any) {
	if value == nil {
		delete(in, member)
		return
	}
	in[member] = value
}

// onResult changes each result of tools/call that asks for input.
func onResult(edit func(result map[string]any)) mcptest.Faults {
	return mcptest.EditReply("tools/call", func(_ *mcptest.Context, out map[string]any) {
		if result, ok := out["result"].(map[string]any); ok && result["resultType"] == "input_required" {
			edit(result)
		}
	})
}

// askOf is a question as a request of the server's own.
func askOf(id, method string, params map[string]any) map[string]any {
	return map[string]any{"jsonrpc": "2.0", "id": id, "method": method, "params": params}
}

// retried reports a request that brings input.
func retried(m mcp.Message) bool { return m.Params().Has("inputResponses") }

// toolNamed is a tool of the reference server, to be changed.
func toolNamed(s *mcptest.Server, name string) *mcptest.Tool {
	return &s.Tools[slices.IndexFunc(s.Tools, func(t mcptest.Tool) bool { return t.Name == name })]
}

// needing makes one argument of a tool, a boolean, always true.
func needing(name, argument string) func(*mcptest.Server) {
	return func(s *mcptest.Server) {
		toolNamed(s, name).Descriptor["inputSchema"] = map[string]any{
			"type":       "object",
			"properties": map[string]any{argument: map[string]any{"type": "boolean", "const": true}},
			"required":   []any{argument},
		}
	}
}

// inTurn changes a server in several ways.
func inTurn(all ...func(*mcptest.Server)) func(*mcptest.Server) {
	return func(s *mcptest.Server) {
		for _, change := range all {
			change(s)
		}
	}
}

// allowedVerdict runs one check, which may call tools, against the reference
// server, changed.
func allowedVerdict(t *testing.T, check string, allow []string, at place, prepare func(*mcptest.Server)) conformance.Finding {
	t.Helper()
	c, ok := checks.Find(check)
	require.True(t, ok, check)
	return twin{Check: check, Allow: allow}.run(t, c, at, prepare)
}
