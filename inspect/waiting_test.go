package inspect_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// TestProgressGivesTime: each sign of progress begins the wait anew.
func TestProgressGivesTime(t *testing.T) {
	everywhere(t, func(t *testing.T, p place) {
		c := open(t, mcptest.New(), p, inspect.Options{Idle: time.Second, Total: time.Minute})
		began := time.Now()
		result, err := call(t, c, "slow", "ms=1300")
		require.NoError(t, err)
		assert.Equal(t, "waited", text(result))
		assert.Greater(t, time.Since(began), time.Second)
	})
}

// TestProgressOfAnother: progress of one request gives no time to another.
func TestProgressOfAnother(t *testing.T) {
	everywhere(t, func(t *testing.T, p place) {
		s := mcptest.New()
		stopped := addWait(s)
		c := open(t, s, p, inspect.Options{Idle: time.Second, Total: time.Minute})
		busy := make(chan error, 1)
		ctx, cancel := context.WithCancel(t.Context())
		slow, err := c.FindTool(t.Context(), "slow")
		require.NoError(t, err)
		go func() {
			_, err := c.CallTool(ctx, slow, mcp.MustParse(`{"ms": 60000}`))
			busy <- err
		}()
		_, err = call(t, c, "wait")
		var silent *mcp.ConnectError
		require.True(t, errors.As(err, &silent), "%v", err)
		requireStopped(t, stopped)
		cancel()
		assert.ErrorIs(t, <-busy, context.Canceled, "the other went on")
	})
}

func TestSilenceIsNotWaitedForWithoutEnd(t *testing.T) {
	everywhere(t, func(t *testing.T, p place) {
		s := mcptest.New()
		stopped := addWait(s)
		c := open(t, s, p, inspect.Options{Idle: 300 * time.Millisecond})
		_, err := call(t, c, "wait")
		var silent *mcp.ConnectError
		require.True(t, errors.As(err, &silent), "%v", err)
		assert.Equal(t, mcp.CauseSilent, silent.Cause)
		assert.Contains(t, silent.Hint, "--timeout")
		requireStopped(t, stopped)
	})
}

func TestProgressGivesNoTimePastTheCap(t *testing.T) {
	everywhere(t, func(t *testing.T, p place) {
		c := open(t, mcptest.New(), p, inspect.Options{Idle: 10 * time.Second, Total: 300 * time.Millisecond})
		_, err := call(t, c, "slow", "ms=30000")
		var silent *mcp.ConnectError
		require.True(t, errors.As(err, &silent), "%v", err)
		assert.Contains(t, silent.Hint, "--max-time")
	})
}

// TestCancelling: a server whose request is given up is told, in the way of its
// era.
func TestCancelling(t *testing.T) {
	everywhere(t, func(t *testing.T, p place) {
		s := mcptest.New()
		started := make(chan struct{})
		stopped := addWait(s, started)
		c := open(t, s, p, inspect.Options{})
		tool, err := c.FindTool(t.Context(), "wait")
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-started; cancel() }()
		_, err = c.CallTool(ctx, tool, mcp.MustParse("{}"))
		require.ErrorIs(t, err, context.Canceled)
		requireStopped(t, stopped)
	})
}

// addWait adds the tool wait, which waits until it is cancelled, and gives a
// channel that is closed then.
func addWait(s *mcptest.Server, started ...chan struct{}) chan struct{} {
	stopped := make(chan struct{})
	s.Tools = append(s.Tools, mcptest.Tool{
		Name:       "wait",
		Descriptor: map[string]any{"inputSchema": map[string]any{"type": "object"}},
		Call: func(c *mcptest.Call) (map[string]any, error) {
			for _, c := range started {
				close(c)
			}
			<-c.Done()
			close(stopped)
			return nil, errors.New("cancelled")
		},
	})
	return stopped
}

func requireStopped(t *testing.T, stopped chan struct{}) {
	t.Helper()
	select {
	case <-stopped:
	case <-time.After(10 * time.Second):
		require.Fail(t, "the server was not told")
	}
}

func TestWatch(t *testing.T) {
	const uri = "mcptest://data/table"
	everywhere(t, func(t *testing.T, p place) {
		updates := make(chan string, 10)
		c := open(t, mcptest.New(), p, inspect.Options{Tell: func(e inspect.Event) {
			if e.Kind == inspect.Updated {
				updates <- e.Text
			}
		}})
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		ended := make(chan error, 1)
		ready := make(chan struct{})
		go func() { ended <- c.Watch(ctx, []string{uri}, func() { close(ready) }) }()
		select {
		case <-ready:
		case err := <-ended:
			require.NoError(t, err)
			require.Fail(t, "the watch ended at once")
		}
		_, err := call(t, c, "change", "what=resource", "uri="+uri)
		require.NoError(t, err)
		select {
		case got := <-updates:
			assert.Equal(t, uri, got)
		case <-ctx.Done():
			require.Fail(t, "no update came")
		}
		cancel()
		assert.NoError(t, <-ended)
	})
}

func TestWatchWithoutSubscriptions(t *testing.T) {
	s := mcptest.New()
	s.Off[mcptest.OffSubscribe] = true
	c := open(t, s, place{mcp.Stdio, mcp.Rev20251125}, inspect.Options{})
	assert.ErrorContains(t, c.Watch(t.Context(), []string{"a:b"}, func() {}), "no subscriptions")
}
