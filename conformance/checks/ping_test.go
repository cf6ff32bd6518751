package checks_test

import (
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

func pingTwins() []twin {
	return []twin{{
		Check: "ping/result/empty",
		Break: func(s *mcptest.Server) { s.Faults = mcptest.SetIn("ping", "/pong", true) },
		Want:  `a member "pong"`,
	}, {
		Check: "ping/result/empty",
		Break: func(s *mcptest.Server) { s.Faults = mcptest.Refuse("ping", mcp.CodeMethodNotFound, "no such method") },
		Want:  "no result object",
	}, {
		Check: "ping/initialization/served",
		Break: func(s *mcptest.Server) {
			s.Faults = mcptest.Refuse("ping", mcp.CodeInvalidRequest, "not initialized")
		},
		Want: "before notifications/initialized",
	}, {
		Check: "ping/server/not-excessive",
		// One ping is fine, a dozen in a row are not.
		Prepare: func(s *mcptest.Server) { s.Faults = mcptest.SendBefore("ping", pingOf("a")) },
		Break: func(s *mcptest.Server) {
			for i := range 12 {
				s.Faults = mcptest.Combine(s.Faults, mcptest.SendBefore("ping", pingOf(string(rune('a'+i)))))
			}
		},
		Want: "more than 10 pings",
	}}
}

// pingOf is a ping of the server's own.
func pingOf(id string) map[string]any {
	return map[string]any{"jsonrpc": "2.0", "id": id, "method": "ping"}
}
