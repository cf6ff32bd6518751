package tui

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// patience is how long a story waits for something to be seen.
const patience = 20 * time.Second

// driver plays the whole program without a terminal: it presses keys, runs the
// commands that come of them, and waits until something is seen.
type driver struct {
	t     *testing.T
	app   *app
	room  *Room
	msgs  chan tea.Msg
	clock *clock
	over  bool     // the program has quit
	raw   []string // what was put on the clipboard

	earlier  int           // frames of connections that are no more
	patience time.Duration // how long to wait, where patience is too short
}

// clock is a clock that goes on when it is told to.
type clock struct {
	mu     sync.Mutex
	at     time.Time
	timers []timer
}

type timer struct {
	at  time.Time
	msg tea.Msg
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) after(d time.Duration, msg tea.Msg) tea.Cmd {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.timers = append(c.timers, timer{c.at.Add(d), msg})
	return nil
}

// newDriver starts the program on a target.
func newDriver(t *testing.T, target mcp.Target, w, h int, change ...func(*Options)) *driver {
	t.Helper()
	o := Options{Target: target, bare: true, Still: true, Inspect: inspect.Options{Idle: 10 * time.Second}}
	for _, f := range change {
		f(&o)
	}
	ctx, cancel := context.WithCancel(t.Context())
	room := newRoom(ctx, o)
	d := &driver{t: t, room: room, msgs: make(chan tea.Msg, 1000), clock: &clock{at: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}}
	room.now, room.after, room.began = d.clock.now, d.clock.after, d.clock.now()
	var crossed atomic.Int64 // connections that follow each other overlap
	room.stamp = func(mcp.Frame) time.Duration { return time.Duration(crossed.Add(int64(5 * time.Millisecond))) }
	room.Saved = readState(o.StateFile)
	d.app = newApp(room)
	t.Cleanup(func() {
		room.hangUp()
		cancel()
		room.settle()
	})
	d.give(tea.WindowSizeMsg{Width: w, Height: h})
	d.do(d.app.Init())
	return d
}

// do runs a command and whatever it is made of.
func (d *driver) do(cmd tea.Cmd) { perform(d.room.ctx, cmd, d.msgs) }

// give hands a message over and runs what comes of it.
func (d *driver) give(msg tea.Msg) {
	if _, ok := msg.(tea.QuitMsg); ok {
		d.over = true
		return
	}
	if name := fmt.Sprintf("%T", msg); name == "tea.setClipboardMsg" {
		d.raw = append(d.raw, fmt.Sprint(msg))
		return
	}
	_, cmd := d.app.Update(msg)
	require.Empty(d.t, d.app.crash)
	d.do(cmd)
}

// until takes messages in until something holds.
func (d *driver) until(what string, holds func() bool) {
	d.t.Helper()
	deadline := time.NewTimer(max(patience, d.patience))
	defer deadline.Stop()
	for !holds() {
		select {
		case msg := <-d.msgs:
			d.give(msg)
		case <-deadline.C:
			require.FailNow(d.t, "waited in vain for "+what, "the screen is\n%s", d.screen())
		}
	}
}

// see waits until a text is on the screen, gone until it no longer is.
func (d *driver) see(text string) {
	d.t.Helper()
	d.until(fmt.Sprintf("%q", text), func() bool { return strings.Contains(d.screen(), text) })
}

func (d *driver) gone(text string) {
	d.t.Helper()
	d.until(fmt.Sprintf("%q to go", text), func() bool { return !strings.Contains(d.screen(), text) })
}

// keys presses keys; a text of several letters is typed.
func (d *driver) keys(all ...string) {
	d.t.Helper()
	for _, name := range all {
		if key, ok := named(name); ok {
			d.give(key)
			continue
		}
		for _, r := range name {
			key, _ := named(string(r))
			d.give(key)
		}
	}
}

// advance lets time pass, and what waited for it happen.
func (d *driver) advance(by time.Duration) {
	d.clock.mu.Lock()
	d.clock.at = d.clock.at.Add(by)
	var due []tea.Msg
	d.clock.timers = slices.DeleteFunc(d.clock.timers, func(t timer) bool {
		if t.at.After(d.clock.at) {
			return false
		}
		due = append(due, t.msg)
		return true
	})
	d.clock.mu.Unlock()
	for _, msg := range due {
		d.give(msg)
	}
}

// screen is the screen as text, without blanks at the ends of lines.
func (d *driver) screen() string {
	require.Empty(d.t, d.app.crash)
	view := d.app.View()
	require.Empty(d.t, d.app.crash)
	lines := strings.Split(view.Content, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

// golden compares the screen with what was recorded.
func (d *driver) golden(name string) {
	d.t.Helper()
	path := filepath.Join("testdata", name+".txt")
	if *update {
		require.NoError(d.t, os.MkdirAll("testdata", 0o755))
		require.NoError(d.t, os.WriteFile(path, []byte(d.screen()), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(d.t, err, "run with -update")
	require.Equal(d.t, string(want), d.screen())
}
