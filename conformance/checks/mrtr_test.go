package checks_test

import (
	"bytes"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

func mrtrTwins() []twin { return slices.Concat(mrtrResultTwins(), mrtrRetryTwins()) }

func mrtrResultTwins() []twin {
	elicit := func(check, want string, change func(*mcptest.Server)) twin {
		return twin{Check: "mrtr/" + check, Allow: []string{"elicit"}, Break: change, Want: want}
	}
	result := func(member string, value any) func(*mcptest.Server) {
		return with(onResult(func(result map[string]any) { putMember(result, member, value) }))
	}
	return []twin{
		elicit("results/only-way", "as a request of its own", with(mcptest.SendBefore("tools/call", askOf("a", asksElicit, map[string]any{})))),
		elicit("results/methods", "the result of tools/list asks for input", with(mcptest.SetIn("tools/list", "/resultType", "input_required"))),
		elicit("results/content", "neither inputRequests nor requestState", with(onResult(func(result map[string]any) {
			delete(result, "inputRequests")
			delete(result, "requestState")
		}))),
		elicit("results/content", "has no input requests", with(onResult(func(result map[string]any) {
			result["inputRequests"] = map[string]any{}
			delete(result, "requestState")
		}))),
		elicit("requests/shape", "inputRequests must be an object, not an array", result("inputRequests", []any{})),
		elicit("requests/shape", "must be an object, not absent", with(onQuestion(asksElicit, func(q map[string]any) { delete(q, "params") }))),
		elicit("requests/kinds", `has the method "ping"`, with(onQuestion(asksElicit, func(q map[string]any) { q["method"] = "ping" }))),
		elicit("requests/keys-unique", `the key "name" twice`, with(mcptest.Mangle("tools/call", func(raw []byte) []byte {
			return bytes.Replace(raw, []byte(`"inputRequests":{`), []byte(`"inputRequests":{"name":{},`), 1)
		}))),
		elicit("requests/declared", "that does not declare elicitation", without(mcptest.SkipCapability)),
		elicit("state/string", "must be a string, not a number", result("requestState", 7)),
	}
}

// boundToConnection refuses retries that no first request has preceded since a
// connection was opened last.
func boundToConnection() mcptest.Faults {
	var fresh atomic.Bool
	return refuseWhen(func(m mcp.Message) bool {
		switch {
		case m.Method() == "server/discover":
			fresh.Store(true)
		case m.Method() == "tools/call" && !retried(m):
			fresh.Store(false)
		}
		return retried(m) && fresh.Load()
	})
}

func mrtrRetryTwins() []twin {
	elicit := func(check, want string, change func(*mcptest.Server)) twin {
		return twin{Check: "mrtr/" + check, Allow: []string{"elicit"}, Break: change, Want: want}
	}
	elsewhere := elicit("retry/any-connection", "was not served on another connection", with(boundToConnection()))
	elsewhere.On = mcp.HTTP
	var asked atomic.Int32
	return []twin{
		elicit("retry/served", "no retry of tools/call", with(refuseWhen(retried))),
		elsewhere,
		elicit("retry/missing-input", "failed for want of input", without(mcptest.SkipRepeat)),
		elicit("retry/extra-input", "that nobody asked for", with(refuseWhen(func(m mcp.Message) bool {
			return m.Params().Get("inputResponses").Has("mcpctl-extra")
		}))),
		elicit("retry/validated", "succeeded with", without(mcptest.SkipInput)),
		elicit("retry/abandoned", "is no longer answered", with(mcptest.Faults{ExitOn: func(_ *mcptest.Context, m mcp.Message) bool {
			return m.Method() == "tools/call" && asked.Add(1) > 3
		}})),
		elicit("state/tampered", "with a requestState that was altered", without(mcptest.SkipState)),
		elicit("state/other-request", "with the requestState of this request", without(mcptest.SkipStateRequest)),
	}
}

// TestMRTRAllows holds what the suite must not flag.
func TestMRTRAllows(t *testing.T) {
	elicit := []string{"elicit"}
	onlyState := with(onResult(func(result map[string]any) { delete(result, "inputRequests") }))
	for _, trap := range []struct {
		name, check string
		allow       []string
		server      func(*mcptest.Server)
		want        conformance.Verdict
		on          mcp.TransportKind
	}{
		{"no tool may be called", "mrtr/retry/served", nil, nothing, conformance.Unproven, mcp.Stdio},
		{"state without requests", "mrtr/results/content", elicit, onlyState, conformance.Pass, mcp.Stdio},
		{"no state", "mrtr/state/tampered", elicit, unsealed(""), conformance.Unproven, mcp.Stdio},
		{"no state, another process", "mrtr/retry/any-connection", elicit, unsealed(""), conformance.Pass, mcp.Stdio},
		{"a state that another process cannot read", "mrtr/retry/any-connection", elicit, with(boundToConnection()), conformance.Unproven, mcp.Stdio},
		{"a state that nothing hangs on", "mrtr/state/tampered", elicit, unsealed("bW9yZQ=="), conformance.Unproven, mcp.HTTP},
		{"made-up answers that are refused", "mrtr/retry/served", elicit, with(refuseWhen(func(m mcp.Message) bool {
			return m.Params().Get("inputResponses", "name", "action").Text() == "accept"
		})), conformance.Pass, mcp.Stdio},
		{"asking again and again", "mrtr/retry/served", elicit, with(mcptest.Answer("tools/call", map[string]any{
			"resultType": "input_required", "requestState": "s", "inputRequests": map[string]any{"r": map[string]any{"method": asksRoots}},
		})), conformance.Pass, mcp.Stdio},
	} {
		t.Run(trap.name, func(t *testing.T) {
			t.Parallel()
			f := allowedVerdict(t, trap.check, trap.allow, place{mcp.Rev20260728, trap.on}, trap.server)
			assert.Equal(t, trap.want, f.Verdict, "%s", f.Message)
		})
	}
}

// unsealed takes answers with any state or none, and gives one if told to.
func unsealed(state string) func(*mcptest.Server) {
	type object = map[string]any
	return with(mcptest.Faults{Handle: func(_ *mcptest.Context, m mcp.Message) ([]any, bool) {
		result := object{"resultType": "complete", "content": []any{mcptest.Text("Hello")}}
		if !retried(m) {
			result = object{"resultType": "input_required", "inputRequests": object{"name": object{
				"method": asksElicit, "params": object{"message": "Who?", "requestedSchema": object{"type": "object", "properties": object{}}},
			}}}
			if state != "" {
				result["requestState"] = state
			}
		}
		return []any{object{"jsonrpc": "2.0", "id": m.ID(), "result": result}}, m.Method() == "tools/call"
	}})
}
