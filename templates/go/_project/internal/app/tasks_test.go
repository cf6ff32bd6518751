package app

import (
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// A report is started by one call and fetched by another, also where each
// request stands for itself.
func TestReport(t *testing.T) {
	a, _ := newApp(t)
	start(t, a)
	s := serve(t, a)
	for _, revision := range []string{"2025-11-25", "2026-07-28"} {
		t.Run(revision, func(t *testing.T) {
			client := connectHTTP(t, s, revision, nil)
			member := func(res *mcp.CallToolResult, name string) string {
				value, _ := res.StructuredContent.(map[string]any)[name].(string)
				return value
			}
			id := member(call(t, client, "start_report", map[string]any{}), "task")
			waitFor(t, func() bool {
				return member(call(t, client, "poll_report", map[string]any{"task": id}), "state") == "completed"
			})
			res := call(t, client, "cancel_report", map[string]any{"task": id})
			if state, report := member(res, "state"), member(res, "report"); state != "completed" || report != "1 notes with 6 words" {
				t.Errorf("state = %q, report = %q", state, report)
			}
			if res := call(t, client, "poll_report", map[string]any{"task": "no-such"}); !res.IsError {
				t.Error("an unknown report is found")
			}
		})
	}
}
