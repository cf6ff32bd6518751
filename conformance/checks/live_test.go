package checks_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/checks"
	"github.com/mcpctl/mcpctl/internal/redact"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// converse opens a session and asks a little of everything.
func converse(t *testing.T, s *mcptest.Server, kind mcp.TransportKind, rev mcp.Revision) (mcp.Target, *mcp.Session) {
	t.Helper()
	target := s.Target(t, kind)
	session := mcptest.Dial(t, target, mcp.Options{Revision: rev, Transport: kind})
	for _, method := range []string{"tools/list", "prompts/list", "resources/list", "resources/templates/list", "ping", "no/such"} {
		session.Do(t.Context(), mcp.Request{Method: method, Params: map[string]any{}})
	}
	session.Do(t.Context(), mcp.Request{Method: "tools/call", Params: map[string]any{"name": "echo", "arguments": map[string]any{"message": "hi"}}})
	session.Do(t.Context(), mcp.Request{Method: "tools/call", Params: map[string]any{"name": "no-such", "arguments": map[string]any{}}})
	return target, session
}

// TestWatchingLive: a server that keeps every rule is not flagged while a
// session with it goes on, wherever it stands, nor when its beginning or middle
// is no longer known.
func TestWatchingLive(t *testing.T) {
	suites, r := checks.All(), redact.New()
	for _, kind := range []mcp.TransportKind{mcp.Stdio, mcp.HTTP, mcp.SSE} {
		for _, rev := range mcp.Timeline() {
			if rev.Era() == mcp.Stateless && kind == mcp.SSE {
				continue
			}
			t.Run(string(kind)+"/"+string(rev), func(t *testing.T) {
				t.Parallel()
				target, session := converse(t, mcptest.New(), kind, rev)
				frames := session.Log().Frames()
				require.Greater(t, len(frames), 10)
				quiet := func(what string, n int, part []mcp.Frame) {
					for _, s := range conformance.Watch(target, session, part, suites, r) {
						assert.Fail(t, what, "%d: %s: %s", n, s.Check, s.Message)
					}
				}
				for n := range frames {
					quiet("the first frames", n, frames[:n+1])
					quiet("the opening and the last", n, append(append([]mcp.Frame(nil), frames[:min(4, n)]...), frames[n:]...))
				}
			})
		}
	}
}

// TestWatchingLiveFindsTheFrame: what is wrong is found as soon as it has
// crossed, at its place; a check that judges everything does not repeat it.
func TestWatchingLiveFindsTheFrame(t *testing.T) {
	s := mcptest.New()
	s.Faults = mcptest.DropIn("tools/call", "/content")
	target, session := converse(t, s, mcp.Stdio, mcp.Rev20251125)
	var answer mcp.Frame
	for _, x := range session.Log().Exchanges() {
		if x.Request.Method == "tools/call" && x.Result().Exists() && x.Seq > 0 && answer.Seq == 0 {
			answer = x.Frames()[1]
		}
	}
	frames := session.Log().Frames()
	assert.Empty(t, conformance.Watch(target, session, frames[:answer.Seq], checks.All(), redact.New()))
	found := conformance.Watch(target, session, frames, checks.All(), redact.New())
	require.NotEmpty(t, found)
	for _, one := range found {
		require.NotEmpty(t, one.Places, one.Check)
		assert.Equal(t, answer.Seq, one.Places[0].Frame, one.Check)
		assert.Contains(t, one.Places[0].Message, "content")
		assert.NotEmpty(t, one.Ref)
	}
}

// TestWatchingWhileItGoesOn: judging disturbs nothing, and finds nothing, while
// requests are under way.
func TestWatchingWhileItGoesOn(t *testing.T) {
	suites, r := checks.All(), redact.New()
	for _, rev := range []mcp.Revision{mcp.Rev20251125, mcp.Rev20260728} {
		target := mcptest.New().Target(t, mcp.HTTP)
		session := mcptest.Dial(t, target, mcp.Options{Revision: rev, Transport: mcp.HTTP})
		done := make(chan struct{})
		go func() {
			defer close(done)
			for range 30 {
				session.Do(t.Context(), mcp.Request{Method: "tools/list", Params: map[string]any{}})
				session.Do(t.Context(), mcp.Request{Method: "tools/call", Params: map[string]any{"name": "echo", "arguments": map[string]any{"text": "hi"}}})
			}
		}()
		for going := true; going; {
			select {
			case <-done:
				going = false
			default:
			}
			for _, s := range conformance.Watch(target, session, session.Log().Frames(), suites, r) {
				assert.Fail(t, "found", "%s: %s: %s", rev, s.Check, s.Message)
			}
		}
	}
}
