package tui

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/checks"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// judged has a driver judge what crosses.
func judged(o *Options) {
	o.Judging = Judging{Checks: checks.All, Explain: func(check string) string { return "what " + check + " asks for" }}
}

// broken is a server whose every list of tools breaks a rule.
func broken() *mcptest.Server {
	s := mcptest.New()
	s.Faults = mcptest.SetIn("tools/list", "/tools/echo/description", 7)
	return s
}

func TestWhatCrossesIsJudgedAsItPasses(t *testing.T) {
	for _, size := range [][2]int{{120, 36}, {80, 24}, {60, 16}} {
		d := newDriver(t, broken().Target(t, mcp.Stdio), size[0], size[1], judged)
		d.see("ready")
		d.until("a verdict", func() bool {
			d.advance(time.Minute)
			return len(d.app.screens[7].(*findings).list.all) > 0
		})
		d.see("1 MUST")
		d.keys("8")
		d.see("live")
		d.until("all traffic", func() bool { return d.room.Lists.Of("resources/templates") != nil })
		d.room.Conn.Latency = 5 * time.Millisecond
		d.golden(goldenName("findings", size))
		d.keys("enter")
		d.see("asks for")
		d.keys("esc", "f")
		d.see("Traffic")
		e, ok := d.room.Traffic.Entry(d.app.screens[4].(*trafficScreen).frames.at)
		require.True(t, ok)
		require.Equal(t, "tools/list", e.Method)
		answer, ok := d.room.Traffic.Entry(e.Reply)
		require.True(t, ok)
		assert.NotEmpty(t, answer.Findings, "the entry is marked")
	}
}

func TestNothingIsFoundInACleanSession(t *testing.T) {
	d := newDriver(t, mcptest.New().Target(t, mcp.HTTP), 80, 24, judged)
	d.see("ready")
	d.until("the end of the lists", func() bool { return d.room.Lists.Of("resources/templates") != nil })
	for range 5 {
		d.advance(time.Minute)
		d.until("the judge to rest", func() bool { return !d.app.screens[7].(*findings).judging || len(d.clock.timers) > 0 })
	}
	d.keys("8")
	d.see("nothing that has crossed breaks the protocol")
	assert.Empty(t, d.app.screens[7].(*findings).Urgent())
}

func TestTheWholeSuiteRunsInPlaceAfterAQuestion(t *testing.T) {
	few := func(o *Options) {
		judged(o)
		o.Judging.Checks = func() []conformance.Suite {
			var some []conformance.Suite
			for _, s := range checks.All() {
				if s.ID == "tools" || s.ID == "ping" {
					some = append(some, s)
				}
			}
			return some
		}
	}
	s := mcptest.New()
	s.Faults = mcptest.SetIn("ping", "/pong", true)
	d := newDriver(t, s.Target(t, mcp.Stdio), 100, 30, few)
	d.see("ready")
	d.keys("8", "S")
	d.see("they call no tool")
	d.keys("esc")
	d.gone("they call no tool")
	assert.False(t, d.app.screens[7].(*findings).Waiting(), "no answer is no consent")
	d.keys("S", "enter")
	d.until("the report", func() bool { return d.app.screens[7].(*findings).report != nil })
	d.see("ping/result/empty")
	d.see("suite")
	d.see("passed")
	d.keys("S", "enter", "x")
	d.until("the end", func() bool { return !d.app.screens[7].(*findings).Waiting() })
	d.see("stopped")
}

func TestTheWindowKeepsTheOpeningAndTheLast(t *testing.T) {
	var w window
	for i := range 10_000 {
		f := mcp.NewFrame(mcp.Received, mcp.ChannelStdout, []byte(`{}`))
		f.Seq = i
		w.add(trafficMsg{turn: 1, frame: f, first: i + 1, count: 1})
	}
	frames := w.frames()
	assert.LessOrEqual(t, len(frames), headFrames+tailFrames+tailFrames/4)
	assert.Equal(t, 0, frames[0].Seq)
	assert.Equal(t, 9_999, frames[len(frames)-1].Seq)
	assert.Len(t, w.entries, len(frames))
	w.add(trafficMsg{turn: 1, frame: mcp.NewFrame(mcp.Received, mcp.ChannelStdout, make([]byte, judgedBytes+1)), first: 1, count: 1})
	assert.Len(t, w.frames(), len(frames), "what is too long is left out")
	for i := range 100 {
		f := mcp.NewFrame(mcp.Received, mcp.ChannelStdout, make([]byte, judgedBytes))
		f.Seq = 20_000 + i
		w.add(trafficMsg{turn: 1, frame: f, first: i, count: 1})
	}
	total := 0
	for _, f := range w.frames() {
		total += len(f.Data)
	}
	assert.LessOrEqual(t, total, 2*windowBytes)
	assert.Equal(t, 20_099, w.frames()[len(w.frames())-1].Seq)
	assert.Len(t, w.entries, len(w.frames()))
	w.add(trafficMsg{turn: 2, frame: mcp.NewFrame(mcp.Received, mcp.ChannelStdout, []byte(`{}`)), first: 1, count: 1})
	assert.Len(t, w.frames(), 1, "another connection begins anew")
}

func TestTheJudgeRestsLongerThanItWorks(t *testing.T) {
	assert.Equal(t, leastRest, rest(0))
	assert.Equal(t, restFactor*50*time.Millisecond, rest(50*time.Millisecond))
	assert.Equal(t, mostRest, rest(time.Hour))
}

func TestWhichMessageOfABatch(t *testing.T) {
	for pointer, want := range map[string]int{"": 0, "/2/result": 2, "/9": 0, "/result": 0, "2": 0, "/99999999999999999999": 0} {
		assert.Equal(t, want, batchIndex(pointer, 3), pointer)
	}
	assert.Equal(t, 0, batchIndex("/2", 1), "it is no batch")
}

func goldenName(name string, size [2]int) string {
	return fmt.Sprintf("%s-%dx%d", name, size[0], size[1])
}
