package tui

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// connected is a driver that has read all lists of a server.
func connected(t *testing.T, s *mcptest.Server, w, h int, change ...func(*Options)) *driver {
	t.Helper()
	d := newDriver(t, s.Target(t, mcp.Stdio), w, h, change...)
	d.listed()
	return d
}

// listed waits until all lists of the connection have been read.
func (d *driver) listed() {
	d.t.Helper()
	d.until("the lists", func() bool {
		_, last := d.room.Lists.of[inspect.Templates]
		// The last answer is on the screen only when its frame is there, too.
		return d.room.Conn.State == Ready && last && d.room.Traffic.Len() >= d.earlier+len(d.room.Conn.client.Session().Log().Frames())
	})
	d.room.Conn.Latency = 12 * time.Millisecond
}

func TestAToolIsCalledThroughItsForm(t *testing.T) {
	d := connected(t, mcptest.New(), 120, 36)
	d.keys("2")
	d.keys("/", "add", "enter", "enter")
	d.see("[add]")
	d.keys("enter")
	d.see("call it all the same") // two numbers are missing: it asks first
	d.keys("esc", "space", "2", "enter", "j", "space", "40", "enter")
	d.keys("enter")
	d.see("#1 ok")
	d.see(`"sum": 42`)

	d.keys("w")
	d.see("structuredContent")
	d.keys("r")
	d.see("#2 ok")
	assert.Len(t, d.room.RunsOf("call", "add"), 2)
	d.keys("[")
	d.see("#1 ok")
	d.keys("[")
	d.see("this is the first run")

	d.keys("R")
	d.see("[add]") // the arguments are there to be changed
	value, problems := d.app.screens[1].(*tools).form().Value()
	assert.Empty(t, problems)
	assert.JSONEq(t, `{"a":2,"b":40}`, value.String())
}

func TestARunningCallIsCancelledAndTheServerIsTold(t *testing.T) {
	s := mcptest.New()
	told := make(chan struct{})
	s.Tools = append(s.Tools, mcptest.Tool{
		Name: "forever", Descriptor: map[string]any{"inputSchema": map[string]any{"type": "object"}},
		Call: func(c *mcptest.Call) (map[string]any, error) {
			c.Progress(1, 3, "one third")
			<-c.Done()
			close(told)
			return mcptest.Content(), nil
		},
	})
	d := connected(t, s, 100, 30)
	d.keys("2", "G", "r")
	d.see("runs for 0 s")
	d.see("1/3 one third")
	d.advance(65 * time.Second)
	d.see("1:05")
	d.see("1 call running")

	d.keys("q")
	d.see("keep waiting")
	d.keys("enter")
	assert.False(t, d.over, "the first answer keeps waiting")
	d.keys("x")
	d.see("cancelled")
	select {
	case <-told:
	case <-time.After(patience):
		require.Fail(t, "the server was not told")
	}
	d.gone("call running")
}

func TestControlCCancelsFirstAndQuitsThen(t *testing.T) {
	s := mcptest.New()
	s.Tools = append(s.Tools, mcptest.Tool{
		Name: "forever", Descriptor: map[string]any{"inputSchema": map[string]any{"type": "object"}},
		Call: func(c *mcptest.Call) (map[string]any, error) { <-c.Done(); return mcptest.Content(), nil },
	})
	d := connected(t, s, 100, 30)
	d.keys("2", "G", "r")
	d.see("runs for")
	d.keys("ctrl+c")
	d.see("1 call cancelled; ctrl+c again quits")
	d.until("the end of the call", func() bool { return d.room.Busy() == 0 })
	assert.False(t, d.over)
	d.keys("ctrl+c")
	d.until("the end", func() bool { return d.over })
}

func TestEscapeGoesBackAndNeverQuits(t *testing.T) {
	d := connected(t, mcptest.New(), 120, 36)
	d.keys("2", "/", "ec", "enter", "enter", "z", "?")
	d.see("everywhere")
	d.keys("esc")
	d.gone("everywhere")
	require.True(t, d.app.zoom)
	d.keys("esc")
	require.False(t, d.app.zoom)
	d.keys("esc") // from the detail to the list
	require.Zero(t, d.app.focus[d.app.at])
	d.keys("esc") // the filter
	d.gone("/ec")
	d.keys("esc") // the tab before
	require.Equal(t, "Overview", d.app.screen().Name())
	for range 50 {
		d.keys("esc")
	}
	d.see("nothing to go back to; q quits")
	assert.False(t, d.over)
	d.keys("q")
	d.until("the end", func() bool { return d.over })
}

func TestAResourceIsReadFollowedAndReadAgainWhenItChanges(t *testing.T) {
	d := connected(t, mcptest.New(), 120, 36)
	d.keys("3", "/", "greeting", "enter", "enter")
	d.see("Grüße!")
	d.keys("esc", "u")
	d.see("subscribed to 1 resource")
	d.keys("2", "/", "change", "enter", "r")
	d.see("changed and read again: mcptest://text/greeting")
	d.keys("3")
	d.see("It has changed 1 times.")
	d.keys("esc", "u")
	d.see("unsubscribed")
}

func TestATemplateIsFilledInWithTheServersSuggestions(t *testing.T) {
	d := connected(t, mcptest.New(), 120, 36)
	d.keys("3", "/", "people", "enter", "enter")
	d.until("a question", func() bool { return d.app.ask != nil })
	d.keys("person-01")
	d.advance(time.Second) // typing has paused
	d.see("person-010  person-011")
	d.keys("tab", "enter")
	d.see("person-010 is a person.")
}

func TestAPromptIsGotThroughItsForm(t *testing.T) {
	d := connected(t, mcptest.New(), 120, 36)
	d.keys("4", "/", "greet", "enter", "r")
	d.see("get it all the same") // a name is required
	d.keys("esc", "enter", "space", "Ada", "enter", "enter")
	d.see("Greet Ada in .")
	d.see("user")
	d.keys("R")
	d.see("[greet]")
}

func TestWhatServersOfferIsSpokenAsTheyChange(t *testing.T) {
	d := connected(t, mcptest.New(), 120, 36)
	d.keys("2")
	before := len(d.room.Lists.Of(inspect.Tools))
	_, cmd := d.room.Start("call", "change", mcp.Value{}, callOf("change", map[string]any{"what": "tools", "name": "newcomer"}))
	d.do(cmd)
	d.until("the new tool", func() bool { return len(d.room.Lists.Of(inspect.Tools)) == before+1 })
	d.keys(":", "newcomer")
	d.see("tool")
	d.keys("enter")
	d.see("[newcomer]")
}

func TestAnotherRevisionIsOneKeyAway(t *testing.T) {
	d := connected(t, mcptest.New(), 120, 36)
	d.see("2025-11-25")
	d.earlier = d.room.Traffic.Len()
	d.keys("v", "2026-07", "enter")
	d.listed()
	d.see("2026-07-28  stdio  stateless")
	d.earlier = d.room.Traffic.Len()
	d.keys("v", "2024-11", "enter")
	d.listed()
	d.see("2024-11-05  stdio  handshake")
}

func TestTrafficIsFilteredShownAndCopied(t *testing.T) {
	d := connected(t, mcptest.New(), 120, 36)
	d.keys("5")
	d.see("resources/templates/list")
	d.keys("/", "methd:x")
	d.see("method")
	d.keys("esc", "/", "method:tools/*", "enter")
	d.gone("prompts/list")
	d.see("tools/list")
	d.keys("y") // from the list as well as from the detail
	d.see("curl command")
	d.keys("esc", "enter", "a")
	d.see(`"method": "tools/list"`)
	d.keys("y")
	d.see("curl command")
	d.keys("JSON", "enter")
	d.until("the clipboard", func() bool { return len(d.raw) == 1 })
	assert.Contains(t, d.raw[0], "tools/list")
}
