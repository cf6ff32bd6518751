package tui

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

func TestPaletteHelpJumpAndZoom(t *testing.T) {
	d := connected(t, mcptest.New(), 120, 36)
	d.keys(":", "tol fal", "enter") // letters in their order are enough
	d.see("[fail]")
	d.keys(";")
	d.see("press a letter for a pane")
	d.keys("a")
	d.see("━[Tools")
	d.keys("z")
	assert.NotContains(t, d.screen(), "─ Result ─")
	d.keys("z", "?")
	d.see("show or hide the traffic strip")
	d.keys("G")
	d.see("it never quits")
	d.keys("esc")
	assert.NotContains(t, d.screen(), "it never quits")
}

func TestKeysThatCannotBeUsedSayWhy(t *testing.T) {
	d := newDriver(t, mcp.Target{Name: "nobody", Command: []string{"/nonexistent/server"}}, 100, 30)
	d.keys("3")
	d.see("connects again") // it goes to where the reason is told
	require.Equal(t, overviewName, d.app.screen().Name())
	d.keys("2", "r")
	d.see("r run: no tool is chosen")
	d.keys("x")
	d.see("x cancel: nothing is running")
}

func TestHugeResultsOpenAtOnceAndGrowOnDemand(t *testing.T) {
	s := mcptest.New()
	s.Tools = []mcptest.Tool{{
		Name: "huge", Descriptor: map[string]any{"inputSchema": map[string]any{"type": "object"}},
		Call: func(*mcptest.Call) (map[string]any, error) {
			return mcptest.Content(mcptest.Text(strings.Repeat("line of text\n", 800_000))), nil
		},
	}}
	d := connected(t, s, 100, 30)
	d.keys("2", "r")
	d.see("11.2 MB")
	result := &d.app.screens[1].(*tools).result
	d.screen()
	rows := len(result.rows)
	assert.Less(t, rows, 5000)
	d.see("more is there: m shows it")
	d.keys("m", "G")
	d.screen()
	assert.Greater(t, len(result.rows), 3*rows)
}
