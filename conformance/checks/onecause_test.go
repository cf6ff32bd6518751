package checks_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// TestOneCauseFoundTwice: two checks that see one fault, as real servers have
// it, make one finding of it.
func TestOneCauseFoundTwice(t *testing.T) {
	for name, test := range map[string]struct {
		fault mcptest.Faults
		at    place
		allow []string
		// finds is what tells of the fault, hangs what waits for it.
		finds, hangs string
	}{
		"sessions that were ended are forgotten": {
			fault: mcptest.Without(mcptest.SkipSessionUnknown), at: place{mcp.Rev20251125, mcp.HTTP},
			finds: "streamable/session/terminated", hangs: "streamable/session/unknown-id",
		},
		"all streams replayed at once": {
			fault: mcptest.Combine(mcptest.Without(mcptest.SkipReplayOwn), rewritten(resuming, func(p []byte) []byte {
				return append([]byte("data: {}\n\n"), p...) // what primed a stream, as event stores keep it
			})),
			at:    place{mcp.Rev20251125, mcp.HTTP},
			finds: "streamable/resume/own-stream", hangs: "streamable/stream/messages",
		},
		"one token for all progress": {
			fault: mcptest.Combine(mcptest.Without(mcptest.SkipToken), mcptest.SetSent("notifications/progress", "/progressToken", 0)),
			at:    place{mcp.Rev20260728, mcp.Stdio}, allow: []string{"progress"},
			finds: "progress/token/known", hangs: "progress/token/asked-for",
		},
		"internal errors for bad params": {
			fault: mcptest.OnError("prompts/get", mcp.CodeInternalError), at: place{mcp.Rev20251125, mcp.Stdio},
			finds: "errors/params/code", hangs: "prompts/get/bad-arguments",
		},
		"log levels that nobody looks at": {
			fault: mcptest.Answer("logging/setLevel", object{}), at: place{mcp.Rev20251125, mcp.Stdio},
			finds: "logging/set-level/unknown", hangs: "errors/params/refused",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := mcptest.New()
			s.Faults = test.fault
			report := judge(t, s, test.at.transport, func(o *conformance.Options) {
				o.Revisions, o.Check = []mcp.Revision{test.at.revision}, []string{test.finds, test.hangs}
				if len(test.allow) > 0 {
					o.Reach, o.AllowTools = conformance.Invoke, test.allow
				}
			})
			for _, f := range report.Findings {
				if f.Check == test.hangs {
					assert.Equal(t, conformance.Blocked, f.Verdict, f.Message)
					assert.Equal(t, test.finds, f.BlockedBy)
					continue
				}
				assert.Contains(t, []conformance.Verdict{conformance.Fail, conformance.Warn}, f.Verdict, "%s: %s", f.Check, f.Message)
			}
			assertHangs(t, report)
		})
	}
}

// TestCancellingItsOwnRequest: a stateless server may not send requests; that
// it then gives one up is no second fault.
func TestCancellingItsOwnRequest(t *testing.T) {
	s := mcptest.New()
	s.Faults = mcptest.Combine(mcptest.SendBefore("tools/list", pingOf("a")), mcptest.SendBefore("prompts/list", cancelOf("a")))
	report := judge(t, s, mcp.Stdio, func(o *conformance.Options) {
		o.Revisions = []mcp.Revision{mcp.Rev20260728}
		o.Check = []string{"base/request/none", "cancellation/sent/listen-only", "tools/list/answers", "prompts/list/answers"}
	})
	verdicts := map[string]conformance.Verdict{}
	for _, f := range report.Findings {
		verdicts[f.Check] = f.Verdict
	}
	assert.Equal(t, conformance.Fail, verdicts["base/request/none"])
	assert.Equal(t, conformance.Pass, verdicts["cancellation/sent/listen-only"])
}
