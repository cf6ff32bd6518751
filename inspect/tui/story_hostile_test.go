package tui

import (
	"bytes"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// tool is a tool without arguments.
func tool(name string, call func(*mcptest.Call) (map[string]any, error)) mcptest.Tool {
	return mcptest.Tool{Name: name, Descriptor: map[string]any{"inputSchema": map[string]any{"type": "object"}}, Call: call}
}

// patient is for what takes a busy machine long.
func patient(o *Options) { o.Inspect.Idle = time.Minute }

func TestAServerThatNeverAnswersIsWaitedForAndGivenUp(t *testing.T) {
	s := mcptest.New()
	s.Faults.Handle = func(*mcptest.Context, mcp.Message) ([]any, bool) { return nil, true }
	d := newDriver(t, s.Target(t, mcp.Stdio), 100, 30, func(o *Options) { o.Inspect.Idle = 400 * time.Millisecond })
	d.advance(3 * time.Second)
	d.see("waiting for its first answer, 3 s")
	d.keys("2", "r") // everything can be used meanwhile
	d.see("[Tools")
	d.keys("?")
	d.see("everywhere")
	d.keys("esc")
	d.see("failed")
	d.see("c connects again")
	turn := d.room.Conn.turn
	d.keys("c")
	d.until("another attempt", func() bool { return d.room.Conn.turn == turn+1 })
}

func TestAFloodIsTakenInWithBoundedMemory(t *testing.T) {
	const many = maxFed * 5 / 4
	s := mcptest.New()
	s.Tools = []mcptest.Tool{tool("flood", func(*mcptest.Call) (map[string]any, error) { return mcptest.Content(mcptest.Text("it is over")), nil })}
	drop := []byte(`{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"drop ` + strings.Repeat("x", 300) + `"}}`)
	s.Faults.Encode = func(c *mcptest.Context, raw []byte) [][]byte {
		if !bytes.Contains(raw, []byte("it is over")) {
			return [][]byte{raw}
		}
		all := make([][]byte, many, many+1)
		for i := range all {
			all[i] = drop
		}
		return append(all, raw)
	}
	d := connected(t, s, 100, 30, patient)
	d.patience = time.Minute
	before := heap()
	d.keys("2", "r")
	d.see("it is over")
	d.keys("5")
	d.see("[Traffic")
	d.keys("g", "G", "k")
	d.see("info drop xxx")
	assert.Less(t, heap()-before, 300<<20, "bytes")
}

// heap is how much is in use.
func heap() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

func TestAServerThatLiesIsShownForWhatItIs(t *testing.T) {
	s := mcptest.New()
	s.Tools = []mcptest.Tool{{
		Name: "liar", Descriptor: map[string]any{
			"inputSchema":  map[string]any{"type": "object"},
			"outputSchema": map[string]any{"type": "object", "properties": map[string]any{"n": map[string]any{"type": "integer"}}, "required": []any{"n"}},
		},
		Call: func(*mcptest.Call) (map[string]any, error) {
			return map[string]any{"content": "no list", "structuredContent": map[string]any{"n": "no number"}, "isError": "perhaps"}, nil
		},
	}}
	s.Faults.Edit = func(c *mcptest.Context, out map[string]any) {
		result, _ := out["result"].(map[string]any)
		tools, ok := result["tools"].([]any)
		if !ok {
			return
		}
		result["tools"] = append(tools, 7, nil, []any{}, map[string]any{}, map[string]any{"name": 5, "inputSchema": "none"},
			map[string]any{"name": "odd", "inputSchema": map[string]any{"type": 7, "properties": []any{1}, "$ref": "#/nowhere"}})
		result["nextCursor"] = "again" // and again
	}
	s.Faults.Skip = map[string]bool{mcptest.SkipCursor: true}
	d := newDriver(t, s.Target(t, mcp.Stdio), 110, 30)
	d.until("what is wrong with the list", func() bool { return d.room.Lists.Err(inspect.Tools) != nil })
	assert.ErrorContains(t, d.room.Lists.Err(inspect.Tools), "cursor")
	d.keys("2")
	d.see("liar")
	d.keys("/", "liar", "enter", "r")
	d.see("#1")
	d.see("structuredContent/n is a string")
	d.keys("esc", "esc", "/", "odd", "enter", "enter")
	d.see("odd")
	for range 8 { // the entries that are none
		d.keys("esc")
	}
	d.keys("2", "g")
	for range 12 {
		d.keys("j")
		d.screen()
	}
}

func TestFiftyMegabytesAreShownAtOnceAndTheNextCallWorks(t *testing.T) {
	s := mcptest.New()
	s.Tools = []mcptest.Tool{
		tool("fifty", func(*mcptest.Call) (map[string]any, error) {
			return mcptest.Content(mcptest.Text("FIFTY")), nil
		}),
		tool("small", func(*mcptest.Call) (map[string]any, error) { return mcptest.Content(mcptest.Text("it is small")), nil }),
	}
	s.Faults.Encode = func(_ *mcptest.Context, raw []byte) [][]byte {
		before, after, found := bytes.Cut(raw, []byte("FIFTY"))
		if !found {
			return [][]byte{raw}
		}
		return [][]byte{slices.Concat(before, bytes.Repeat([]byte(`a line of fifty megabytes\n`), 2_000_000), after)}
	}
	d := connected(t, s, 100, 30, patient)
	d.patience = time.Minute
	d.keys("2", "/", "fifty", "enter", "r")
	d.until("the end of the call", func() bool { return d.room.Busy() == 0 && len(d.room.Runs) == 1 })
	began := time.Now()
	d.keys("j", "G", "5", "2")
	shown := d.screen()
	assert.Less(t, time.Since(began), 5*time.Second, "moving through it")
	assert.Regexp(t, `54\.0 MB`, shown)
	d.keys("esc", "esc", "/", "small", "enter", "r")
	d.see("it is small")
}

func TestFiveThousandToolsAreListedAndSearched(t *testing.T) {
	s := mcptest.New()
	s.PageSize, s.Tools = 1000, nil
	for i := range 5000 {
		s.Tools = append(s.Tools, tool(fmt.Sprintf("tool-%d-of-many", i), func(*mcptest.Call) (map[string]any, error) {
			return mcptest.Content(mcptest.Text(fmt.Sprintf("this was %d", i))), nil
		}))
	}
	d := connected(t, s, 100, 30)
	d.keys("2")
	d.see("Tools 5000")
	d.keys("G")
	d.see("▸ tool-4999-of-many")
	began := time.Now()
	d.keys("/", "tool-3210", "enter")
	d.see("Tools 1 of 5000")
	assert.Less(t, time.Since(began), 2*time.Second, "ten keys")
	d.keys("r")
	d.see("this was 3210")
}

func TestDeepAndRecursiveSchemasAreOpenedAsFarAsOneWants(t *testing.T) {
	const depth = 2000
	deep := strings.Repeat(`{"type":"object","properties":{"a":`, depth) + `{"type":"string"}` + strings.Repeat(`}}`, depth)
	s := mcptest.New()
	s.Faults.Skip = map[string]bool{mcptest.SkipArguments: true}
	echo := func(c *mcptest.Call) (map[string]any, error) {
		return mcptest.Content(mcptest.Text("it has called")), nil
	}
	s.Tools = []mcptest.Tool{
		{Name: "deep", Descriptor: map[string]any{"inputSchema": json.RawMessage(deep)}, Call: echo},
		{Name: "tree", Descriptor: map[string]any{"inputSchema": json.RawMessage(
			`{"type":"object","properties":{"node":{"$ref":"#/$defs/node"}},"$defs":{"node":{"type":"object","properties":{"left":{"$ref":"#/$defs/node"},"right":{"$ref":"#/$defs/node"},"value":{"type":"integer"}}}}}`)}, Call: echo},
		{Name: "circle", Descriptor: map[string]any{"inputSchema": json.RawMessage(`{"type":"object","properties":{"x":{"$ref":"#/properties/x"}},"allOf":[{"$ref":"#"}]}`)}, Call: echo},
	}
	d := connected(t, s, 100, 30)
	for _, name := range []string{"deep", "tree", "circle"} {
		d.keys("2", "/", name, "enter", "enter")
		d.see("[" + name + "]")
		for range 40 {
			d.keys("j", "o", "space", "esc")
			d.screen()
			d.keys("2", "l")
		}
		require.Equal(t, Ready, d.room.Conn.State, name)
		d.keys("esc", "esc", "esc")
	}
}

func TestAStormOfSizesIsDrawnWithinEverySize(t *testing.T) {
	d := connected(t, mcptest.New(), 120, 36)
	for i := range 400 {
		d.give(tea.WindowSizeMsg{Width: (i * 37) % 200, Height: (i * 13) % 60})
		d.keys(fmt.Sprint(1+i%9), "enter", "esc", "esc")
		for _, line := range strings.Split(strings.TrimSuffix(d.app.View().Content, "\n"), "\n") {
			require.LessOrEqual(t, len([]rune(line)), max(1, d.app.w), "at %dx%d", d.app.w, d.app.h)
		}
	}
}

func TestALostConnectionComesBackAndKeepsItsHistory(t *testing.T) {
	s := mcptest.New()
	s.Tools = append(s.Tools, tool("die", nil))
	s.Faults.ExitOn = func(_ *mcptest.Context, m mcp.Message) bool {
		return m.Method() == "tools/call" && m.Params().Get("name").Text() == "die"
	}
	d := connected(t, s, 110, 30)
	d.keys("2", "/", "echo", "enter", "enter", "space", "hello", "enter", "enter")
	d.see("#1 ok")
	frames := d.room.Traffic.Len()
	d.keys("2", "h", "h", "/", "die", "enter", "r")
	d.see("lost, again in 1 s (1 of 5)")
	d.see("#2")
	d.earlier = d.room.Traffic.Len()
	d.advance(time.Second)
	d.listed()
	assert.Greater(t, d.room.Traffic.Len(), frames, "what crossed before is still there")
	d.keys("2", "h", "h", "/", "echo", "enter")
	d.see("/echo")
	require.Len(t, d.room.RunsOf("call", "echo"), 1)
	d.keys("r")
	d.see("#3 ")
	d.keys("[")
	d.see("#1 ok")
}
