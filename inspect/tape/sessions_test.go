package tape_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect/tape"
	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// Several clients of one proxy, of both eras and all at once, with the same ids.
func TestClientsOfOneProxyAreToldApart(t *testing.T) {
	r, made := recording(t)
	server := mcptest.New().Target(t, mcp.HTTP)
	target := proxied(t, r, server)
	revisions := []mcp.Revision{mcp.Rev20251125, mcp.Rev20250618, mcp.Rev20260728}
	var all sync.WaitGroup
	for i, revision := range revisions {
		s := mcptest.Dial(t, target, mcp.Options{Revision: revision})
		all.Go(func() {
			for range 10 {
				assert.Contains(t, call(t, s, "echo", map[string]any{"text": string(revision)}).String(), string(revision), "client %d", i)
			}
			assert.NoError(t, s.Close(t.Context()))
		})
	}
	all.Wait()
	both := made()
	l := both.Log()
	defer func() { require.NoError(t, l.Close()) }()
	for _, n := range filtered(t, l, "tool:echo kind:req") {
		request, err := l.Message(n)
		require.NoError(t, err)
		e, _ := l.Entry(n)
		answer, err := l.Message(e.Reply)
		require.NoError(t, err)
		assert.Contains(t, answer.Result().String(), request.Params().Get("arguments", "text").Text())
	}
	report, err := tape.Replay(t.Context(), both, server, tape.ReplayOptions{})
	require.NoError(t, err)
	assert.Len(t, report.Answers, 33)
	last := 0
	for _, c := range report.Answers {
		assert.Equal(t, tape.Same, c.Verdict, "%s %s: %v %s", c.Method, c.Name, c.Differences, c.Why)
		last = max(last, c.Session)
	}
	assert.Equal(t, 2, last, "two handshakes, and what has none")
	again := played(t, both, mcp.HTTP)
	for _, revision := range revisions {
		s := mcptest.Dial(t, again, mcp.Options{Revision: revision})
		assert.Contains(t, call(t, s, "echo", map[string]any{"text": string(revision)}).String(), string(revision))
	}
}

func filtered(t *testing.T, l *traffic.Log, text string) []int {
	f, err := traffic.Parse(text)
	require.NoError(t, err)
	return f.Select(l)
}
