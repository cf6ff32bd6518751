package checks_test

import (
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// logOf is a log message that a server may send at any time up to 2025-11-25.
func logOf(level string, data any) map[string]any {
	return map[string]any{
		"jsonrpc": "2.0", "method": "notifications/message",
		"params": map[string]any{"level": level, "logger": "twin", "data": data},
	}
}

// logs makes the server log beside a list, whatever the level.
func logs(message map[string]any) func(*mcptest.Server) {
	return func(s *mcptest.Server) { s.Faults = mcptest.SendBefore("tools/list", message) }
}

func faults(f ...mcptest.Faults) func(*mcptest.Server) {
	return func(s *mcptest.Server) { s.Faults = mcptest.Combine(f...) }
}

func loggingTwins() []twin {
	const set, message = "logging/setLevel", "notifications/message"
	undeclared := []mcptest.Faults{
		mcptest.SendBefore("tools/list", logOf("info", "hello")),
		mcptest.DropIn("initialize", "/capabilities/logging"),
		mcptest.DropIn("server/discover", "/capabilities/logging"),
	}
	bare := logOf("info", "hello")
	delete(bare["params"].(map[string]any), "data")
	key := strings.Join([]string{"-----BEGIN", "RSA", "PRIVATE", "KEY-----"}, " ")
	return []twin{
		{Check: "logging/set-level/answers", Break: faults(mcptest.SetIn(set, "/level", "info")), Want: `a member "level"`},
		{Check: "logging/set-level/answers", Break: faults(mcptest.Refuse(set, mcp.CodeMethodNotFound, "no")), Want: "got no result"},
		{Check: "logging/set-level/all-levels", Break: faults(refuseLevel("notice", mcp.CodeInvalidParams)), Want: `"notice" could not be set`},
		{Check: "logging/set-level/unknown", Break: faults(mcptest.Without(mcptest.SkipParams)), Want: "was not refused"},
		{Check: "logging/set-level/unknown", Break: faults(mcptest.OnError(set, -32000)), Want: "refused with error -32000"},
		{
			Check:   "logging/set-level/failure",
			Prepare: faults(refuseLevel("alert", mcp.CodeInternalError)),
			Break:   faults(refuseLevel("alert", -32000)), Want: "expected -32603",
		},
		{Check: "logging/request-level/unknown", Break: faults(mcptest.Without(mcptest.SkipLogLevel)), Want: "was not refused"},
		{Check: "logging/capability/declared", Prepare: logs(logOf("info", "hello")), Break: faults(undeclared...), Want: "does not declare logging"},
		{Check: "logging/message/shape", Prepare: logs(logOf("info", "hello")), Break: logs(logOf("warn", "hello")), Want: `"warn" is no log level`},
		{Check: "logging/message/shape", Prepare: logs(logOf("info", "hello")), Break: logs(bare), Want: "has no data"},
		{Check: "logging/message/threshold", Allow: []string{"log"}, Break: faults(mcptest.Without(mcptest.SkipLevel)), Want: "though the level was error"},
		{Check: "logging/message/opt-in", Allow: []string{"log"}, Break: faults(mcptest.Without(mcptest.SkipLogOptIn)), Want: "no log level was given"},
		{Check: "logging/message/own-stream", Allow: []string{"log"}, Break: faults(mcptest.EditSent(message, tagged)), Want: "came on a subscription"},
		{
			Check: "logging/message/before-response", Allow: []string{"log"},
			Break: faults(mcptest.SendAfter("tools/call", logOf("info", "too late"))), Want: "after the response",
		},
		{
			Check: "logging/message/before-response", Allow: []string{"log"}, On: mcp.HTTP,
			Break: faults(mcptest.SendAfter("tools/call", logOf("info", "too late"))), Want: "after the response",
		},
		{Check: "logging/message/no-secrets", Prepare: logs(logOf("info", "hello")), Break: logs(logOf("info", key)), Want: "a private key"},
	}
}

// refuseLevel makes one of the levels fail.
func refuseLevel(level string, code int64) mcptest.Faults {
	return mcptest.Faults{Handle: func(_ *mcptest.Context, m mcp.Message) ([]any, bool) {
		if m.Method() != "logging/setLevel" || m.Params().Get("level").Text() != level {
			return nil, false
		}
		return []any{map[string]any{"jsonrpc": "2.0", "id": m.ID(), "error": map[string]any{"code": code, "message": "cannot"}}}, true
	}}
}

// tagged puts the id of a subscription into what belongs to none.
func tagged(_ *mcptest.Context, out map[string]any) {
	params := out["params"].(map[string]any)
	params["_meta"] = map[string]any{mcp.MetaSubscriptionID: "mcpctl-a"}
}
