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
		Break: func(s *mcptest.Server) { s.Faults = mcptest.OnError("ping", mcp.CodeMethodNotFound) },
		Want:  "no result object",
	}, {
		Check: "ping/initialization/served",
		Break: func(s *mcptest.Server) {
			initialized := false
			s.Faults.Handle = func(_ *mcptest.Context, m mcp.Message) ([]any, bool) {
				initialized = initialized || m.Method() == "notifications/initialized"
				if m.Method() != "ping" || initialized {
					return nil, false
				}
				return []any{refusal(m, mcp.CodeInvalidRequest, "not initialized")}, true
			}
		},
		Want: "before notifications/initialized",
	}, {
		Check: "ping/server/not-excessive",
		// The reference server pings once when a session opens; this one twice.
		Prepare: func(s *mcptest.Server) { s.Faults = pingsAfter("tools/list", 1) },
		Break:   func(s *mcptest.Server) { s.Faults = pingsAfter("tools/list", 2) },
		Want:    "pinged again",
	}}
}

// refusal is an error response to m.
func refusal(m mcp.Message, code int, text string) map[string]any {
	return map[string]any{"jsonrpc": "2.0", "id": m.ID(), "error": map[string]any{"code": code, "message": text}}
}
