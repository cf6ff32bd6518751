package tui

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp"
)

// formRoom is a room without a terminal and with a clock that never waits.
func formRoom(t *testing.T) *Room {
	t.Helper()
	r := newRoom(t.Context(), Options{})
	r.Theme = newTheme(look{bare: true, dark: true})
	r.shell = &told{}
	r.after = func(_ time.Duration, msg tea.Msg) tea.Cmd { return func() tea.Msg { return msg } }
	return r
}

// told is a shell that remembers what it was told last.
type told struct{ last tea.Msg }

func (s *told) take(msg tea.Msg) tea.Cmd { s.last = msg; return nil }

func testForm(t *testing.T, schema string) *formView {
	t.Helper()
	f := newFormView(formRoom(t), mcp.MustParse(schema))
	f.View(60, 20)
	return f
}

// pressKeys presses keys as the shell does: while text is typed all but esc go to the
// form, else what is in Keys is done. A text in quotes is typed letter by letter.
// It answers the last message for the shell that came of it.
func pressKeys(t *testing.T, f *formView, all ...string) tea.Msg {
	t.Helper()
	shell := f.room.shell.(*told)
	shell.last = nil
	for _, name := range all {
		if text, ok := strings.CutPrefix(name, "'"); ok {
			for _, r := range text {
				runCmd(f, f.Update(keyMsg(string(r))))
			}
			continue
		}
		pressKey(t, f, name)
		f.View(60, 20)
	}
	return shell.last
}

func pressKey(t *testing.T, f *formView, name string) {
	t.Helper()
	if name == "esc" {
		assert.True(t, f.Back())
		return
	}
	if !f.Typing() {
		if cmd, ok := f.room.press(f.Keys(), name); ok {
			runCmd(f, cmd)
			return
		}
	}
	runCmd(f, f.Update(keyMsg(name)))
}

// runCmd runs a command, of a batch all that is in it, and what it brings back.
func runCmd(f *formView, cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case tea.BatchMsg:
		for _, one := range msg {
			runCmd(f, one)
		}
	case editedValue:
		msg.done(msg.v)
	case toastMsg, askMsg, overlayMsg:
		f.room.shell.take(msg)
	}
}

func keyMsg(name string) tea.KeyPressMsg {
	special := map[string]rune{"enter": tea.KeyEnter, "tab": tea.KeyTab, "up": tea.KeyUp, "down": tea.KeyDown,
		"left": tea.KeyLeft, "right": tea.KeyRight, "backspace": tea.KeyBackspace, "space": tea.KeySpace}
	if name == "shift+tab" {
		return tea.KeyPressMsg{Code: tea.KeyTab, Mod: tea.ModShift}
	}
	if code, ok := special[name]; ok {
		return tea.KeyPressMsg{Code: code}
	}
	return tea.KeyPressMsg{Code: []rune(name)[0], Text: name}
}

func shown(f *formView, w, h int) string {
	var b strings.Builder
	for _, line := range f.View(w, h) {
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

const toolSchema = `{"type":"object","required":["count","target"],"properties":{
  "count":{"type":"integer","minimum":1,"maximum":10,"default":3,"description":"How many links there shall be."},
  "include":{"type":"array","items":{"enum":["text","blob","audio"]}},
  "target":{"oneOf":[
    {"title":"byId","type":"object","properties":{"id":{"type":"string","pattern":"^res-\\d+$"}},"required":["id"]},
    {"title":"byName","type":"object","properties":{"name":{"type":"string"},"exact":{"type":"boolean"}},"required":["name"]}]},
  "tags":{"type":"array","items":{"type":"string"}},
  "labels":{"type":"object","additionalProperties":{"type":"string"}}}}`

const askSchema = `{"type":"object","required":["name","email"],"properties":{
  "name":{"type":"string","title":"Your name"},"email":{"type":"string","format":"email"},
  "seat":{"type":"string","enum":["window","aisle","any"]},"bags":{"type":"integer","minimum":0,"maximum":3,"default":1},
  "agree":{"type":"boolean","title":"I agree"}}}`

func TestFormViewFrames(t *testing.T) {
	for _, size := range [][2]int{{60, 12}, {51, 20}, {80, 30}} {
		tool := testForm(t, toolSchema)
		pressKeys(t, tool, "space", "backspace", "'5", "tab", "space", "right", "space", "j", "j", "i", "'res-", "enter", "j", "j", "+", "'x", "esc", "k", "k")
		goldenForm(t, fmt.Sprintf("tool-%dx%d", size[0], size[1]), shown(tool, size[0], size[1]))

		ask := newAnswerForm(formRoom(t), mcp.MustParse(askSchema))
		ask.View(size[0], size[1])
		pressKeys(t, ask, "i", "'Ada Lovelace", "tab", "'ada@example", "enter", "j", "right", "j", "j", "space")
		ask.cursor.path = "/email"
		goldenForm(t, fmt.Sprintf("ask-%dx%d", size[0], size[1]), shown(ask, size[0], size[1]))
	}
}

// goldenForm compares with a file under testdata/form; -update writes it.
func goldenForm(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", "form", name+".txt")
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), got, name)
}
