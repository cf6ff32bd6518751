package tui

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect/servers"
	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// What crossed is exported, and judged, as that of the server it crossed with.
func TestWhatCrossedStaysItsServersOwn(t *testing.T) {
	s := newShelf(t)
	files := broken().Target(t, mcp.Stdio)
	files.Name = "files"
	s.fleet["files"] = files
	builder := s.fleet["builder"]
	builder.Name = "builder"
	s.fleet["builder"] = builder
	d := choosing(t, s, 120, 36, judged, func(o *Options) {
		o.Servers.Config = func(one servers.Server) string {
			if one.Scope == servers.Project {
				return ".mcp.json"
			}
			return ""
		}
	})
	command := func() string {
		for n := d.room.Traffic.Len(); n > 0; n-- {
			if e, ok := d.room.Traffic.Entry(n); ok && e.Method == "tools/list" && e.Kind == traffic.Request {
				text, err := d.room.Traffic.Export(n, traffic.AsCommand, d.room.exporting(e))
				require.NoError(t, err)
				return text
			}
		}
		return ""
	}
	verdicts := func() []finding { return d.app.screens[7].(*findings).list.all }
	d.keys("/", "files", "enter", "enter")
	d.see("ready")
	d.until("a verdict", func() bool { d.advance(60e9); return len(verdicts()) > 0 })
	assert.Equal(t, "mcpctl tools list files", command())
	assert.Empty(t, d.app.screens[7].(*findings).server(verdicts()[0]), "there is but one")
	first := d.room.Traffic.Len()

	d.keys("c")
	d.see("ready")
	d.until("the same verdict again", func() bool {
		d.advance(60e9)
		return verdicts()[0].turn == d.room.Conn.turn
	})
	assert.Len(t, verdicts(), 1, "it is the same server's")

	d.keys("@", "/", "builder", "enter", "enter", "y")
	d.see("the-builder")
	d.until("its tools", func() bool { return command() == "mcpctl tools list builder --config .mcp.json" })
	e, ok := d.room.Traffic.Entry(first)
	require.True(t, ok)
	assert.Equal(t, "files", d.room.exporting(e).Target, "it crossed with the other")
	d.keys("8")
	d.see("files  live")
}

// A command on the command line has no name that another command could take.
func TestACommandIsExportedAsOne(t *testing.T) {
	r := newRoom(t.Context(), Options{Target: mcp.Target{Name: "node", Command: []string{"node", "server.js"}}})
	t.Cleanup(func() { require.NoError(t, r.Traffic.Close()) })
	assert.Empty(t, r.exporting(traffic.Entry{}).Target)
	r.key = "chosen"
	assert.Equal(t, "node", r.exporting(traffic.Entry{}).Target, "a server of a file may be called so")
}

func TestALostConnectionEndsWhatWaits(t *testing.T) {
	s := mcptest.New()
	d := connected(t, s, 80, 24)
	d.listed()
	call := traffic.Frame{Frame: mcp.NewFrame(mcp.Sent, mcp.ChannelStdin, []byte(`{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"name":"die"}}`)), Session: d.room.wires.latest()}
	n, _ := d.room.Traffic.Add(call)
	d.room.lost(lostMsg{d.room.Conn.turn, assert.AnError})
	e, _ := d.room.Traffic.Entry(n)
	assert.Equal(t, traffic.Error, e.Status)
	assert.Contains(t, e.Note, "the connection ended")
}
