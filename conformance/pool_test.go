package conformance_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// onFresh is a check that does something on a session of its own.
func onFresh(id string, do func(context.Context, *conformance.Probe, *mcp.Session) error) conformance.Check {
	return pinging(id, func(ctx context.Context, p *conformance.Probe) error {
		s, err := p.Fresh(ctx)
		if err != nil {
			return err
		}
		return do(ctx, p, s)
	})
}

// processes counts what a run of the checks, one after the other, starts
// beside the shared session and what finds out about the other era.
func processes(t *testing.T, all ...conformance.Check) int32 {
	server := mcptest.New()
	var starts atomic.Int32
	server.Faults.Edit = func(c *mcptest.Context, out map[string]any) {
		if c.In.Method() == "initialize" && out["result"] != nil {
			starts.Add(1)
		}
	}
	report := judge(t, server, func(o *conformance.Options) { o.Parallel = 1 }, all...)
	for _, f := range report.Findings {
		require.Equal(t, conformance.Pass, f.Verdict, "%s: %s", f.Check, f.Message)
	}
	return starts.Load() - 1
}

func TestProcessesAreUsedAgain(t *testing.T) {
	// Parking is done in the background, so a check waits for the process of
	// the one before through its own ping.
	var mu sync.Mutex
	seen := map[*mcp.Session]int{}
	ping := func(ctx context.Context, p *conformance.Probe, s *mcp.Session) error {
		mu.Lock()
		seen[s]++
		mu.Unlock()
		p.Judge().Saw(s.Call(ctx, "ping", nil))
		return p.Judge().Err("")
	}
	raw := func(ctx context.Context, p *conformance.Probe, s *mcp.Session) error {
		p.Judge().Saw(s.Do(ctx, mcp.Request{Raw: []byte(`{"jsonrpc":`)}))
		return p.Judge().Err("")
	}
	t.Run("what is left as it was", func(t *testing.T) {
		var all []conformance.Check
		for _, id := range []string{"x/a", "x/b", "x/c", "x/d", "x/e", "x/f", "x/g", "x/h"} {
			all = append(all, onFresh(id, ping))
		}
		assert.Less(t, processes(t, all...), int32(8), "some are used again")
	})
	t.Run("not what garbage was sent to", func(t *testing.T) {
		assert.Equal(t, int32(3), processes(t, onFresh("x/a", raw), onFresh("x/b", raw), onFresh("x/c", raw)))
	})
}

// TestFaultOnUsedProcess: what goes wrong on a process that served another
// check counts only when it goes wrong on a new one too.
func TestFaultOnUsedProcess(t *testing.T) {
	spoilt := map[*mcp.Session]bool{}
	picky := func(_ context.Context, p *conformance.Probe, s *mcp.Session) error {
		p.Judge().Saw(nil)
		if spoilt[s] {
			p.Judge().Failf(nil, "this process has been used before")
		}
		spoilt[s] = true
		return p.Judge().Err("")
	}
	wait := pinging("x/wait", func(ctx context.Context, p *conformance.Probe) error {
		// Time for the process of x/a to be parked: a few answers' worth.
		s, err := p.Shared(ctx)
		for range 50 {
			p.Judge().Saw(s.Call(ctx, "ping", nil))
		}
		return err
	})
	report := judge(t, mcptest.New(), func(o *conformance.Options) { o.Parallel = 1 },
		onFresh("x/a", picky), wait, onFresh("x/b", picky))
	f := report.Findings[2]
	assert.Equal(t, conformance.Pass, f.Verdict, f.Message)
	assert.True(t, f.Alone, "it was judged again")
}

func TestChecksThatWaitAreBegunFirst(t *testing.T) {
	begun := []string{}
	note := func(id string) func(context.Context, *conformance.Probe) error {
		return func(context.Context, *conformance.Probe) error {
			begun = append(begun, id)
			return nil
		}
	}
	quick, slow := pinging("x/quick", note("x/quick")), pinging("x/slow", note("x/slow"))
	slow.Waits = true
	report := judge(t, mcptest.New(), func(o *conformance.Options) { o.Parallel = 1 }, quick, slow)
	assert.Equal(t, []string{"x/slow", "x/quick"}, begun)
	assert.Equal(t, "x/quick", report.Findings[0].Check, "the report keeps the order of the catalogue")
}
