package tui

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/mcp"
)

// offline is the program without a connection, in colour.
func offline(b *testing.B, w, h int) *app {
	room := newRoom(b.Context(), Options{Target: mcp.Target{Name: "bench", Command: []string{"bench"}}})
	room.Saved = readState("")
	a := newApp(room)
	a.Update(tea.WindowSizeMsg{Width: w, Height: h})
	b.Cleanup(room.settle)
	return a
}

// BenchmarkFirstPaint is what stands between the start and the first screen.
func BenchmarkFirstPaint(b *testing.B) {
	for b.Loop() {
		a := offline(b, 120, 36)
		_ = a.View()
	}
}

// BenchmarkScroll moves through ten thousand frames and draws after each key.
func BenchmarkScroll(b *testing.B) {
	a := offline(b, 120, 36)
	for i := range 10_000 {
		id := i / 2
		f := mcp.NewFrame(mcp.Sent, mcp.ChannelStdin, fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"tool-%d","arguments":{"text":%q}}}`, id, i%40, strings.Repeat("x", 200)))
		if i%2 == 1 {
			f = mcp.NewFrame(mcp.Received, mcp.ChannelStdout, fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%d,"result":{"content":[{"type":"text","text":%q}]}}`, id, strings.Repeat("y", 300)))
		}
		f.At = time.Duration(i) * time.Millisecond
		first, count := a.room.Traffic.Add(traffic.Frame{Frame: f, Revision: mcp.Rev20251125})
		a.take(trafficMsg{frame: f, first: first, count: count})
	}
	a.show(trafficName, 0)
	up, _ := named("k")
	page, _ := named("ctrl+u")
	var took []time.Duration
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		key := up
		if i%10 == 9 {
			key = page
		}
		if i%4000 == 3999 {
			key, _ = named("G")
		}
		began := time.Now()
		a.Update(key)
		_ = a.View()
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	for name, part := range map[string]float64{"p50-ms": .5, "p95-ms": .95, "max-ms": 1} {
		b.ReportMetric(float64(took[int(part*float64(len(took)-1))])/float64(time.Millisecond), name)
	}
}

// BenchmarkFiveThousandTools types a filter over a long list.
func BenchmarkFiveThousandTools(b *testing.B) {
	a := offline(b, 120, 36)
	var all []mcp.Value
	for i := range 5000 {
		all = append(all, mcp.ValueOf(map[string]any{"name": fmt.Sprintf("tool-%d-of-many", i), "description": "does something",
			"inputSchema": map[string]any{"type": "object", "properties": map[string]any{"a": map[string]any{"type": "string"}}}}))
	}
	a.take(listMsg{kind: inspect.Tools, entries: all})
	a.show(toolsName, 0)
	for i := 0; b.Loop(); i++ {
		slash, _ := named("/")
		digit, _ := named(fmt.Sprint(i % 10))
		esc, _ := named("esc")
		a.Update(slash)
		a.Update(digit)
		_ = a.View()
		a.Update(esc)
	}
}

// BenchmarkHugeResult opens a result of ten megabytes.
func BenchmarkHugeResult(b *testing.B) {
	a := offline(b, 120, 36)
	result := mcp.ValueOf(map[string]any{"content": []any{map[string]any{"type": "text", "text": strings.Repeat("a line of some text\n", 500_000)}}})
	parts := partsOf("call", result)
	for b.Loop() {
		run := &Run{N: 1, Kind: "call", Name: "huge", State: Fine, Result: result, parts: parts}
		a.screens[1].(*tools).result.show(run)
		a.show(toolsName, 2)
		_ = a.View()
	}
}
