package checks_test

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

func toolsTwins() []twin {
	return slices.Concat(
		toolsListTwins(),
		toolsDescriptorTwins(),
		toolsSchemaTwins(),
		toolsHeaderTwins(),
		toolsCallTwins(),
		toolsArgumentTwins(),
		toolsResultTwins(),
		toolsStructuredTwins(),
		toolsChangeTwins(),
	)
}

// toolsBreak makes a twin's Break of faults that keep no state.
func toolsBreak(all ...mcptest.Faults) func(*mcptest.Server) {
	return func(s *mcptest.Server) { s.Faults = mcptest.Combine(all...) }
}

// toolsRefuse makes a Break that refuses some requests with -32602.
func toolsRefuse(when func(mcp.Message) bool) func(*mcptest.Server) {
	return func(s *mcptest.Server) {
		s.Faults.Handle = func(_ *mcptest.Context, m mcp.Message) ([]any, bool) {
			if m.MessageKind() != mcp.RequestMessage || !when(m) {
				return nil, false
			}
			refusal := map[string]any{"code": mcp.CodeInvalidParams, "message": "refused"}
			return []any{map[string]any{"jsonrpc": "2.0", "id": m.ID(), "error": refusal}}, true
		}
	}
}

// toolsSet sets something in the descriptor of a listed tool.
func toolsSet(pointer string, value any) func(*mcptest.Server) {
	return toolsBreak(mcptest.SetIn("tools/list", "/tools/"+pointer, value))
}

func toolsListTwins() []twin {
	return []twin{{
		Check: "tools/list/answers",
		Break: toolsBreak(mcptest.SetIn("tools/list", "/tools", nil)),
		Want:  "must have an array tools, not null",
	}, {
		Check: "tools/list/answers",
		Break: toolsBreak(mcptest.Refuse("tools/list", mcp.CodeMethodNotFound, "no tools here")),
		Want:  "got no result",
	}, {
		Check: "tools/list/declared",
		Break: toolsBreak(mcptest.DropIn("initialize", "/capabilities/tools")),
		Want:  "does not declare the capability tools",
	}, {
		Check: "tools/list/same-for-connections",
		Break: fewerToolsForOthers,
		Want:  `"echo" only in the first list`,
		On:    mcp.HTTP,
	}, {
		Check: "tools/list/unchanged-by-requests",
		Break: fewerToolsAfterPrompts,
		Want:  "other requests on the connection changed its tools",
	}, {
		Check: "tools/list/order",
		Break: otherOrderNextTime,
		Want:  "in another order",
	}}
}

// toolsListed are the tools of an outgoing tools/list result.
func toolsListed(out map[string]any) (result map[string]any, tools []any) {
	result, _ = out["result"].(map[string]any)
	tools, _ = result["tools"].([]any)
	return result, tools
}

// toolsWithoutEcho takes the tool echo out of an outgoing page.
func toolsWithoutEcho(out map[string]any) {
	if result, tools := toolsListed(out); result != nil {
		result["tools"] = slices.DeleteFunc(tools, func(tool any) bool { return tool.(map[string]any)["name"] == "echo" })
	}
}

// fewerToolsForOthers hides a tool every second time, which is from the second
// connection when a check asks two of them by turns. That they are two cannot be
// told by address: a client may use several for one.
func fewerToolsForOthers(s *mcptest.Server) {
	var asked atomic.Int64
	s.Faults = mcptest.EditReply("tools/list", func(c *mcptest.Context, out map[string]any) {
		if !c.In.Params().Has("cursor") && asked.Add(1)%2 == 0 {
			toolsWithoutEcho(out)
		}
	})
}

// fewerToolsAfterPrompts hides a tool once prompts were listed, until the next
// connection is opened.
func fewerToolsAfterPrompts(s *mcptest.Server) {
	var mu sync.Mutex
	hidden := false
	s.Faults = mcptest.Faults{Edit: func(c *mcptest.Context, out map[string]any) {
		mu.Lock()
		defer mu.Unlock()
		switch c.In.Method() {
		case "server/discover":
			hidden = false
		case "prompts/list":
			hidden = true
		case "tools/list":
			if hidden {
				toolsWithoutEcho(out)
			}
		}
	}}
}

// otherOrderNextTime turns the tools of each page round, from the second list on.
func otherOrderNextTime(s *mcptest.Server) {
	var mu sync.Mutex
	lists := 0
	s.Faults = mcptest.EditReply("tools/list", func(c *mcptest.Context, out map[string]any) {
		mu.Lock()
		defer mu.Unlock()
		if !c.In.Params().Has("cursor") {
			lists++
		}
		if _, tools := toolsListed(out); lists > 1 {
			slices.Reverse(tools)
		}
	})
}

func toolsDescriptorTwins() []twin {
	return []twin{{
		Check: "tools/list/entries",
		Break: toolsBreak(mcptest.DropIn("tools/list", "/tools/echo/inputSchema")),
		Want:  `the tool "echo" has no inputSchema`,
	}, {
		Check: "tools/list/entries",
		Break: toolsSet("echo/name", 5),
		Want:  "must be a string, not a number",
	}, {
		Check: "tools/list/entries",
		Break: toolsSet("echo", "echo"),
		Want:  "a tool must be an object, not a string",
	}, {
		Check: "tools/list/optional-members",
		Break: toolsSet("echo/description", nil),
		Want:  `description of the tool "echo" must be a string, not null`,
	}, {
		Check: "tools/list/optional-members",
		Break: toolsSet("echo/icons", map[string]any{}),
		Want:  "must be an array, not an object",
	}, {
		Check: "tools/names/unique",
		Break: toolsSet("add/name", "echo"),
		Want:  `two tools are called "echo"`,
	}, {
		Check: "tools/names/length",
		Break: toolsSet("echo/name", strings.Repeat("é", 129)),
		Want:  "has 129 characters",
	}, {
		Check: "tools/names/length",
		Break: toolsSet("echo/name", ""),
		Want:  "has 0 characters",
	}, {
		Check: "tools/names/characters",
		Break: toolsSet("echo/name", "text/echo"),
		Want:  `"text/echo" contains '/'`,
	}, {
		Check: "tools/annotations/types",
		Break: toolsSet("echo/annotations/readOnlyHint", "true"),
		Want:  "readOnlyHint of the tool \"echo\" must be a boolean, not a string",
	}, {
		Check: "tools/annotations/types",
		Break: toolsSet("echo/annotations", []any{}),
		Want:  "must be an object, not an array",
	}, {
		Check: "tools/annotations/coherent",
		Break: toolsSet("echo/annotations/destructiveHint", true),
		Want:  "read-only and destructive at once",
	}, {
		Check:   "tools/execution/task-support",
		Prepare: toolsSet("echo/execution", map[string]any{"taskSupport": "forbidden"}),
		Break:   toolsSet("echo/execution", map[string]any{"taskSupport": "sometimes"}),
		Want:    `"sometimes"`,
	}}
}

func toolsSchemaTwins() []twin {
	return []twin{{
		Check: "tools/input-schema/object",
		Break: toolsSet("none/inputSchema", nil),
		Want:  `inputSchema of the tool "none" must be an object, not null`,
	}, {
		Check: "tools/input-schema/root-type",
		Break: toolsBreak(mcptest.DropIn("tools/list", "/tools/echo/inputSchema/type")),
		Want:  "has no type",
	}, {
		Check: "tools/input-schema/root-type",
		Break: toolsSet("echo/inputSchema/required", "text"),
		Want:  "must have an array as required",
	}, {
		Check: "tools/input-schema/root-type",
		Break: toolsSet("echo/inputSchema/required", []any{5}),
		Want:  "must require names",
	}, {
		Check: "tools/input-schema/valid",
		Break: toolsSet("echo/inputSchema/properties/text/type", "strin"),
		Want:  "is no valid JSON Schema",
	}, {
		Check: "tools/input-schema/valid",
		Break: toolsSet("echo/inputSchema/properties/text", map[string]any{"$ref": "#/$defs/none"}),
		Want:  "leads nowhere",
	}, {
		Check: "tools/input-schema/no-parameters",
		Break: toolsSet("none/inputSchema/required", []any{"nothing"}),
		Want:  "allows no parameters and yet refuses {}",
	}, {
		Check: "tools/output-schema/root-type",
		Break: toolsSet("echo/outputSchema/type", "array"),
		Want:  `has the type "array"`,
	}, {
		Check: "tools/output-schema/root-type",
		Break: toolsSet("echo/outputSchema", true),
		Want:  "must be an object, not a boolean",
	}, {
		Check: "tools/output-schema/valid",
		In:    mcp.Rev20250618,
		Break: toolsSet("echo/outputSchema/properties/text/type", "strin"),
		Want:  "is no valid JSON Schema",
	}, {
		Check: "tools/output-schema/valid",
		In:    mcp.Rev20260728,
		Break: toolsSet("echo/outputSchema/properties/text/minLength", "one"),
		Want:  "is no valid JSON Schema",
	}, {
		Check: "tools/output-schema/valid",
		In:    mcp.Rev20260728,
		Break: toolsSet("echo/outputSchema", true),
		Want:  "must be an object, not a boolean",
	}}
}

func toolsHeaderTwins() []twin {
	mark := func(property string, value any) func(*mcptest.Server) {
		return toolsSet("region/inputSchema/properties/"+property, value)
	}
	return []twin{{
		Check: "tools/x-mcp-header/not-empty",
		Break: mark("region/x-mcp-header", ""),
		Want:  "that is empty",
	}, {
		Check: "tools/x-mcp-header/token",
		Break: mark("region/x-mcp-header", "The Region"),
		Want:  "no token of HTTP",
	}, {
		Check: "tools/x-mcp-header/token",
		Break: mark("region/x-mcp-header", true),
		Want:  "a boolean, not a string",
	}, {
		Check: "tools/x-mcp-header/control",
		Break: mark("region/x-mcp-header", "Region\r\nHost"),
		Want:  "with a control character",
	}, {
		Check: "tools/x-mcp-header/unique",
		Break: mark("dry/x-mcp-header", "rEGION"),
		Want:  `the x-mcp-header "Region" twice`,
	}, {
		Check: "tools/x-mcp-header/primitive",
		Break: mark("count/type", "number"),
		Want:  `on a parameter of type "number"`,
	}, {
		Check: "tools/x-mcp-header/primitive",
		Break: mark("region/type", []any{"string", "array"}),
		Want:  `on a parameter of type "array"`,
	}, {
		Check: "tools/x-mcp-header/integer-range",
		Break: mark("count/default", int64(1)<<53),
		Want:  "with the value 9007199254740992",
	}, {
		Check: "tools/x-mcp-header/integer-range",
		Break: mark("count/minimum", int64(1)<<53),
		Want:  "of at least 9007199254740992",
	}, {
		Check: "tools/x-mcp-header/reachable",
		Break: toolsSet("region/inputSchema/$defs", map[string]any{"zone": map[string]any{"type": "string", "x-mcp-header": "Zone"}}),
		Want:  "no chain of properties leads",
	}, {
		Check: "tools/x-mcp-header/reachable",
		Break: toolsSet("region/inputSchema/x-mcp-header", "All"),
		Want:  "no chain of properties leads",
	}, {
		Check: "tools/x-mcp-header/no-secrets",
		Break: mark("api_key", map[string]any{"type": "string", "x-mcp-header": "Key"}),
		Want:  `"api_key", which looks confidential`,
	}}
}
