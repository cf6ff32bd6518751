package checks_test

import (
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

func completionTwins() []twin {
	method := "completion/complete"
	uncapable := func(s *mcptest.Server) { s.Off[mcptest.OffCompletions] = true }
	return []twin{{
		Check: "completion/capability/declared",
		Break: faulty(mcptest.DropIn("initialize", "/capabilities/completions")),
		Want:  "does not declare the capability completions",
	}, {
		Check:   "completion/capability/unsupported",
		Prepare: uncapable,
		Break:   faulty(mcptest.OnError(method, mcp.CodeInvalidParams)),
		Want:    "gave error -32602, expected -32601",
	}, {
		Check:   "completion/capability/unsupported",
		Prepare: uncapable,
		Break:   without(mcptest.SkipUndeclared),
		In:      mcp.Rev20260728,
		Want:    "gave no error",
	}, {
		Check: "completion/capability/untold",
		Break: faulty(mcptest.Refuse(method, mcp.CodeInternalError, "not implemented")),
		Want:  "expected a result or -32601",
	}, {
		Check: "completion/result/shape",
		Break: faulty(mcptest.SetIn(method, "/completion/values", map[string]any{})),
		Want:  "values must be an array, not an object",
	}, {
		Check: "completion/result/shape",
		Break: faulty(mcptest.SetIn(method, "/completion/values/0", map[string]any{"value": "x"})),
		Want:  "values must be strings, not an object",
	}, {
		Check: "completion/result/shape",
		Break: faulty(mcptest.SetIn(method, "/completion/hasMore", "no")),
		Want:  "hasMore must be a boolean, not a string",
	}, {
		Check: "completion/result/shape",
		Break: faulty(mcptest.Refuse(method, mcp.CodeMethodNotFound, "method not found")),
		In:    mcp.Rev20260728,
		Want:  "does not know completion/complete",
	}, {
		Check: "completion/result/max-100",
		Break: without(mcptest.SkipLimit),
		Want:  "gave 150 values, more than 100",
	}, {
		Check: "completion/result/total-consistent",
		Break: faulty(mcptest.SetIn(method, "/completion/total", 1)),
		Want:  "and a total of 1",
	}, {
		Check: "completion/result/total-consistent",
		Break: faulty(mcptest.SetIn(method, "/completion/hasMore", false)),
		Want:  "hasMore is false",
	}, {
		Check: "completion/context/accepted",
		Break: faulty(mcptest.Faults{Handle: func(c *mcptest.Context, m mcp.Message) ([]any, bool) {
			if !m.Params().Has("context") {
				return nil, false
			}
			return mcptest.Refuse(method, mcp.CodeInvalidParams, "unknown member context").Handle(c, m)
		}}),
		Want: "but not with a context",
	}, {
		Check: "completion/result/internal-error",
		Prepare: func(s *mcptest.Server) {
			for i := range s.Prompts {
				s.Prompts[i].Hidden = s.Prompts[i].Name != "throws"
			}
		},
		Break: faulty(mcptest.OnError(method, mcp.CodeInvalidRequest)),
		Want:  "failed with -32600",
	}, {
		Check: "completion/refuses/unknown-prompt",
		Break: without(mcptest.SkipNotFound),
		Want:  "gave no error",
	}, {
		Check: "completion/refuses/unknown-prompt",
		Break: faulty(mcptest.OnError(method, mcp.CodeInternalError)),
		Want:  "gave error -32603, expected -32602",
	}, {
		Check: "completion/refuses/missing-params",
		Break: without(mcptest.SkipParams),
		Want:  "was not refused",
	}, {
		Check: "completion/refuses/unknown-ref-type",
		Break: without(mcptest.SkipNotFound),
		Want:  "was not refused",
	}}
}
