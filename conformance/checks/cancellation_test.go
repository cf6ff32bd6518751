package checks_test

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

func cancellationTwins() []twin {
	toil, slow := []string{"toil"}, []string{"slow"}
	impatient := func(s *mcptest.Server) { s.Patience = 20 * time.Millisecond }
	ask := func(m ...map[string]any) func(*mcptest.Server) {
		var all []mcptest.Faults
		for _, one := range m {
			all = append(all, mcptest.SendBefore("ping", one))
		}
		return faults(all...)
	}
	return []twin{
		{Check: "cancellation/unknown/ignored", Break: faults(complain()), Want: "was answered with an error"},
		{Check: "cancellation/unknown/ignored", Break: faults(dieOnCancel()), Want: "no longer serves", On: mcp.Stdio},
		{
			Check: "cancellation/unknown/ignored", In: mcp.Rev20251125, On: mcp.HTTP,
			Break: faults(mcptest.Status(mcptest.OnMethod("notifications/cancelled"), 404)), Want: "HTTP status 404",
		},
		{Check: "cancellation/finished/ignored", Break: faults(complain()), Want: "was answered with an error"},
		{Check: "cancellation/malformed/ignored", Break: faults(complain()), Want: "was answered with an error"},
		{Check: "cancellation/race/harmless", Break: faults(complain()), Want: "was answered twice"},
		{Check: "cancellation/race/harmless", Break: faults(dieOnCancel()), Want: "no longer serves", On: mcp.Stdio},
		{Check: "cancellation/listen/harmless", Break: func(s *mcptest.Server) { s.Faults = leakListens(10) }, Want: "another one was not acknowledged"},
		{Check: "cancellation/received/stops", Allow: toil, Prepare: toiling, Break: faults(mcptest.Without(mcptest.SkipCancel)), Want: "went on after it was cancelled"},
		{Check: "cancellation/received/no-response", Allow: toil, Prepare: toiling, Break: faults(mcptest.Without(mcptest.SkipCancel)), Want: "was answered with a result"},
		{
			Check: "cancellation/received/no-response", Allow: toil, Prepare: toiling, In: mcp.Rev20251125, On: mcp.HTTP,
			Break: faults(mcptest.Without(mcptest.SkipCancel)), Want: "was answered with a result",
		},
		{Check: "cancellation/received/silent", Allow: toil, Prepare: toiling, Break: faults(mcptest.Without(mcptest.SkipCancel)), Want: "came for the call"},
		{Check: "cancellation/disconnect/stops", Allow: slow, Prepare: slowly, Break: faults(mcptest.Without(mcptest.SkipDisconnect)), Want: "still changes"},
		{Check: "cancellation/late-response/ignored", Allow: []string{"roots"}, Prepare: impatient, Break: faults(complainLate()), Want: "a late response was answered"},
		{Check: "cancellation/sent/own", Prepare: ask(pingOf("a"), cancelOf("a")), Break: ask(pingOf("a"), cancelOf("b")), Want: "no request of its own"},
		{Check: "cancellation/sent/request-id", Prepare: ask(pingOf("a"), cancelOf("a")), Break: ask(cancelOf(nil)), Want: "requestId must be"},
		{Check: "cancellation/sent/tasks", Prepare: ask(taskOf("a")), Break: ask(taskOf("a"), cancelOf("a")), Want: "which it had made a task"},
		{Check: "cancellation/sent/listen-only", Break: faults(mcptest.SendBefore("tools/list", cancelOf("a"))), Want: "no subscriptions/listen"},
	}
}

// cancelOf is a cancellation by the server.
func cancelOf(id any) map[string]any {
	return map[string]any{"jsonrpc": "2.0", "method": "notifications/cancelled", "params": map[string]any{"requestId": id}}
}

// taskOf is a request of the server's that is to be a task of the client's.
func taskOf(id string) map[string]any {
	return map[string]any{
		"jsonrpc": "2.0", "id": id, "method": "elicitation/create",
		"params": map[string]any{"message": "Well?", "requestedSchema": map[string]any{"type": "object", "properties": map[string]any{}}, "task": map[string]any{}},
	}
}

// complain answers every cancellation with an error.
func complain() mcptest.Faults {
	return mcptest.Faults{Handle: func(_ *mcptest.Context, m mcp.Message) ([]any, bool) {
		if m.Method() != "notifications/cancelled" {
			return nil, false
		}
		return []any{errorOf(m.Params().Get("requestId"), "there is nothing to cancel")}, true
	}}
}

// complainLate answers every response with an error.
func complainLate() mcptest.Faults {
	return mcptest.Faults{Handle: func(_ *mcptest.Context, m mcp.Message) ([]any, bool) {
		if m.MessageKind() != mcp.ResponseMessage {
			return nil, false
		}
		return []any{errorOf(m.ID(), "nobody waits for this")}, true
	}}
}

func errorOf(id mcp.Value, message string) map[string]any {
	return map[string]any{"jsonrpc": "2.0", "id": id, "error": map[string]any{"code": mcp.CodeInvalidRequest, "message": message}}
}

// dieOnCancel ends the process at a cancellation.
func dieOnCancel() mcptest.Faults {
	return mcptest.Faults{ExitOn: func(_ *mcptest.Context, m mcp.Message) bool { return m.Method() == "notifications/cancelled" }}
}

// leakListens never frees a subscription and has room for the first few only.
func leakListens(room int64) mcptest.Faults {
	var open atomic.Int64
	return mcptest.Faults{Handle: func(_ *mcptest.Context, m mcp.Message) ([]any, bool) {
		if m.Method() != "subscriptions/listen" || open.Add(1) <= room {
			return nil, false
		}
		return []any{errorOf(m.ID(), "there are too many subscriptions")}, true
	}}
}

// toiling gives the server a tool that works for a while, reports on it, and
// stops when it is cancelled.
func toiling(s *mcptest.Server) {
	const steps, step = 40, 20 * time.Millisecond // longer than a busy machine takes to cancel it
	s.Tools = append(s.Tools, mcptest.Tool{
		Name:       "toil",
		Descriptor: map[string]any{"description": "Works for a while.", "inputSchema": map[string]any{"type": "object"}},
		Call: func(c *mcptest.Call) (map[string]any, error) {
			ticker := time.NewTicker(step)
			defer ticker.Stop()
			for i := range steps {
				select {
				case <-c.Done():
					return nil, fmt.Errorf("cancelled at step %d", i)
				case <-ticker.C:
					c.Progress(float64(i), steps, "Still toiling")
				}
			}
			return mcptest.Content(mcptest.Text("toiled")), nil
		},
	})
}

// slowly makes the tool slow ask to be called for some seconds.
func slowly(s *mcptest.Server) {
	for i := range s.Tools {
		if s.Tools[i].Name == "slow" {
			s.Tools[i].Descriptor["inputSchema"] = map[string]any{
				"type": "object", "required": []any{"ms"},
				"properties": map[string]any{"ms": map[string]any{"type": "integer", "const": 4000}},
			}
		}
	}
}
