package doctor_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect/doctor"
	"github.com/mcpctl/mcpctl/inspect/servers"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// fleet watches one server within a bubble of synctest, whose clock is fake and
// stands still while anything runs.
type fleet struct {
	watcher *doctor.Watcher
	changes chan doctor.Change
	began   time.Time
}

// watched starts to watch servers whose targets pipe makes.
func watched(t *testing.T, pipe func(context.Context) (mcp.Pipe, error), o doctor.WatchOptions) fleet {
	t.Helper()
	f := fleet{changes: make(chan doctor.Change, 1000), began: time.Now()}
	o.Target = func(servers.Server, servers.Lookup) (mcp.Target, []string, error) {
		return mcp.Target{Name: "fleet", Pipe: pipe}, nil, nil
	}
	if o.Allow == nil {
		o.Allow = everybody
	}
	o.Every, o.First, o.Most = 10*time.Second, time.Second, 30*time.Second
	o.Chance = func() float64 { return 0.5 } // neither give nor take
	o.Tell = func(c doctor.Change) { f.changes <- c }
	f.watcher = doctor.NewWatcher([]servers.Server{{Name: "fleet", Client: "Test", File: "f.json", Line: 1, Command: "in-process"}}, o)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); f.watcher.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	return f
}

// next is the next change, and when it came.
func (f fleet) next(t *testing.T, want doctor.State) doctor.Change {
	t.Helper()
	c := <-f.changes
	require.Equal(t, want, c.State, "%+v", c)
	return c
}

// TestReconnect loses a server twice and gets it back, later each time.
func TestReconnect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mcptest.New()
		var starts, refusals atomic.Int32
		kill := make(chan func(), 10)
		f := watched(t, func(ctx context.Context) (mcp.Pipe, error) {
			starts.Add(1)
			if refusals.Load() > 0 {
				refusals.Add(-1)
				return mcp.Pipe{}, errors.New("not today")
			}
			p, err := s.Pipe(ctx)
			kill <- func() { _ = p.Stdin.Close() }
			return p, err
		}, doctor.WatchOptions{})
		ready := f.next(t, doctor.Ready)
		assert.Contains(t, ready.What, "2025-11-25 over stdio")
		assert.Contains(t, ready.What, "tools")
		assert.True(t, f.watcher.Well())

		refusals.Store(3)
		time.Sleep(65 * time.Second) // of the fake clock: several pings go well
		(<-kill)()
		lost := f.next(t, doctor.Lost)
		assert.Equal(t, time.Second, lost.Again)
		assert.False(t, f.watcher.Well())
		failed := f.next(t, doctor.Failed)
		assert.Contains(t, failed.What, "not today")
		assert.Equal(t, 2*time.Second, failed.Again)
		// The same failure, again and again, is told once.
		back := f.next(t, doctor.Ready)
		assert.Equal(t, 15*time.Second, back.At.Sub(lost.At).Round(time.Second), "1 + 2 + 4 + 8 seconds")
		assert.EqualValues(t, 5, starts.Load())

		health := f.watcher.Health()[0]
		assert.Equal(t, 2, health.Connects)
		assert.Equal(t, 5, health.Attempts)
		assert.Equal(t, 4, health.Failures)
		assert.GreaterOrEqual(t, health.Pings, 5)
		assert.Zero(t, health.Missed)
	})
}

// TestSilence gives a server that stops to answer up, and takes it back.
func TestSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mute atomic.Bool
		s := mcptest.New()
		s.Faults.Handle = func(_ *mcptest.Context, m mcp.Message) ([]any, bool) { return nil, mute.Load() && m.Method() == "ping" }
		f := watched(t, s.Pipe, doctor.WatchOptions{})
		f.next(t, doctor.Ready)
		mute.Store(true)
		assert.Contains(t, f.next(t, doctor.Slow).What, "ping was not answered")
		mute.Store(false)
		assert.Contains(t, f.next(t, doctor.Ready).What, "answers again")
		mute.Store(true)
		f.next(t, doctor.Slow)
		lost := f.next(t, doctor.Lost)
		assert.Equal(t, time.Second, lost.Again)
		f.next(t, doctor.Ready)
		assert.Equal(t, 3, f.watcher.Health()[0].Missed)
	})
}

// TestNoPing takes an error for a sign of life.
func TestNoPing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mcptest.New()
		s.Faults = mcptest.Refuse("ping", mcp.CodeMethodNotFound, "no ping")
		f := watched(t, s.Pipe, doctor.WatchOptions{})
		f.next(t, doctor.Ready)
		time.Sleep(time.Minute)
		assert.True(t, f.watcher.Well())
		assert.Empty(t, f.changes)
	})
}

// TestUnmendable tries what only a person can mend as rarely as it may.
func TestUnmendable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var tries []time.Time
		o := doctor.WatchOptions{Every: time.Second, First: time.Second, Most: 30 * time.Second, Chance: func() float64 { return 0.5 }}
		o.Allow = everybody
		told := make(chan doctor.Change, 10)
		o.Tell = func(c doctor.Change) { told <- c }
		o.Target = func(servers.Server, servers.Lookup) (mcp.Target, []string, error) {
			tries = append(tries, time.Now())
			return mcp.Target{}, nil, &servers.MissingError{Refs: []servers.Ref{{Name: "KEY", Where: "env KEY"}}}
		}
		w := doctor.NewWatcher([]servers.Server{{Name: "x", Command: "x"}}, o)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Second)
		defer cancel()
		w.Run(ctx)
		require.Len(t, tries, 4)
		assert.Equal(t, 30*time.Second, tries[1].Sub(tries[0]))
		require.Len(t, told, 1)
		c := <-told
		assert.Contains(t, c.What, "KEY is not set")
		assert.Contains(t, c.Mend, "Set KEY")
	})
}

func TestWatchNeedsConsent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := watched(t, func(context.Context) (mcp.Pipe, error) { panic("it was started") },
			doctor.WatchOptions{Options: doctor.Options{Allow: func(servers.Server) bool { return false }}})
		f.next(t, doctor.Unasked)
		assert.True(t, f.watcher.Well(), "what nobody asks for is not unwell")
	})
}

// TestJitter keeps the waits apart, and below the longest.
func TestJitter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		chance := []float64{0, 0.999, 0.25}
		turn := 0
		o := doctor.WatchOptions{First: 10 * time.Second, Most: 25 * time.Second}
		o.Allow = everybody
		var waits []time.Duration
		o.Chance = func() float64 { turn++; return chance[(turn-1)%3] }
		o.Tell = func(c doctor.Change) { waits = append(waits, c.Again) }
		fails := 0
		o.Target = func(servers.Server, servers.Lookup) (mcp.Target, []string, error) {
			return mcp.Target{Pipe: func(context.Context) (mcp.Pipe, error) {
				fails++
				return mcp.Pipe{}, errors.New(strings.Repeat("no", fails))
			}}, nil, nil
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		doctor.NewWatcher([]servers.Server{{Name: "x", Command: "x"}}, o).Run(ctx)
		require.GreaterOrEqual(t, len(waits), 3)
		assert.Equal(t, 8*time.Second, waits[0])
		assert.InDelta(t, 24, waits[1].Seconds(), 0.1)
		assert.InDelta(t, 22.5, waits[2].Seconds(), 0.1)
	})
}

func TestMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := watched(t, mcptest.New().Pipe, doctor.WatchOptions{})
		f.next(t, doctor.Ready)
		time.Sleep(35 * time.Second)
		var out bytes.Buffer
		require.NoError(t, f.watcher.WriteMetrics(&out))
		text := out.String()
		assertPrometheus(t, text)
		assert.Contains(t, text, `mcpctl_server_up{server="fleet",client="Test",file="f.json"} 1`)
		assert.Contains(t, text, `mcpctl_server_ping_seconds_count{server="fleet",client="Test",file="f.json"} 3`)
		assert.Contains(t, text, `mcpctl_server_connects_total{server="fleet",client="Test",file="f.json"} 1`)
		assert.Contains(t, text, `revision="2025-11-25"`)
	})
}
