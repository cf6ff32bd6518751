package checks_test

import (
	"fmt"
	"net/http"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

func statelessAnswerTwins() []twin {
	notification := func(method string, params map[string]any) map[string]any {
		return map[string]any{"jsonrpc": "2.0", "method": method, "params": params}
	}
	return []twin{{
		Check: "stateless/answer/content-type",
		Break: statelessBreaks(mcptest.SetHeader(mcptest.OnMethod("prompts/list"), "Content-Type", "text/plain")),
		Want:  `prompts/list was answered with HTTP status 200 and Content-Type "text/plain"`,
	}, {
		Check: "stateless/answer/content-type",
		Break: statelessBreaks(mcptest.DropHeader(mcptest.OnMethod("prompts/list"), "Content-Type")),
		Want:  "prompts/list was answered with HTTP status 200",
	}, {
		Check: "stateless/answer/json-object",
		Break: statelessBreaks(mcptest.Mangle("prompts/list", func(raw []byte) []byte { return append(append([]byte("["), raw...), ']') })),
		Want:  "the answer to prompts/list is no response",
	}, {
		Check: "stateless/answer/json-object",
		Break: statelessBreaks(mcptest.Mangle("prompts/list", func(raw []byte) []byte { return append(raw, raw...) })),
		Want:  "is not one JSON value",
	}, {
		Check: "stateless/answer/json-object",
		Break: statelessBreaks(mcptest.Serve(mcptest.OnMethod("prompts/list"), statelessSays(http.StatusOK, "application/json", ""))),
		Want:  "an empty body",
	}, {
		Check: "stateless/answer/events",
		Break: statelessBreaks(mcptest.SendBefore("tools/list", "hello")),
		Want:  "is no JSON-RPC message",
	}, {
		Check: "stateless/answer/events",
		Break: statelessBreaks(mcptest.SendBefore("tools/list", []any{})),
		Want:  "holds an array",
	}, {
		Check: "stateless/answer/final-last",
		Break: statelessBreaks(mcptest.SendAfter("tools/list", notification("notifications/message", map[string]any{"level": "info", "data": "late"}))),
		Want:  "after the response to tools/list",
	}, {
		Check: "stateless/answer/ends",
		Break: statelessBreaks(mcptest.Serve(mcptest.OnMethod("tools/list"), func(w http.ResponseWriter, r *http.Request) {
			statelessSays(http.StatusOK, "text/event-stream", fmt.Sprintf("data: {\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"tools\":[]}}\n\n", statelessPeek(r).ID().Raw()))(w, r)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		})),
		Want: "the stream that answers tools/list was still open",
	}, {
		Check: "stateless/answer/related",
		Break: statelessBreaks(mcptest.SendBefore("tools/list", notification("notifications/tools/list_changed", nil))),
		Want:  "notifications/tools/list_changed came in the answer to tools/list",
	}, {
		Check: "stateless/answer/related",
		Break: statelessBreaks(mcptest.SendBefore("tools/list", notification("notifications/progress", map[string]any{"progressToken": "other", "progress": 1}))),
		Want:  `progress for token "other"`,
	}, {
		Check: "stateless/answer/no-requests",
		Break: statelessBreaks(mcptest.SendBefore("tools/list", pingOf("a"))),
		Want:  `the request "ping"`,
	}, {
		Check: "stateless/answer/unbuffered",
		Break: statelessBreaks(mcptest.DropHeader(mcptest.OnMethod("tools/list"), "X-Accel-Buffering")),
		Want:  "expected no",
	}}
}

func statelessStatusTwins() []twin {
	unknown := mcptest.OnMethod("notifications/mcpctl/unknown")
	ordinary := mcptest.OnMethod("notifications/cancelled")
	refused := func(body string) mcptest.Faults {
		return mcptest.Serve(unknown, statelessSays(http.StatusBadRequest, "application/json", body))
	}
	return []twin{{
		Check: "stateless/notification/accepted",
		Break: statelessBreaks(mcptest.Status(ordinary, http.StatusOK)),
		Want:  "neither 202 nor an HTTP error status: HTTP status 200",
	}, {
		Check: "stateless/notification/accepted",
		Break: statelessBreaks(mcptest.Serve(ordinary, statelessSays(http.StatusAccepted, "application/json", "{}"))),
		Want:  "202 and a body",
	}, {
		Check: "stateless/notification/refused",
		Break: statelessBreaks(mcptest.Status(unknown, http.StatusNoContent)),
		Want:  "neither 202 nor an HTTP error status: HTTP status 204",
	}, {
		Check: "stateless/notification/refused",
		Break: statelessBreaks(mcptest.Serve(unknown, statelessSays(http.StatusAccepted, "application/json", `{"jsonrpc":"2.0","id":null,"result":{}}`))),
		Want:  "answered with a result",
	}, {
		Check:   "stateless/notification/without-id",
		Prepare: statelessBreaks(refused(`{"jsonrpc":"2.0","error":{"code":-32600,"message":"no"}}`)),
		Break:   statelessBreaks(refused(`{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"no"}}`)),
		Want:    "has the id null",
	}, {
		Check: "stateless/status/method-not-found",
		Break: statelessBreaks(mcptest.Without(mcptest.SkipStatus)),
		Want:  "HTTP status 200, not 404",
	}, {
		Check: "stateless/status/method-not-found",
		Break: statelessBreaks(mcptest.OnError("mcpctl/does-not-exist", mcp.CodeInvalidRequest)),
		Want:  "error -32600, expected -32601",
	}, {
		Check: "stateless/status/method-not-found",
		Break: statelessBreaks(mcptest.Serve(mcptest.OnMethod("mcpctl/does-not-exist"), http.NotFound)),
		Want:  "no JSON-RPC error",
	}, {
		Check: "stateless/status/missing-meta",
		Break: statelessBreaks(mcptest.Without(mcptest.SkipStatus)),
		Want:  "lacks clientCapabilities was answered with HTTP status 200",
	}, {
		Check:   "stateless/status/missing-meta",
		Prepare: statelessAlone,
		Break: statelessBreaks(mcptest.Status(func(_ *http.Request, m mcp.Message) bool {
			return m.Method() == "server/discover" && !m.Params().Get("_meta").Has(mcp.MetaVersion)
		}, http.StatusInternalServerError)),
		Want: "lacks protocolVersion was answered with HTTP status 500",
	}, {
		Check: "stateless/status/missing-capability",
		Allow: []string{"roots"},
		Break: statelessBreaks(mcptest.Without(mcptest.SkipStatus)),
		Want:  `the tool "roots" asked for a capability with HTTP status 200`,
	}}
}

func statelessSessionTwins() []twin {
	return []twin{{
		Check:   "stateless/session/ignored",
		Prepare: statelessAlone,
		Break:   statelessBreaks(mcptest.Serve(statelessHasHeader("Mcp-Session-Id"), statelessSays(http.StatusNotFound, "text/plain", "no such session"))),
		Want:    "server/discover with Mcp-Session-Id: mcpctl-made-up was not served",
	}, {
		Check: "stateless/session/none",
		Break: statelessBreaks(mcptest.SetHeader(mcptest.OnMethod("tools/list"), "Mcp-Session-Id", "s-1")),
		Want:  `carries Mcp-Session-Id: "s-1"`,
	}, {
		Check:   "stateless/resumption/ignored",
		Prepare: statelessAlone,
		Break:   statelessBreaks(mcptest.Serve(statelessHasHeader("Last-Event-ID"), statelessSays(http.StatusBadRequest, "text/plain", "no such event"))),
		Want:    "with Last-Event-ID: 5 was not served",
	}}
}
