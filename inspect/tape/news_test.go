package tape_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// follow subscribes to news, causes some, and waits for them to come.
func follow(t *testing.T, target mcp.Target, revision mcp.Revision) *mcp.Session {
	t.Helper()
	s := mcptest.Dial(t, target, mcp.Options{Revision: revision, Listen: true})
	if revision.Era() == mcp.Stateless {
		x := s.Start(t.Context(), mcp.Request{Method: "subscriptions/listen",
			Params: map[string]any{"notifications": map[string]any{"toolsListChanged": true}}})
		t.Cleanup(x.Close)
		came(t, s, "notifications/subscriptions/acknowledged")
	}
	call(t, s, "change", map[string]any{"what": "tools", "name": "fresh"})
	came(t, s, "notifications/tools/list_changed")
	return s
}

// came waits for a notification and gives it.
func came(t *testing.T, s *mcp.Session, method string) mcp.Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	f, err := s.Await(ctx, func(f mcp.Frame) bool {
		m, err := f.Message()
		return err == nil && m.Method() == method
	})
	require.NoError(t, err, "no %s came", method)
	m, err := f.Message()
	require.NoError(t, err)
	return m
}

// News come on the channel that the live client has opened for them, in its
// names, when what caused them is done again.
func TestNewsArePlayed(t *testing.T) {
	for _, revision := range []mcp.Revision{mcp.Rev20250618, mcp.Rev20251125, mcp.Rev20260728} {
		for _, from := range []mcp.TransportKind{mcp.Stdio, mcp.HTTP} {
			for _, to := range []mcp.TransportKind{mcp.Stdio, mcp.HTTP} {
				t.Run(string(revision)+" "+string(from)+" on "+string(to), func(t *testing.T) {
					made := taped(t, follow(t, mcptest.New().Target(t, from), revision), from)
					target := played(t, made, to)
					if revision.Era() == mcp.Stateless { // other ids than were recorded
						s := mcptest.Dial(t, target, mcp.Options{Revision: revision})
						x := s.Start(t.Context(), mcp.Request{Method: "subscriptions/listen", ID: "mine",
							Params: map[string]any{"notifications": map[string]any{"toolsListChanged": true}}})
						t.Cleanup(x.Close)
						came(t, s, "notifications/subscriptions/acknowledged")
						call(t, s, "change", map[string]any{"what": "tools", "name": "fresh"})
						m := came(t, s, "notifications/tools/list_changed")
						assert.Equal(t, "mine", m.Params().Get("_meta", mcp.MetaSubscriptionID).Text())
						return
					}
					follow(t, target, revision)
				})
			}
		}
	}
}
