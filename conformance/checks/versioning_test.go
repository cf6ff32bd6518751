package checks_test

import (
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// unknownVersion is one that no server speaks.
const unknownVersion = "1900-01-01"

func versioningTwins() []twin {
	asks := func(version string) func(*mcptest.Context) bool {
		return func(c *mcptest.Context) bool { return c.In.Params().Get("protocolVersion").Text() == version }
	}
	answerVersion := func(when func(*mcptest.Context) bool, version string) mcptest.Faults {
		return mcptest.EditReply("initialize", func(c *mcptest.Context, out map[string]any) {
			if result, ok := out["result"].(map[string]any); ok && when(c) {
				result["protocolVersion"] = version
			}
		})
	}
	unknown := asks(unknownVersion)
	refusals := func(edit func(e map[string]any)) func(*mcptest.Server) {
		return func(s *mcptest.Server) {
			s.Faults = mcptest.EditReply("server/discover", func(_ *mcptest.Context, out map[string]any) {
				if e, ok := out["error"].(map[string]any); ok {
					edit(e)
				}
			})
		}
	}
	return []twin{{
		Check: "versioning/initialize/echo",
		// The first session gets what it asks for, the next ones do not.
		Break: func(s *mcptest.Server) {
			var asked atomic.Int32
			s.Faults = answerVersion(func(*mcptest.Context) bool { return asked.Add(1) > 1 }, "2024-11-05")
		},
		Want: `initialize with it was answered with "2024-11-05"`,
	}, {
		Check: "versioning/fallback/answers",
		Break: func(s *mcptest.Server) { s.Faults = answerVersion(unknown, "1900-01-01") },
		Want:  "was answered with the same",
	}, {
		Check: "versioning/fallback/answers",
		Break: func(s *mcptest.Server) { s.Faults = answerVersion(unknown, "latest") },
		Want:  "which is no version",
	}, {
		Check: "versioning/fallback/answers",
		Break: func(s *mcptest.Server) {
			s.Faults.Handle = func(c *mcptest.Context, m mcp.Message) ([]any, bool) {
				if m.Method() != "initialize" || m.Params().Get("protocolVersion").Text() != "2099-12-31" {
					return nil, false
				}
				return []any{map[string]any{"jsonrpc": "2.0", "id": m.ID(), "error": map[string]any{"code": -32602, "message": "unsupported"}}}, true
			}
		},
		Want: "got no result",
	}, {
		Check: "versioning/fallback/latest",
		Break: func(s *mcptest.Server) { s.Faults = answerVersion(unknown, "2024-11-05") },
		Want:  "offers 2024-11-05 in place of an unknown version, but it also speaks 2025-11-25",
	}, {
		Check: "versioning/fallback/honest",
		Break: func(s *mcptest.Server) { s.Faults = answerVersion(unknown, "2025-12-01") },
		Want:  "offers 2025-12-01",
	}, {
		Check: "versioning/operation/respected",
		Break: func(s *mcptest.Server) {
			s.Faults = mcptest.SendBefore("ping", map[string]any{"jsonrpc": "2.0", "method": "notifications/tasks/status", "params": map[string]any{}})
		},
		In:   mcp.Rev20250618,
		Want: "notifications/tasks/status came with 2025-11-25",
	}, {
		Check: "versioning/operation/respected",
		Break: func(s *mcptest.Server) {
			s.Faults = mcptest.SetIn("prompts/get", "/messages/0/content", map[string]any{"type": "audio", "data": "", "mimeType": "audio/wav"})
		},
		In:   mcp.Rev20241105,
		Want: "content of type audio came with 2025-03-26",
	}, {
		Check: "versioning/header/accepted",
		Break: func(s *mcptest.Server) { s.Faults = mcptest.Status(mcptest.OnMethod("ping"), http.StatusBadRequest) },
		Want:  "was refused",
	}, {
		Check: "versioning/header/invalid",
		Break: func(s *mcptest.Server) { s.Faults = mcptest.Without(mcptest.SkipVersionHeader) },
		Want:  "was not refused with 400",
	}, {
		Check: "versioning/header/absent",
		Break: func(s *mcptest.Server) {
			s.Faults = mcptest.Serve(func(r *http.Request, m mcp.Message) bool {
				return m.Method() == "ping" && r.Header.Get("MCP-Protocol-Version") == ""
			}, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadRequest) })
		},
		Want: "was not served",
	}, {
		Check: "versioning/unsupported/code",
		Break: refusals(func(e map[string]any) { e["code"] = -32602 }),
		Want:  "was not refused with -32022",
	}, {
		Check: "versioning/unsupported/code",
		Break: func(s *mcptest.Server) { s.Faults = mcptest.Without(mcptest.SkipVersion) },
		Want:  "was not refused with -32022",
	}, {
		Check: "versioning/unsupported/supported",
		Break: refusals(func(e map[string]any) { e["data"].(map[string]any)["supported"] = "2026-07-28" }),
		Want:  "is no list",
	}, {
		Check: "versioning/unsupported/supported",
		Break: refusals(func(e map[string]any) { e["data"].(map[string]any)["supported"] = []string{"2031-01-01"} }),
		Want:  "the server speaks none",
	}, {
		Check: "versioning/unsupported/requested",
		Break: refusals(func(e map[string]any) { delete(e["data"].(map[string]any), "requested") }),
		Want:  "data.requested is (absent)",
	}, {
		Check: "versioning/unsupported/status",
		Break: func(s *mcptest.Server) {
			s.Faults = mcptest.Status(func(_ *http.Request, m mcp.Message) bool {
				return m.Params().Get("_meta", mcp.MetaVersion).Text() == "1900-01-01"
			}, http.StatusOK)
		},
		Want: "HTTP status 200, not 400",
	}, {
		Check: "versioning/unsupported/discover",
		// Refused on a connection that was used before, served as its first message.
		Break: func(s *mcptest.Server) {
			var mu sync.Mutex
			asked := 0
			s.Faults.Handle = func(_ *mcptest.Context, m mcp.Message) ([]any, bool) {
				if m.Params().Get("_meta", mcp.MetaVersion).Text() != unknownVersion {
					return nil, false
				}
				mu.Lock()
				defer mu.Unlock()
				if asked++; asked < 2 {
					return nil, false
				}
				return []any{map[string]any{"jsonrpc": "2.0", "id": m.ID(), "result": map[string]any{"resultType": "complete"}}}, true
			}
		},
		Want: "sent first, was not refused",
	}, {
		Check:   "versioning/unsupported/handshake-version",
		Prepare: func(s *mcptest.Server) { s.Revisions = []mcp.Revision{mcp.Rev20260728} },
		Break:   func(s *mcptest.Server) { s.Faults = mcptest.Without(mcptest.SkipVersion) },
		Want:    "in version 2025-11-25 was not refused",
	}, {
		Check: "versioning/unsupported/agrees",
		Break: refusals(func(e map[string]any) { e["data"].(map[string]any)["supported"] = []string{"2026-07-28", "2031-01-01"} }),
		Want:  "the refusal lists",
	}, {
		Check: "versioning/supported/accepted",
		Break: func(s *mcptest.Server) {
			s.Faults = mcptest.SetIn("server/discover", "/supportedVersions", []string{"2026-07-28", "2031-01-01"})
		},
		Want: `names "2031-01-01" but refuses it`,
	}}
}
