package tui

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

func TestEveryFrameIsInTheTrafficHoweverLongTheSession(t *testing.T) {
	d := connected(t, mcptest.New(), 120, 36)
	client := d.room.Conn.Client()
	before := d.room.Traffic.Len()
	const calls = 1_500 // more frames than a connection keeps
	for i := range calls {
		_, err := client.Ask(t.Context(), "ping", map[string]any{"n": i}, nil)
		require.NoError(t, err)
	}
	assert.Equal(t, before+2*calls, d.room.Traffic.Len())
	assert.LessOrEqual(t, len(client.Session().Log().Frames()), 1000)
	assert.LessOrEqual(t, len(client.Session().Log().Exchanges()), 1100, "the session lets go of what is over")
	seen := &d.app.screens[7].(*findings).seen
	d.until("the feed", func() bool { return len(seen.tail) > 0 && seen.tail[len(seen.tail)-1].Seq >= 2*calls })
	assert.LessOrEqual(t, len(seen.of), headFrames+tailFrames+tailFrames/4)
	_, end := d.room.Traffic.Range()
	e, ok := d.room.Traffic.Entry(end - 1)
	require.True(t, ok)
	assert.Equal(t, "ping", e.Method)
}

func TestWhatAFailedAttemptSentIsInTheTraffic(t *testing.T) {
	s := mcptest.New()
	s.Revisions = []mcp.Revision{mcp.Rev20260728}
	d := connected(t, s, 120, 36)
	methods := map[string]int{}
	first, end := d.room.Traffic.Range()
	for n := first; n < end; n++ {
		if e, ok := d.room.Traffic.Entry(n); ok {
			methods[e.Method] = e.Session
		}
	}
	assert.Equal(t, 1, methods["initialize"], "it was tried first")
	assert.Equal(t, 2, methods["server/discover"], "on a connection of its own")
}

func TestStandardErrorIsShownAsItIsWritten(t *testing.T) {
	script := filepath.Join(t.TempDir(), "server.sh")
	require.NoError(t, os.WriteFile(script, []byte("#!/bin/sh\nprintf 'starting up\\n\\033[2Jhostile\\n' >&2\nprintf 'half' >&2\nread line\nprintf ' a line\\n' >&2\nread more\n"), 0o700))
	d := newDriver(t, mcp.Target{Name: "sh", Command: []string{script}}, 100, 30)
	d.keys("6")
	d.see("starting up") // though it never answers
	d.see(`\x1b[2Jhostile`)
	d.see("half a line")
	assert.Equal(t, Connecting, d.room.Conn.State)
}

func TestStandardErrorIsBoundedAndSplitIntoLines(t *testing.T) {
	var s stderrLines
	assert.False(t, s.take([]byte("be")))
	assert.True(t, s.take([]byte("gun\nnext\nre")))
	assert.False(t, s.take([]byte("st\n")), "they wait already")
	all, lost := s.lines(false)
	assert.Equal(t, []string{"begun", "next", "rest"}, all)
	assert.Zero(t, lost)
	s.take([]byte("unfinished"))
	all, _ = s.lines(false)
	assert.Empty(t, all)
	all, _ = s.lines(true)
	assert.Equal(t, []string{"unfinished"}, all)
	s.take([]byte(strings.Repeat("x", 3*maxStderrLine)))
	all, _ = s.lines(true)
	assert.Len(t, all, 3)
	for i := range 10 * maxStderr {
		s.take(fmt.Appendf(nil, "%d\n", i))
	}
	all, lost = s.lines(true)
	assert.LessOrEqual(t, len(all), maxStderr)
	assert.Equal(t, 10*maxStderr, len(all)+lost)
	assert.Equal(t, fmt.Sprint(10*maxStderr-1), all[len(all)-1])
}

func TestAFloodLeavesOutWhatTheTrafficHasAlone(t *testing.T) {
	f := newFeed()
	f.put(turned{1, listMsg{turn: 1}})
	big := make([]byte, maxFedBytes/4)
	for range 20 {
		f.put(turned{1, trafficMsg{frame: mcp.NewFrame(mcp.Received, mcp.ChannelStdout, big)}})
	}
	b := f.next(t.Context())().(batchMsg)
	assert.Positive(t, b.lost)
	assert.LessOrEqual(t, len(b.all), 6)
	assert.Equal(t, turned{1, listMsg{turn: 1}}, b.all[0], "what nothing tells of again is kept")
}
