package checks_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

func paginationTwins() []twin {
	return []twin{{
		Check: "pagination/lists/params-optional",
		Break: toolsRefuse(func(m mcp.Message) bool { return m.Method() == "prompts/list" && !m.Has("params") }),
		Want:  "prompts/list is answered with {} as params, but without any",
	}, {
		Check: "pagination/lists/params-optional",
		Break: toolsRefuse(func(m mcp.Message) bool { return m.Method() == "prompts/list" && m.Has("params") }),
		Want:  "prompts/list is answered without params, but with {}",
	}, {
		Check: "pagination/next-cursor/string",
		Break: toolsBreak(mcptest.ChangeIn("tools/list", "/nextCursor", func(old any) any { return old })),
		Want:  "nextCursor of tools/list must be a string or left out, not null",
	}, {
		Check: "pagination/next-cursor/accepted",
		Break: paginationRefuse("resources/list"),
		Want:  "resources/list gave a cursor and refused it",
	}, {
		Check: "pagination/next-cursor/ends",
		Break: func(s *mcptest.Server) {
			// The last page leads back to the second.
			back := any(nil)
			var mu sync.Mutex
			s.Faults = mcptest.ChangeIn("tools/list", "/nextCursor", func(old any) any {
				mu.Lock()
				defer mu.Unlock()
				if back == nil {
					back = old
				}
				if old == nil {
					return back
				}
				return old
			})
		},
		Want: "came twice",
	}, {
		Check: "pagination/next-cursor/ends",
		Break: paginationRepeat,
		Want:  "stands on two pages",
	}, {
		Check: "pagination/cursor/stable",
		Break: func(s *mcptest.Server) {
			var mu sync.Mutex
			used := map[string]bool{}
			s.Faults = mcptest.EditReply("tools/list", func(c *mcptest.Context, out map[string]any) {
				mu.Lock()
				defer mu.Unlock()
				cursor := c.In.Params().Get("cursor").Text()
				if result, tools := toolsListed(out); used[cursor] && cursor != "" {
					result["tools"] = tools[:1]
				}
				used[cursor] = true
			})
		},
		Want: "led to another page the second time",
	}, {
		Check: "pagination/cursor/invalid",
		Break: toolsBreak(mcptest.Without(mcptest.SkipCursor)),
		Want:  `took the cursor "mcpctl-invalid-cursor", which it never gave`,
	}, {
		Check: "pagination/cursor/invalid",
		Break: toolsBreak(mcptest.OnError("prompts/list", mcp.CodeInternalError)),
		Want:  "with -32603, not -32602",
	}, {
		Check: "pagination/cursor/type",
		Break: toolsBreak(mcptest.Without(mcptest.SkipCursor)),
		Want:  "took the cursor 5",
	}, {
		Check: "pagination/cursor/harmless",
		Break: func(s *mcptest.Server) {
			s.Faults.ExitOn = func(_ *mcptest.Context, m mcp.Message) bool {
				return len(m.Params().Get("cursor").Text()) > 10_000
			}
		},
		Want: "with a very long cursor got no answer",
	}}
}

// paginationRefuse refuses every cursor of a list, its own included.
func paginationRefuse(method string) func(*mcptest.Server) {
	return toolsRefuse(func(m mcp.Message) bool { return m.Method() == method && m.Params().Has("cursor") })
}

// paginationRepeat puts one tool on every page of tools.
func paginationRepeat(s *mcptest.Server) {
	tool := map[string]any{"name": "again", "inputSchema": map[string]any{"type": "object"}}
	s.Faults = mcptest.EditReply("tools/list", func(_ *mcptest.Context, out map[string]any) {
		if result, tools := toolsListed(out); tools != nil {
			result["tools"] = append(tools, tool)
		}
	})
}

func toolsLongName() string { return strings.Repeat("tool.", 25) + "-_9" }

func TestPaginationAllows(t *testing.T) {
	onePage := func(s *mcptest.Server) { s.PageSize = 1000 }
	for _, a := range []oddity{
		{"one page", twin{Check: "pagination/next-cursor/string", Break: onePage}, conformance.Pass},
		{"no second page", twin{Check: "pagination/next-cursor/ends", Break: onePage}, conformance.Unproven},
		{"no cursor to use again", twin{Check: "pagination/cursor/stable", Break: onePage}, conformance.Unproven},
		{"no lists", twin{Check: "pagination/cursor/invalid", Break: func(s *mcptest.Server) {
			s.Tools, s.Prompts, s.Resources, s.Templates = nil, nil, nil, nil
		}}, conformance.Unproven},
		{"cursors ignored, but served", twin{Check: "pagination/cursor/harmless", Break: toolsBreak(mcptest.Without(mcptest.SkipCursor))}, conformance.Pass},
		{"a number for a cursor refused as no request", twin{Check: "pagination/cursor/type", Break: toolsBreak(mcptest.OnError("tools/list", mcp.CodeInvalidRequest))}, conformance.Pass},
		{"twins in name only on two pages", twin{Check: "pagination/next-cursor/ends", Break: toolsBreak(mcptest.SetIn("tools/list", "/tools/none/name", "echo"))}, conformance.Pass},
	} {
		a.try(t)
	}
}
