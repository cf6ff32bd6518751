package checks_test

import (
	"testing"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

func cachingTwins() []twin {
	drop := func(check, method, hint string) twin {
		return twin{
			Check: "caching/hints/" + check,
			Break: toolsBreak(mcptest.DropIn(method, "/"+hint)),
			Want:  "the result of " + method + " has no " + hint,
		}
	}
	ttl := func(check string, value any, want string) twin {
		return twin{Check: "caching/ttl/" + check, Break: toolsBreak(mcptest.SetIn("tools/list", "/ttlMs", value)), Want: want}
	}
	return []twin{
		drop("server-discover", "server/discover", "ttlMs"),
		drop("server-discover", "server/discover", "cacheScope"),
		drop("tools-list", "tools/list", "ttlMs"),
		drop("prompts-list", "prompts/list", "cacheScope"),
		drop("resources-list", "resources/list", "ttlMs"),
		drop("resources-templates-list", "resources/templates/list", "cacheScope"),
		drop("resources-read", "resources/read", "ttlMs"),
		ttl("integer", "60000", `must be a whole number, not "60000"`),
		ttl("integer", 0.5, "must be a whole number, not 0.5"),
		ttl("not-negative", -1, "ttlMs of tools/list is negative: -1"),
		{
			Check: "caching/scope/known",
			Break: toolsBreak(mcptest.SetIn("server/discover", "/cacheScope", "shared")),
			Want:  `must be "public" or "private", not "shared"`,
		}, {
			Check: "caching/scope/same-on-all-pages",
			Break: func(s *mcptest.Server) {
				s.Faults = mcptest.EditReply("prompts/list", func(c *mcptest.Context, out map[string]any) {
					if result, ok := out["result"].(map[string]any); ok {
						result["cacheScope"] = map[bool]string{true: "public", false: "private"}[c.In.Params().Has("cursor")]
					}
				})
			},
			Want: `page 2 of prompts/list has the cacheScope "public", the first page has "private"`,
		}, {
			Check: "caching/input-required/no-hints",
			Allow: []string{"elicit"},
			Break: toolsBreak(mcptest.EditReply("tools/call", func(_ *mcptest.Context, out map[string]any) {
				if result, ok := out["result"].(map[string]any); ok && result["resultType"] == "input_required" {
					result["ttlMs"] = 0
				}
			})),
			Want: "has a ttlMs",
		},
	}
}

func TestCachingAllows(t *testing.T) {
	for _, a := range []oddity{
		{"a ttl of zero", twin{Check: "caching/ttl/not-negative", Break: toolsBreak(mcptest.SetIn("tools/list", "/ttlMs", 0))}, conformance.Pass},
		{"a ttl per page", twin{Check: "caching/scope/same-on-all-pages", Break: toolsBreak(mcptest.SetIn("tools/list", "/ttlMs", 1))}, conformance.Pass},
		{"no ttl to judge", twin{Check: "caching/ttl/integer", Break: toolsBreak(
			mcptest.DropIn("server/discover", "/ttlMs"), mcptest.DropIn("tools/list", "/ttlMs"), mcptest.DropIn("prompts/list", "/ttlMs"),
			mcptest.DropIn("resources/list", "/ttlMs"), mcptest.DropIn("resources/templates/list", "/ttlMs"), mcptest.DropIn("resources/read", "/ttlMs"),
		)}, conformance.Unproven},
		{"no question asked", twin{Check: "caching/input-required/no-hints", Break: toolsBreak()}, conformance.Unproven},
	} {
		a.try(t)
	}
}
