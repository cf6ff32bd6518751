package tui

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect/compare"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// miscounting is a server that adds wrongly, and counts how often it is asked to.
func miscounting(called *int) *mcptest.Server {
	s := mcptest.New()
	for i := range s.Tools {
		if s.Tools[i].Name == "add" {
			s.Tools[i].Call = func(*mcptest.Call) (map[string]any, error) {
				*called++
				return mcptest.Content(mcptest.Text("43")), nil
			}
		}
	}
	return s
}

func TestCallsAreMadeOnTheOtherSideOnlyAfterAYes(t *testing.T) {
	called := 0
	d := connected(t, mcptest.New(), 160, 36)
	_, cmd := d.room.Start("call", "add", mcp.ValueOf(map[string]any{"a": 2, "b": 40}), callOf("add", map[string]any{"a": 2, "b": 40}))
	d.do(cmd)
	d.until("the call", func() bool { return d.room.Busy() == 0 })
	d.keys("9", "C")
	d.see("replay calls: there is nothing to compare with yet")
	d.keys("b", "another", "enter", miscounting(&called).Target(t, mcp.HTTP).URL, "enter")
	d.until("the other side", func() bool { return comparison(d).haveB })
	d.keys("C")
	d.see("make 1 call of A again on B?")
	d.see("1 tool will be called")
	d.keys("enter")
	d.see("nothing was done")
	assert.Zero(t, called)
	d.keys("C", "y")
	d.see("1 call made again on B")
	assert.Equal(t, 1, called)
	require.Len(t, comparison(d).b.Calls, 1)
	differs := false
	for _, row := range comparison(d).now.Rows {
		differs = differs || row.Group == compare.Calls && row.Kind == compare.Changed
	}
	assert.True(t, differs, "the answers are compared")
}

func TestCallsOfARecordingAreMadeOnALiveServer(t *testing.T) {
	path := taped(t, mcptest.New(), mcp.Stdio)
	d := connected(t, mcptest.New(), 160, 36)
	d.keys("9", "a", "a recording", "enter", path, "enter")
	d.until("A", func() bool { return comparison(d).fixedA })
	d.keys("b", "this connection", "enter")
	d.until("B", func() bool { return comparison(d).haveB })
	d.keys("C", "y")
	d.see("1 call made again on B")
	for _, row := range comparison(d).now.Rows {
		if row.Group == compare.Calls {
			assert.Equal(t, compare.Same, row.Kind)
		}
	}
	d.keys("s", "C")
	d.see("side B is a recording, which answers nothing")
}

func TestEachCallIsMadeAgainOnce(t *testing.T) {
	call := func(name string) compare.Call {
		return compare.Call{Method: "tools/call", Params: mcp.ValueOf(map[string]any{"name": name})}
	}
	all := []compare.Call{call("a"), call("a"), call("b"), {Method: "completion/complete"}}
	assert.Len(t, again(all), 2)
	for i := range 300 {
		all = append(all, call(string(rune('c'+i))))
	}
	assert.Len(t, again(all), maxReplayed)
}
