package checks_test

import (
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
		Break: breaks(mcptest.SetHeader(mcptest.OnMethod("prompts/list"), "Content-Type", "text/plain")),
		Want:  `prompts/list was answered with HTTP status 200 and Content-Type "text/plain"`,
	}, {
		Check: "stateless/answer/content-type",
		Break: breaks(mcptest.DropHeader(mcptest.OnMethod("prompts/list"), "Content-Type")),
		Want:  "prompts/list was answered with HTTP status 200",
	}, {
		Check: "stateless/answer/json-object",
		Break: breaks(mcptest.Mangle("prompts/list", func(raw []byte) []byte { return append(append([]byte("["), raw...), ']') })),
		Want:  "the answer to prompts/list is no response",
	}, {
		Check: "stateless/answer/json-object",
		Break: breaks(mcptest.Mangle("prompts/list", func(raw []byte) []byte { return append(raw, raw...) })),
		Want:  "is not one JSON value",
	}, {
		Check: "stateless/answer/json-object",
		Break: breaks(mcptest.Serve(mcptest.OnMethod("prompts/list"), says(http.StatusOK, "application/json", ""))),
		Want:  "an empty body",
	}, {
		Check: "stateless/answer/events",
		Break: breaks(mcptest.SendBefore("tools/list", "hello")),
		Want:  "is no JSON-RPC message",
	}, {
		Check: "stateless/answer/events",
		Break: breaks(mcptest.SendBefore("tools/list", []any{})),
		Want:  "holds an array",
	}, {
		Check: "stateless/answer/final-last",
		Break: breaks(mcptest.SendAfter("tools/list", notification("notifications/message", map[string]any{"level": "info", "data": "late"}))),
		Want:  "after the response to tools/list",
	}, {
		Check: "stateless/answer/related",
		Break: breaks(mcptest.SendBefore("tools/list", notification("notifications/tools/list_changed", nil))),
		Want:  "notifications/tools/list_changed came in the answer to tools/list",
	}, {
		Check: "stateless/answer/related",
		Break: breaks(mcptest.SendBefore("tools/list", notification("notifications/progress", map[string]any{"progressToken": "other", "progress": 1}))),
		Want:  `progress for token "other"`,
	}, {
		Check: "stateless/answer/no-requests",
		Break: breaks(mcptest.SendBefore("tools/list", pingOf("a"))),
		Want:  `the request "ping"`,
	}, {
		Check: "stateless/answer/unbuffered",
		Break: breaks(mcptest.DropHeader(mcptest.OnMethod("tools/list"), "X-Accel-Buffering")),
		Want:  "expected no",
	}}
}

func statelessStatusTwins() []twin {
	unknown := mcptest.OnMethod("notifications/mcpctl/unknown")
	ordinary := mcptest.OnMethod("notifications/cancelled")
	refused := func(body string) mcptest.Faults {
		return mcptest.Serve(unknown, says(http.StatusBadRequest, "application/json", body))
	}
	return []twin{{
		Check: "stateless/notification/accepted",
		Break: breaks(mcptest.Status(ordinary, http.StatusOK)),
		Want:  "neither 202 nor an HTTP error status: HTTP status 200",
	}, {
		Check: "stateless/notification/accepted",
		Break: breaks(mcptest.Serve(ordinary, says(http.StatusAccepted, "application/json", "{}"))),
		Want:  "202 and a body",
	}, {
		Check: "stateless/notification/refused",
		Break: breaks(mcptest.Status(unknown, http.StatusNoContent)),
		Want:  "neither 202 nor an HTTP error status: HTTP status 204",
	}, {
		Check: "stateless/notification/refused",
		Break: breaks(mcptest.Serve(unknown, says(http.StatusAccepted, "application/json", `{"jsonrpc":"2.0","id":null,"result":{}}`))),
		Want:  "answered with a result",
	}, {
		Check:   "stateless/notification/without-id",
		Prepare: breaks(refused(`{"jsonrpc":"2.0","error":{"code":-32600,"message":"no"}}`)),
		Break:   breaks(refused(`{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"no"}}`)),
		Want:    "has the id null",
	}, {
		Check: "stateless/status/method-not-found",
		Break: breaks(mcptest.Without(mcptest.SkipStatus)),
		Want:  "HTTP status 200, not 404",
	}, {
		Check: "stateless/status/method-not-found",
		Break: breaks(mcptest.OnError("mcpctl/does-not-exist", mcp.CodeInvalidRequest)),
		Want:  "error -32600, expected -32601",
	}, {
		Check: "stateless/status/method-not-found",
		Break: breaks(mcptest.Serve(mcptest.OnMethod("mcpctl/does-not-exist"), http.NotFound)),
		Want:  "no JSON-RPC error",
	}, {
		Check: "stateless/status/missing-meta",
		Break: breaks(mcptest.Without(mcptest.SkipStatus)),
		Want:  "lacks clientCapabilities was answered with HTTP status 200",
	}, {
		Check:   "stateless/status/missing-meta",
		Prepare: statelessAlone,
		Break: breaks(mcptest.Status(func(_ *http.Request, m mcp.Message) bool {
			return m.Method() == "server/discover" && !m.Params().Get("_meta").Has(mcp.MetaVersion)
		}, http.StatusInternalServerError)),
		Want: "lacks protocolVersion was answered with HTTP status 500",
	}, {
		Check: "stateless/status/missing-capability",
		Allow: []string{"roots"},
		Break: breaks(mcptest.Without(mcptest.SkipStatus)),
		Want:  `the tool "roots" asked for a capability with HTTP status 200`,
	}}
}

func statelessSessionTwins() []twin {
	return []twin{{
		Check: "stateless/session/ignored",
		Break: breaks(mcptest.Serve(hasHeader("Mcp-Session-Id"), says(http.StatusNotFound, "text/plain", "no such session"))),
		Want:  "server/discover with Mcp-Session-Id: mcpctl-made-up was not served",
	}, {
		Check: "stateless/session/none",
		Break: breaks(mcptest.SetHeader(mcptest.OnMethod("tools/list"), "Mcp-Session-Id", "s-1")),
		Want:  `carries Mcp-Session-Id: "s-1"`,
	}, {
		Check: "stateless/resumption/ignored",
		Break: breaks(mcptest.Serve(hasHeader("Last-Event-ID"), says(http.StatusBadRequest, "text/plain", "no such event"))),
		Want:  "with Last-Event-ID: 5 was not served",
	}}
}
