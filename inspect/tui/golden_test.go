package tui

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// The sizes that the screens are recorded at.
var sizes = [][2]int{{60, 16}, {80, 24}, {120, 36}}

func TestScreensLookAsRecorded(t *testing.T) {
	for _, size := range sizes {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			name := func(screen string) string { return fmt.Sprintf("%s-%dx%d", screen, size[0], size[1]) }
			d := connected(t, mcptest.New(), size[0], size[1])
			for i, screen := range []string{"overview", "tools", "resources", "prompts", "traffic"} {
				d.keys(fmt.Sprint(i + 1))
				d.golden(name(screen))
			}
			d.keys("2", "/", "none", "enter", "r")
			d.see("nothing left")
			d.listed()
			d.golden(name("result"))
			d.keys("esc", "esc", ":", "gr")
			d.golden(name("palette"))
			d.keys("esc", "?")
			d.golden(name("help"))
		})
	}
}

func TestTroubleLooksAsRecorded(t *testing.T) {
	d := newDriver(t, mcp.Target{Name: "nobody", Command: []string{"/nonexistent/server", "--flag"}}, 80, 24)
	d.see("connects again")
	d.golden("failed-80x24")
}

func TestPlainDrawsWithASCIIAlone(t *testing.T) {
	d := connected(t, mcptest.New(), 120, 36, func(o *Options) { o.Plain = true })
	for _, keys := range [][]string{{"2"}, {"enter"}, {":"}, {"esc", "5"}, {"?"}} {
		d.keys(keys...)
		for _, r := range d.screen() {
			if r > 0x7e && r != '…' {
				assert.Fail(t, "a sign beyond ASCII", "%q after %v on\n%s", r, keys, d.screen())
				break
			}
		}
	}
	d.keys("esc", "2")
	d.golden("plain-120x36")
}

func TestTooSmallATerminalSaysSo(t *testing.T) {
	d := newDriver(t, mcptest.New().Target(t, mcp.Stdio), 59, 15)
	d.see("needs 60x16 cells; this terminal")
	d.keys("2", "q")
	assert.False(t, d.over, "no key acts on what cannot be seen")
	d.advance(time.Second)
	for w := range 70 {
		for h := range 20 {
			d.app.w, d.app.h = w, h
			for _, line := range d.app.lines() {
				assert.Equal(t, w, line.Width(), "at %dx%d", w, h)
			}
		}
	}
}
