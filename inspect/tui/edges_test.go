package tui

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/mcp"
)

func TestAFloodDropsTheOldestAndSaysSo(t *testing.T) {
	f := newFeed()
	for i := range maxFed + 5 {
		f.put(i)
	}
	b := f.next(t.Context())().(batchMsg)
	assert.Equal(t, maxFed/2, b.lost)
	assert.Equal(t, maxFed+4, b.all[len(b.all)-1])
}

func TestStateOutlivesTheProgramAndBrokenStateDoesNoHarm(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a", "b", "state.json")
	s := readState(name)
	s.Screen, s.NoStrip = "Tools", true
	s.write(name)
	info, err := os.Stat(name)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	assert.Equal(t, s, readState(name))
	for _, broken := range []string{"{", `{"schema":"other"}`, strings.Repeat(" ", maxState+1)} {
		require.NoError(t, os.WriteFile(name, []byte(broken), 0o600))
		assert.Equal(t, &State{Schema: stateSchema}, readState(name))
	}
}

func TestRolesLookDifferentInEveryTheme(t *testing.T) {
	for _, l := range []look{{dark: true}, {}, {dark: true, basic: true}, {basic: true}} {
		theme, seen := newTheme(l), map[string]Role{}
		for r := range roles {
			var b strings.Builder
			theme.paint(&b, Line{S(r, "x")})
			other, twice := seen[b.String()]
			assert.False(t, twice, "%+v: roles %d and %d look alike", l, r, other)
			seen[b.String()] = r
		}
	}
	var chosen strings.Builder
	newTheme(look{dark: true}).paint(&chosen, Line{S(Plain, "x")}.Select())
	assert.NotEqual(t, "x", chosen.String())
}

func TestTheThemeFollowsTheTerminal(t *testing.T) {
	d := newDriver(t, mcp.Target{Name: "x", Command: []string{"/nonexistent"}}, 80, 24, func(o *Options) { o.bare = false })
	before := d.screen()
	d.give(tea.ColorProfileMsg{Profile: colorprofile.TrueColor})
	many := d.screen()
	assert.NotEqual(t, before, many, "sixteen colours are assumed until more are known")
	d.give(tea.BackgroundColorMsg{Color: grey{0xffff}})
	assert.NotEqual(t, many, d.screen(), "a light background has colours of its own")
}

// grey is a shade of grey.
type grey struct{ y uint32 }

func (c grey) RGBA() (r, g, b, a uint32) { return c.y, c.y, c.y, 0xffff }

func TestWhatBreaksEndsTheProgramProperly(t *testing.T) {
	a := newApp(func() *Room {
		r := newRoom(t.Context(), Options{})
		r.Saved = readState("")
		return r
	}())
	cmd := a.guarded(func() tea.Cmd { panic("a fault\x1b[2J") })
	assert.IsType(t, tea.QuitMsg{}, cmd())
	line := crashLine(a.crash)
	assert.Contains(t, line, `a fault\x1b[2J at `)
	assert.NotContains(t, line, "\x1b")
}

func TestClicksAndWheelGoWhereTheyPoint(t *testing.T) {
	d := newDriver(t, mcp.Target{Name: "x", Command: []string{"/nonexistent"}}, 120, 36)
	d.see("failed")
	d.keys("2")
	d.give(tea.MouseClickMsg{X: 40, Y: 10, Button: tea.MouseLeft})
	assert.Equal(t, 1, d.app.focus[d.app.at])
	row := strings.Index(strings.Split(d.screen(), "\n")[1], "Prompts")
	d.give(tea.MouseClickMsg{X: row, Y: 1, Button: tea.MouseLeft})
	assert.Equal(t, "Prompts", d.app.screen().Name())
	d.give(tea.MouseClickMsg{X: 3, Y: 31, Button: tea.MouseLeft})
	assert.Equal(t, trafficName, d.app.screen().Name())
	d.app.room.Traffic.Add(traffic.Frame{Frame: mcp.NewFrame(mcp.Sent, mcp.ChannelStdin, []byte(`{}`))})
	d.give(tea.MouseWheelMsg{X: 3, Y: 10, Button: tea.MouseWheelUp})
}

func TestSecretHeadersAreNotShown(t *testing.T) {
	lines := httpLines(&traffic.HTTP{Method: "POST", URL: "http://x/", Header: http.Header{"Authorization": {"Bearer s3cret"}, "Accept": {"a/b"}}})
	text := fmt.Sprint(lines)
	assert.NotContains(t, text, "s3cret")
	assert.Contains(t, text, "a/b")
}

func TestOnlyHarmlessThingsAreOpenedOutside(t *testing.T) {
	for _, mime := range []string{"text/html", "image/svg+xml", "application/x-sh", "", "image/png; x"} {
		_, ok := viewable(mime)
		assert.False(t, ok, mime)
	}
	extension, ok := viewable("image/png")
	assert.True(t, ok)
	assert.Equal(t, ".png", extension)
	d := newDriver(t, mcp.Target{Name: "x", Command: []string{"/nonexistent"}}, 100, 30)
	for _, address := range []string{"file:///etc/passwd", "javascript:alert(1)", "-o", "http:///nohost"} {
		assert.Nil(t, d.room.OpenURL(address), address)
		d.see("only http and https addresses are opened")
	}
}

func TestTimesAndSizesAreReadable(t *testing.T) {
	assert.Equal(t, "3 s", seconds(3*time.Second))
	assert.Equal(t, "1:05", seconds(65*time.Second))
	assert.Equal(t, "1.5 ms", millis(1500*time.Microsecond))
	assert.Equal(t, "120 ms", millis(120*time.Millisecond))
	assert.Equal(t, "12 s", millis(12*time.Second))
	assert.Equal(t, "1.5 MB", size(1_500_000))
}
