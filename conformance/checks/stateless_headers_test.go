package checks_test

import (
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// statelessRewrites changes a header where it is given.
func statelessRewrites(name string, change func(value string, m mcp.Message) string) func(*mcptest.Server) {
	return statelessBreaks(statelessMends(func(r *http.Request, m mcp.Message) {
		if value := r.Header.Get(name); value != "" {
			r.Header.Set(name, change(value, m))
		}
	}))
}

// statelessAfterFirst refuses what is written by hand, but for the control request:
// net/http does not show how a header was spelt.
func statelessAfterFirst(s *mcptest.Server) {
	var seen atomic.Int32
	s.Faults = statelessTooStrict(func(_ *http.Request, m mcp.Message) bool { return m.ID().Text() == "mcpctl-raw" && seen.Add(1) > 1 })
}

func statelessHeaderTwins() []twin {
	return []twin{{
		Check: "stateless/version-header/missing",
		Break: statelessBreaks(mcptest.Without(mcptest.SkipHeaderVersion)),
		Want:  "without MCP-Protocol-Version was not refused",
	}, {
		Check: "stateless/version-header/mismatch",
		Break: statelessBreaks(mcptest.Without(mcptest.SkipHeaderVersion)),
		Want:  "server/discover in version 2026-07-28 with MCP-Protocol-Version: 2025-11-25 was served",
	}, {
		Check: "stateless/version-header/mismatch",
		Break: statelessBreaks(mcptest.Without(mcptest.SkipStatus)),
		Want:  "was not refused with 400",
	}, {
		Check: "stateless/method-header/missing",
		Break: statelessBreaks(mcptest.Without(mcptest.SkipHeaderMethod)),
		Want:  "server/discover with no Mcp-Method was not refused",
	}, {
		Check: "stateless/method-header/mismatch",
		Break: statelessBreaks(mcptest.Without(mcptest.SkipHeaderMethod)),
		Want:  "server/discover with Mcp-Method: tools/list was not refused",
	}, {
		Check: "stateless/method-header/case",
		Break: statelessRewrites("Mcp-Method", func(v string, _ mcp.Message) string { return strings.ToLower(v) }),
		Want:  "server/discover with Mcp-Method: SERVER/DISCOVER was not refused",
	}, {
		Check: "stateless/headers/refusal",
		Break: statelessBreaks(mcptest.OnError("server/discover", mcp.CodeInvalidParams)),
		Want:  "error -32602, expected -32020",
	}, {
		Check: "stateless/headers/refusal",
		Break: statelessBreaks(mcptest.Without(mcptest.SkipStatus)),
		Want:  "HTTP status 200, not 400",
	}, {
		Check: "stateless/headers/refusal",
		Break: statelessBreaks(mcptest.EditReply("server/discover", func(_ *mcptest.Context, out map[string]any) {
			if _, failed := out["error"]; failed {
				delete(out, "id")
			}
		})),
		Want: "has the id (absent)",
	}, {
		Check: "stateless/headers/refusal",
		Break: statelessBreaks(mcptest.Serve(func(r *http.Request, m mcp.Message) bool {
			return m.Method() == "server/discover" && r.Header.Get("Mcp-Method") == ""
		}, statelessSays(http.StatusBadRequest, "text/plain", "no"))),
		Want: "a missing header was refused without a JSON-RPC error",
	}, {
		Check: "stateless/headers/name-case",
		Break: statelessAfterFirst,
		Want:  `with the header "mcp-method: server/discover" was not served`,
	}, {
		Check: "stateless/headers/white-space",
		Break: statelessAfterFirst,
		Want:  "white space round its header values was not served",
	}, {
		Check: "stateless/headers/characters",
		Break: statelessBreaks(mcptest.Without(mcptest.SkipHeaderASCII)),
		Want:  "as it is was not refused",
	}, {
		Check: "stateless/headers/unknown-param",
		Break: statelessBreaks(statelessTooStrict(statelessHasHeader("Mcp-Param-Mcpctl"))),
		Want:  "with Mcp-Param-Mcpctl: x was not served",
	}}
}

func statelessNameTwins() []twin {
	var all []twin
	for _, method := range []string{"tools-call", "resources-read", "prompts-get"} {
		all = append(all, twin{
			Check: "stateless/name-header/missing/" + method,
			Break: statelessBreaks(mcptest.Without(mcptest.SkipHeaderName)),
			Want:  "with no Mcp-Name was not refused",
		}, twin{
			Check: "stateless/name-header/mismatch/" + method,
			Break: statelessBreaks(mcptest.Without(mcptest.SkipHeaderName)),
			Want:  "-other was not refused",
		})
	}
	return append(all, twin{
		Check: "stateless/name-header/elsewhere",
		Break: statelessBreaks(statelessTooStrict(mcptest.OnMethod("completion/complete"))),
		Want:  "completion/complete, which names nothing, was refused",
	}, twin{
		Check: "stateless/name-header/elsewhere",
		Break: statelessBreaks(statelessTooStrict(mcptest.OnMethod("subscriptions/listen"))),
		Want:  "subscriptions/listen, which names nothing, was refused",
	}, twin{
		Check: "stateless/name-header/decoded",
		Break: statelessBreaks(mcptest.Without(mcptest.SkipHeaderDecode)),
		Want:  "which says the same, was refused",
	}, twin{
		// Who reads the base64 as Latin-1 goes wrong beyond ASCII only.
		Check: "stateless/name-header/decoded",
		Break: statelessBreaks(statelessTooStrict(func(_ *http.Request, m mcp.Message) bool {
			return strings.Contains(m.Params().Get("name").Text(), "\u00f1")
		})),
		Want: "which says the same, was refused",
	}, twin{
		Check: "stateless/name-header/decoded-mismatch",
		Break: statelessRewrites("Mcp-Name", func(v string, m mcp.Message) string {
			if strings.HasPrefix(v, "=?base64?") {
				return mcp.HeaderValue(m.Params().Get("name").Text())
			}
			return v
		}),
		Want: "was not refused",
	}, twin{
		Check: "stateless/name-header/sentinel-case",
		Break: statelessRewrites("Mcp-Name", func(v string, _ mcp.Message) string { return strings.Replace(v, "BASE64", "base64", 1) }),
		Want:  "Mcp-Name: =?BASE64?",
	}, twin{
		Check: "stateless/name-header/malformed",
		Break: statelessBreaks(mcptest.Without(mcptest.SkipHeaderBase64)),
		Want:  "was not refused",
	}, twin{
		Check: "stateless/name-header/malformed",
		Break: statelessRewrites("Mcp-Name", func(v string, _ mcp.Message) string { return strings.Replace(v, "!!!", "", 1) }),
		Want:  `tools/call of "mcpctl-no-such-tool"`,
	}, twin{
		Check: "stateless/name-header/decoded-once",
		Break: statelessBreaks(statelessTooStrict(func(_ *http.Request, m mcp.Message) bool {
			return m.Params().Get("name").Text() == "=?base64?literal?="
		})),
		Want: "which says the same, was refused",
	})
}

func statelessParamTwins() []twin {
	region := []string{"region"}
	argument := func(m mcp.Message, path ...string) mcp.Value { return m.Params().Get("arguments").Get(path...) }
	return []twin{{
		Check: "stateless/param-header/match", Allow: region,
		Break: statelessBreaks(statelessTooStrict(statelessHasHeader("Mcp-Param-Region"))),
		Want:  `a call of "region" with matching headers was refused`,
	}, {
		Check: "stateless/param-header/mismatch", Allow: region,
		Break: statelessBreaks(mcptest.Without(mcptest.SkipHeaderParam)),
		Want:  "was not refused for it",
	}, {
		Check: "stateless/param-header/mismatch", Allow: region,
		Break: statelessBreaks(mcptest.Without(mcptest.SkipStatus)),
		Want:  "refused with HTTP status 200",
	}, {
		Check: "stateless/param-header/missing", Allow: region,
		Break: statelessBreaks(mcptest.Without(mcptest.SkipHeaderParam)),
		Want:  "and no Mcp-Param-Count was not refused",
	}, {
		Check: "stateless/param-header/null", Allow: region,
		Break: statelessBreaks(statelessTooStrict(func(_ *http.Request, m mcp.Message) bool { return argument(m, "count").Is(mcp.Null) })),
		Want:  "null for count and no Mcp-Param-Count was refused",
	}, {
		Check: "stateless/param-header/absent", Allow: region,
		Break: statelessBreaks(statelessTooStrict(func(_ *http.Request, m mcp.Message) bool {
			return m.Method() == "tools/call" && !argument(m).Has("count")
		})),
		Want: "(absent) for count and no Mcp-Param-Count was refused",
	}, {
		Check: "stateless/param-header/nested", Allow: region,
		Break: statelessRewrites("Mcp-Param-Place", func(_ string, m mcp.Message) string { return mcp.HeaderValue(argument(m, "deep", "place").Text()) }),
		Want:  "was not refused for it",
	}, {
		Check: "stateless/param-header/decoded", Allow: region,
		Break: statelessBreaks(mcptest.Without(mcptest.SkipHeaderDecode)),
		Want:  "the right value in base64 was refused",
	}, {
		Check: "stateless/param-header/decoded", Allow: region,
		Break: statelessRewrites("Mcp-Param-Count", func(_ string, m mcp.Message) string { return argument(m, "count").String() }),
		Want:  "was not refused for it",
	}, {
		Check: "stateless/param-header/decoded", Allow: region,
		Break: statelessBreaks(statelessTooStrict(func(_ *http.Request, m mcp.Message) bool {
			return strings.Contains(argument(m, "deep", "place").Text(), "\u00f1")
		})),
		Want: "a value beyond ASCII in base64 was refused",
	}, {
		Check: "stateless/param-header/malformed", Allow: region,
		Break: statelessRewrites("Mcp-Param-Count", func(v string, _ mcp.Message) string { return strings.Replace(v, "!!!", "", 1) }),
		Want:  "was not refused for it",
	}, {
		Check: "stateless/param-header/malformed", Allow: region,
		Break: statelessBreaks(mcptest.Without(mcptest.SkipHeaderBase64)),
		Want:  "was not refused for it",
	}, {
		Check: "stateless/param-header/characters", Allow: region,
		Break: statelessBreaks(mcptest.Without(mcptest.SkipHeaderASCII)),
		Want:  "as it is was not refused",
	}, {
		Check: "stateless/param-header/integer", Allow: region,
		Break: statelessBreaks(mcptest.Without(mcptest.SkipHeaderNumber)),
		Want:  "Mcp-Param-Count: 0.0 was refused",
	}, {
		Check: "stateless/param-header/boolean", Allow: region,
		Break: statelessRewrites("Mcp-Param-Dry", func(v string, _ mcp.Message) string { return strings.ToLower(v) }),
		Want:  "was not refused for it",
	}}
}
