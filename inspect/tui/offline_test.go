package tui

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect/tape"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// taped is a recording of a session with a call on a server that breaks a rule.
func taped(t *testing.T, s *mcptest.Server, kind mcp.TransportKind) string {
	t.Helper()
	d := newDriver(t, s.Target(t, kind), 200, 36)
	d.listed()
	return record(d, func() {
		_, cmd := d.room.Start("call", "add", mcp.Value{}, callOf("add", map[string]any{"a": 2, "b": 40}))
		d.do(cmd)
		d.until("the call", func() bool { return d.room.Busy() == 0 })
	})
}

// viewed is a driver that looks at a recording.
func viewed(t *testing.T, path string, w, h int) *driver {
	t.Helper()
	recorded, err := tape.Open(path)
	require.NoError(t, err)
	recorded.Started = time.Date(2026, 11, 21, 20, 0, 0, 0, time.Local)
	d := newDriver(t, mcp.Target{}, w, h, judged, func(o *Options) { o.Tape, o.TapeName = recorded, "session.mcpl" })
	d.until("the verdicts", func() bool { return len(d.app.screens[7].(*findings).list.all) > 0 })
	return d
}

func TestARecordingIsLookedAtWithoutAServer(t *testing.T) {
	for _, kind := range []mcp.TransportKind{mcp.Stdio, mcp.HTTP} {
		path := taped(t, broken(), kind)
		for _, size := range sizes {
			t.Run(fmt.Sprintf("%s-%dx%d", kind, size[0], size[1]), func(t *testing.T) {
				d := viewed(t, path, size[0], size[1])
				require.Equal(t, Offline, d.room.Conn.State)
				d.see("recording, ")
				if kind == mcp.Stdio {
					d.golden(goldenName("recording", size))
				}
				d.keys("8")
				d.see("tools") // the verdict on the list
				d.keys("2", "/", "add", "enter", "r")
				d.see("r run: this is a recording, which answers nothing")
				d.keys("enter", "tab")
				d.see("ok")
				d.see(`42`) // the call that was recorded
				d.advance(10 * time.Second)
				d.keys("c")
				d.see("this is a recording, which answers nothing")
				d.keys("5")
				d.see("tools/call")
				d.keys("g")
				d.see("initialize")
				d.keys("ctrl+r")
				d.see("record the session: this is a recording")
				for _, s := range d.app.screens {
					d.app.show(s.Name(), 0)
					_, _ = d.screen(), s.Items() // nothing asks a server that is not there
				}
			})
		}
	}
}

func TestACleanRecordingBreaksNothing(t *testing.T) {
	for _, kind := range []mcp.TransportKind{mcp.Stdio, mcp.HTTP, mcp.SSE} {
		target := mcptest.New().Target(t, kind)
		d := newDriver(t, target, 200, 36, func(o *Options) { o.Inspect.Transport = kind })
		d.listed()
		path := record(d, func() {})
		recorded, err := tape.Open(path)
		require.NoError(t, err)
		v := newDriver(t, mcp.Target{}, 120, 36, judged, func(o *Options) { o.Tape, o.TapeName = recorded, path })
		v.until("the judge to rest", func() bool { return v.app.screens[7].(*findings).judging && len(v.clock.timers) > 0 })
		for _, f := range v.app.screens[7].(*findings).list.all {
			assert.Fail(t, "a false alarm", "%s: %s %s", kind, f.Check, f.Message)
		}
	}
}

func TestARecordingIsOpenedFromThePaletteAndLeftForTheServer(t *testing.T) {
	path := taped(t, broken(), mcp.Stdio)
	d := connected(t, mcptest.New(), 160, 36)
	d.keys(":", "open recording", "enter", path)
	d.see("enter closes the connection")
	d.keys("enter")
	d.see("recording, ")
	d.keys("9", "b", "this connection", "esc", "esc")
	d.keys("c")
	d.earlier = d.room.Traffic.Len()
	d.until("the server", func() bool { return d.room.Conn.State == Ready })
	assert.Nil(t, d.room.offline)
	d.see("ready")

	d.keys(":", "open recording", "enter", filepath.Join(t.TempDir(), "none.mcpl"), "enter")
	d.see("there is no such file")
}

func TestARecordingIsComparedWithAnother(t *testing.T) {
	path, other := taped(t, mcptest.New(), mcp.Stdio), taped(t, broken(), mcp.HTTP)
	d := viewed(t, other, 160, 36)
	d.keys("9", "b", "a recording", "enter", path, "enter")
	d.until("the other side", func() bool { return comparison(d).haveB })
	assert.NotEmpty(t, comparison(d).now.Rows)
	assert.NotEmpty(t, comparison(d).a.Tools)
	d.see("echo")
}
