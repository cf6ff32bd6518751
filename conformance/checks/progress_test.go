package checks_test

import (
	"encoding/json"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

func progressTwins() []twin {
	progress, token := "notifications/progress", "/progressToken"
	broken := func(check, want string, f mcptest.Faults) twin {
		return twin{Check: check, Want: want, Allow: []string{"progress"}, Break: func(s *mcptest.Server) { s.Faults = f }}
	}
	ownStream := broken("progress/stream/own", "on the stream of another request", mcptest.SetSent(progress, token, "mcpctl-0"))
	ownStream.On = mcp.HTTP
	return []twin{
		broken("progress/token/known", `names the token "invented"`, mcptest.SetSent(progress, token, "invented")),
		broken("progress/token/unchanged", "came back as", mcptest.EditSent(progress, func(_ *mcptest.Context, out map[string]any) {
			params := out["params"].(map[string]any)
			if n, ok := params["progressToken"].(json.Number); ok {
				params["progressToken"] = n.String()
			}
		})),
		broken("progress/token/asked-for", "no request had a progressToken", mcptest.Without(mcptest.SkipToken)),
		broken("progress/value/numeric", "progress must be a number", mcptest.SetSent(progress, "/progress", "50%")),
		broken("progress/value/numeric", "progressToken must be a string or a number, not absent", mcptest.DropSent(progress, token)),
		broken("progress/value/increases", "went from 1 to 1", mcptest.SetSent(progress, "/progress", 1)),
		broken("progress/completion/stops", "after the response to tools/call", mcptest.Faults{Encode: lateProgress}),
		ownStream,
		broken("progress/rate/limited", "more than 100", mcptest.Faults{Encode: manyTimes(progress, 101)}),
		{
			Check:   "progress/request/token",
			Prepare: func(s *mcptest.Server) { s.Faults = mcptest.SendBefore("ping", pingWith("a", 7)) },
			Break:   func(s *mcptest.Server) { s.Faults = mcptest.SendBefore("ping", pingWith("a", 1.5)) },
			Want:    "must be a string or an integer",
		}, {
			Check:   "progress/request/token",
			Prepare: func(s *mcptest.Server) { s.Faults = mcptest.SendBefore("ping", pingWith("a", 7)) },
			Break: func(s *mcptest.Server) {
				// A batch: the client cannot answer between the two.
				s.Faults = mcptest.SendBefore("ping", []any{pingWith("a", 7), pingWith("b", 7)})
			},
			Want: "another request still open",
			In:   mcp.Rev20250326,
		},
	}
}

// pingWith is a ping of the server's own that asks for progress.
func pingWith(id string, token any) map[string]any {
	ping := pingOf(id)
	ping["params"] = map[string]any{"_meta": map[string]any{"progressToken": token}}
	return ping
}

// lateProgress repeats the first token of a call after its response.
func lateProgress(c *mcptest.Context, raw []byte) [][]byte {
	token := c.In.Params().Get("_meta", "progressToken")
	if c.In.Method() != "tools/call" || !token.Exists() || !strings.Contains(string(raw), `"result"`) {
		return [][]byte{raw}
	}
	late, err := json.Marshal(map[string]any{
		"jsonrpc": "2.0", "method": "notifications/progress",
		"params": map[string]any{"progressToken": token, "progress": 1000},
	})
	if err != nil {
		panic(err) // a map of plain values marshals
	}
	return [][]byte{raw, late}
}

// manyTimes sends every notification of the method n times over.
func manyTimes(method string, n int) func(*mcptest.Context, []byte) [][]byte {
	return func(_ *mcptest.Context, raw []byte) [][]byte {
		out := [][]byte{raw}
		for strings.Contains(string(raw), `"`+method+`"`) && len(out) < n {
			out = append(out, raw)
		}
		return out
	}
}
