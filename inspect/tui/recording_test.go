package tui

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect/tape"
	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// record records what the keys of within lead to, and gives the recording's path.
func record(d *driver, within func()) string {
	d.t.Helper()
	path := filepath.Join(d.t.TempDir(), "session.mcpl")
	d.keys("ctrl+r")
	d.see("record into the new file")
	d.keys("ctrl+u", path, "enter")
	d.see("REC 00:00")
	within()
	d.keys("ctrl+r")
	d.see("recorded into")
	assert.NotContains(d.t, d.screen(), "REC ")
	return path
}

func TestARunningSessionIsRecordedFromItsBeginning(t *testing.T) {
	for _, kind := range []mcp.TransportKind{mcp.Stdio, mcp.HTTP} {
		t.Run(string(kind), func(t *testing.T) {
			target := mcptest.New().Target(t, kind)
			if kind == mcp.HTTP {
				target.Header = http.Header{"Authorization": {"Bearer sesame-open-up"}}
			}
			d := newDriver(t, target, 200, 36, func(o *Options) { o.Secrets = []string{"quite-secret-word"} })
			d.listed()
			path := record(d, func() {
				d.advance(42 * time.Second)
				d.see("REC 00:42")
				_, cmd := d.room.Start("call", "add", mcp.Value{}, callOf("add", map[string]any{"a": 1, "b": 2, "note": "quite-secret-word"}))
				d.do(cmd)
				d.until("the call", func() bool { return d.room.Busy() == 0 })
			})
			raw, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.NotContains(t, string(raw), "sesame-open-up")
			assert.NotContains(t, string(raw), "quite-secret-word")
			info, err := os.Stat(path)
			require.NoError(t, err)
			assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
			recorded, err := tape.Open(path)
			require.NoError(t, err)
			assert.Equal(t, mcp.Rev20251125, recorded.Revision())
			assert.Equal(t, kind, recorded.Target.Transport)
			var methods []string
			statuses := 0
			for _, f := range recorded.Frames {
				for _, m := range f.Messages() {
					if f.Direction == mcp.Sent {
						methods = append(methods, m.Method())
					}
				}
				if f.Channel == traffic.ChannelHTTP && f.HTTP.Status == http.StatusAccepted {
					statuses++
				}
			}
			assert.Equal(t, "initialize", methods[0], "what has passed before is there")
			assert.Contains(t, methods, "tools/list")
			assert.Equal(t, "tools/call", methods[len(methods)-1])
			if kind == mcp.HTTP {
				assert.Equal(t, 1, statuses, "also what HTTP says alone")
			}
		})
	}
}

func TestARecordingOverwritesNothingAndNeedsAConnection(t *testing.T) {
	d := connected(t, mcptest.New(), 120, 36)
	t.Chdir(t.TempDir())
	const path = "there.mcpl"
	require.NoError(t, os.WriteFile(path, []byte("mine"), 0o600))
	d.keys("ctrl+r", "ctrl+u", path)
	d.see("nothing is overwritten")
	d.keys("enter")
	assert.Empty(t, d.room.Taping())
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "mine", string(raw))

	nobody := newDriver(t, mcp.Target{Name: "nobody", Command: []string{"/nonexistent/server"}}, 120, 36)
	nobody.see("connects again")
	nobody.keys("ctrl+r")
	nobody.see("record the session: not connected")
}

func TestARecordingGoesOnThroughAReconnection(t *testing.T) {
	d := connected(t, mcptest.New(), 120, 36)
	path := record(d, func() {
		d.earlier = d.room.Traffic.Len()
		d.keys("c")
		d.listed()
	})
	recorded, err := tape.Open(path)
	require.NoError(t, err)
	sessions := map[int]int{}
	for _, f := range recorded.Frames {
		for _, m := range f.Messages() {
			if m.Method() == "initialize" {
				sessions[f.Session]++
			}
		}
	}
	assert.Equal(t, map[int]int{0: 1, 1: 1}, sessions)
}

func TestARecordingThatCannotGoOnSaysSo(t *testing.T) {
	d := connected(t, mcptest.New(), 120, 36)
	d.keys("ctrl+r", "ctrl+u", filepath.Join(t.TempDir(), "missing", "x.mcpl"), "enter")
	d.see("cannot begin a recording")

	w, err := tape.NewWriter(&full{}, tape.Header{})
	require.NoError(t, err)
	rec := &recorder{w: w, redact: d.room.redacted, bases: map[int]int{}}
	rec.broken = func(err error) { d.room.feed.put(brokenTapeMsg{rec, err}) }
	d.room.taping = &taping{name: "full.mcpl", since: d.room.now(), rec: rec}
	d.room.wires.mu.Lock()
	d.room.wires.rec = rec
	d.room.wires.mu.Unlock()
	_, cmd := d.room.Start("call", "echo", mcp.Value{}, callOf("echo", nil))
	d.do(cmd)
	d.see("full.mcpl is not whole")
	d.until("the call", func() bool { return d.room.Busy() == 0 })
}

// full takes one line, and no more.
type full struct{ lines int }

func (w *full) Write(p []byte) (int, error) {
	if w.lines++; w.lines > 1 {
		return 0, os.ErrInvalid
	}
	return len(p), nil
}

func TestProgressIsShownAtTheCallItBelongsTo(t *testing.T) {
	s := mcptest.New()
	release := make(chan struct{})
	slow := func(name string, steps int) mcptest.Tool {
		return mcptest.Tool{Name: name, Descriptor: map[string]any{"inputSchema": map[string]any{"type": "object"}},
			Call: func(c *mcptest.Call) (map[string]any, error) {
				c.Progress(float64(steps), 9, "of "+name)
				<-release
				return mcptest.Content(), nil
			}}
	}
	s.Tools = append(s.Tools, slow("first", 3), slow("second", 7))
	d := newDriver(t, s.Target(t, mcp.HTTP), 120, 36) // on which a server answers calls side by side
	d.listed()
	one, cmd := d.room.Start("call", "first", mcp.Value{}, callOf("first", map[string]any{}))
	d.do(cmd)
	two, cmd := d.room.Start("call", "second", mcp.Value{}, callOf("second", map[string]any{}))
	d.do(cmd)
	d.until("both", func() bool { return one.Note != "" && two.Note != "" })
	assert.Equal(t, "3/9 of first", one.Note)
	assert.Equal(t, "7/9 of second", two.Note)
	close(release)
	d.until("the end", func() bool { return d.room.Busy() == 0 })
}

func TestTheNameOfARecordingTellsWhatItIs(t *testing.T) {
	d := connected(t, mcptest.New(), 120, 36)
	assert.Equal(t, "mcptest-20261121-120000.mcpl", d.room.tapeName())
	d.room.options.Target.Name = "../../" + strings.Repeat("x", 500)
	assert.LessOrEqual(t, len(d.room.tapeName()), 80)
}
