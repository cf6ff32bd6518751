package tui

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect/compare"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// comparison is the screen that compares.
func comparison(d *driver) *comparing {
	for _, s := range d.app.screens {
		if c, ok := s.(*comparing); ok {
			return c
		}
	}
	d.t.Fatal("there is no such screen")
	return nil
}

// another is a server that differs from the one that mcptest.New makes.
func another(t *testing.T) mcp.Target {
	s := mcptest.New()
	s.Faults = mcptest.Combine(mcptest.DropIn("tools/list", "/tools/echo"), mcptest.SetIn("tools/list", "/tools/add/inputSchema/properties/a/type", "string"), mcptest.SetIn("initialize", "/serverInfo/version", "2.0.0"))
	return s.Target(t, mcp.HTTP)
}

func TestTwoRevisionsOfOneServer(t *testing.T) {
	for _, size := range sizes {
		d := newDriver(t, mcptest.New().Target(t, mcp.Stdio), size[0], size[1])
		d.see("ready")
		d.until("the lists", func() bool { return d.room.Lists.Of("resources/templates") != nil })
		d.keys("9")
		d.see("b chooses what to compare with")
		d.keys("b", "2024", "enter")
		d.until("the other side", func() bool { return comparison(d).haveB })
		assert.Equal(t, mcp.Rev20241105, comparison(d).b.Revision)
		assert.Equal(t, mcp.Rev20251125, comparison(d).a.Revision)
		d.see("2024-11-05")
		d.advance(5 * time.Second)
		d.room.Conn.Latency = 5 * time.Millisecond
		d.golden(goldenName("compare", size))
		d.keys("enter")
		d.see("is another")
	}
}

func TestTwoServersAndTheExport(t *testing.T) {
	d := newDriver(t, mcptest.New().Target(t, mcp.HTTP), 120, 36)
	d.see("ready")
	d.until("the lists", func() bool { return d.room.Lists.Of("resources/templates") != nil })
	d.keys("9", "b", "another", "enter", another(t).URL, "enter")
	d.see("is gone")
	d.see("breaking")
	rows := len(comparison(d).list.all)
	d.keys("u")
	assert.Greater(t, len(comparison(d).list.all), rows, "what is the same is shown, too")
	d.keys("u", "s")
	assert.Equal(t, "2.0.0", comparison(d).a.Server.Get("serverInfo", "version").Text(), "the sides are swapped")

	folder := t.TempDir()
	for _, name := range []string{"out.md", "out.json"} {
		path := filepath.Join(folder, name)
		d.keys("E", "ctrl+u", path, "enter")
		d.see("written to")
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Contains(t, string(data), "echo")
		d.keys("E", "ctrl+u", path)
		d.see("nothing is overwritten")
		d.keys("enter", "esc")
		again, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, data, again)
	}
}

func TestASideThatCannotBeRead(t *testing.T) {
	d := newDriver(t, mcptest.New().Target(t, mcp.Stdio), 80, 24)
	d.see("ready")
	d.keys("9", "b", "recording", "enter", "/nonexistent.mcpl", "enter")
	d.see("could not be read")
	assert.False(t, comparison(d).haveB)
	d.keys("b", "another", "enter", "'open", "enter")
	d.see("not closed")
	d.keys("esc")
	assert.False(t, comparison(d).Waiting(), "nothing was started")
}

func TestCallsAreCompared(t *testing.T) {
	c := asCall(&Run{Kind: "read", Name: "a:b", Result: mcp.MustParse(`{"contents":[]}`)})
	assert.Equal(t, compare.Call{Method: "resources/read", Params: mcp.ValueOf(map[string]any{"uri": "a:b"}), Result: mcp.MustParse(`{"contents":[]}`)}, c)
}

func TestWhichRevisionsItSpeaks(t *testing.T) {
	d := newDriver(t, mcptest.New().Target(t, mcp.HTTP), 80, 24)
	d.see("ready")
	d.keys("9", "V")
	d.see("it speaks 5 of 5")
	d.see("spoken now")
	d.keys("2025-06", "enter")
	d.until("the other revision", func() bool {
		c := d.room.Conn.Client()
		return c != nil && c.Revision() == mcp.Rev20250618
	})
	assert.Contains(t, d.screen(), "9\u25b8Compare", "the screen stays")
}
