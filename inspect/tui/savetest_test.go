package tui

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

func TestACallIsSavedAsATest(t *testing.T) {
	t.Chdir(t.TempDir())
	d := connected(t, mcptest.New(), 160, 36, func(o *Options) {
		o.Redact = func(s string) string { return s }
	})
	d.keys("2", "/", "add", "enter", "enter", "space", "2", "enter", "j", "space", "40", "enter", "enter")
	d.see("#1 ok")
	d.keys("s")
	d.see("cases/add.yaml")
	d.see("a new file")
	d.keys("enter")
	d.see(`"tools/call add" saved in `)
	data, err := os.ReadFile(filepath.Join("cases", "add.yaml"))
	require.NoError(t, err)
	assert.Contains(t, string(data), "call: add")
	assert.Contains(t, string(data), "sum: 42")

	mine := "# mine\n" + string(data)
	require.NoError(t, os.WriteFile(filepath.Join("cases", "add.yaml"), []byte(mine), 0o644))
	d.keys("5", "/", "tool:add", "enter")
	d.see("Traffic 1 of")
	d.keys("enter", "s") // the same from the traffic
	d.see(`"tools/call add 2" is added at its end`)
	d.keys("enter")
	d.see(`"tools/call add 2" saved in `)
	data, err = os.ReadFile(filepath.Join("cases", "add.yaml"))
	require.NoError(t, err)
	assert.Equal(t, mine, string(data[:len(mine)]), "what was there stays")

	require.NoError(t, os.WriteFile("other.yaml", []byte("servers: {}\n"), 0o644))
	d.keys("s", "ctrl+u", "other.yaml")
	d.see("holds no list of cases")
	d.keys("enter")
	data, err = os.ReadFile("other.yaml")
	require.NoError(t, err)
	assert.Equal(t, "servers: {}\n", string(data))
	d.keys("esc")
}

func TestWhatIsNoCallCannotBeATest(t *testing.T) {
	d := connected(t, mcptest.New(), 120, 36)
	d.keys("5", "/", "kind:note dir:out", "enter")
	d.see("Traffic 1 of")
	d.keys("enter", "s")
	d.see("it cannot be a test: only requests of the client")
	assert.Nil(t, d.app.ask)
}

func TestARunKnowsItsRequest(t *testing.T) {
	d := connected(t, mcptest.New(), 120, 36)
	_, cmd := d.room.Start("call", "echo", mcp.Value{}, callOf("echo", map[string]any{"text": "a"}))
	d.do(cmd)
	run, cmd := d.room.Start("call", "add", mcp.Value{}, callOf("add", map[string]any{"a": 1, "b": 2}))
	d.do(cmd)
	d.until("both", func() bool { return d.room.Busy() == 0 })
	e, ok := d.room.Traffic.Entry(d.room.entryOf(run))
	require.True(t, ok)
	assert.Equal(t, "add", e.Name)
	assert.Zero(t, d.room.entryOf(&Run{}))
}
