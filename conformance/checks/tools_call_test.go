package checks_test

import (
	"bytes"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

func toolsCallTwins() []twin {
	return []twin{{
		Check: "tools/call/unknown-tool",
		Break: toolsBreak(mcptest.Without(mcptest.SkipNotFound)),
		Want:  "must get a JSON-RPC error, not a result",
	}, {
		Check: "tools/call/unknown-tool-code",
		Break: toolsBreak(mcptest.OnError("tools/call", mcp.CodeMethodNotFound)),
		Want:  "is -32601, not -32602",
	}, {
		Check: "tools/call/malformed-name",
		Break: toolsBreak(mcptest.Without(mcptest.SkipParams)),
		Want:  "tools/call with no name must get",
	}, {
		Check: "tools/call/malformed-name",
		Break: func(s *mcptest.Server) {
			s.Faults.ExitOn = func(_ *mcptest.Context, m mcp.Message) bool { return m.Params().Get("name").Is(mcp.Number) }
		},
		Want: "the number 5 as name must get",
	}, {
		Check: "tools/call/malformed-arguments",
		Break: toolsBreak(mcptest.Without(mcptest.SkipParams, mcptest.SkipNotFound)),
		Want:  "a string as arguments must get",
	}, {
		Check: "tools/call/malformed-arguments",
		Allow: []string{"none"},
		Break: toolsBreak(mcptest.Without(mcptest.SkipParams)),
		Want:  "a string as arguments must get",
	}, {
		Check: "tools/names/case-sensitive",
		Allow: []string{"none"},
		Break: func(s *mcptest.Server) {
			s.Faults.Handle = func(_ *mcptest.Context, m mcp.Message) ([]any, bool) {
				if m.Params().Get("name").Text() != "NONE" {
					return nil, false
				}
				result := mcptest.Content(mcptest.Text("nothing"))
				result["resultType"] = "complete"
				return []any{map[string]any{"jsonrpc": "2.0", "id": m.ID(), "result": result}}, true
			}
		},
		Want: `"NONE" ran the tool "none"`,
	}}
}

func toolsArgumentTwins() []twin {
	return []twin{{
		Check: "tools/call/invalid-arguments",
		Allow: []string{"add"},
		Break: toolsBreak(mcptest.Without(mcptest.SkipArguments)),
		Want:  `"add" succeeded although /a is left out`,
	}, {
		Check: "tools/call/schema-limits",
		Allow: []string{"add"},
		Break: toolsBreak(mcptest.Without(mcptest.SkipArguments)),
		Want:  "is a member too many",
	}, {
		Check: "tools/call/invalid-arguments-as-result",
		Allow: []string{"echo"},
		Break: toolsBreak(toolsFailuresAsErrors(mcp.CodeInvalidParams)),
		Want:  "the JSON-RPC error -32602, not with isError",
	}, {
		Check: "tools/call/arguments-optional",
		Allow: []string{"none"},
		Break: toolsRefuse(func(m mcp.Message) bool { return m.Method() == "tools/call" && !m.Params().Has("arguments") }),
		Want:  "takes {} as arguments, but without any",
	}}
}

// toolsFailuresAsErrors turns results with isError into error responses.
func toolsFailuresAsErrors(code int) mcptest.Faults {
	return mcptest.EditReply("tools/call", func(_ *mcptest.Context, out map[string]any) {
		if result, ok := out["result"].(map[string]any); ok && result["isError"] == true {
			delete(out, "result")
			out["error"] = map[string]any{"code": code, "message": "failed"}
		}
	})
}

func toolsChangeTwins() []twin {
	mute := mcptest.Faults{Encode: func(_ *mcptest.Context, raw []byte) [][]byte {
		if bytes.Contains(raw, []byte(toolsListChanged)) {
			return nil
		}
		return [][]byte{raw}
	}}
	announces := mcptest.SendAfter("tools/list", map[string]any{"jsonrpc": "2.0", "method": toolsListChanged})
	return []twin{{
		Check: "tools/list-changed/sent",
		Allow: []string{"change"},
		Break: toolsBreak(mute),
		Want:  "no notifications/tools/list_changed came",
	}, {
		Check: "tools/list-changed/sent",
		Allow: []string{"change"},
		Break: toolsBreak(mute),
		Want:  "no notifications/tools/list_changed came",
		On:    mcp.HTTP,
	}, {
		Check:   "tools/list-changed/declared",
		Prepare: toolsBreak(announces),
		Break:   toolsBreak(announces, mcptest.DropIn("initialize", "/capabilities/tools/listChanged")),
		Want:    "does not declare tools.listChanged",
	}}
}

const toolsListChanged = "notifications/tools/list_changed"
