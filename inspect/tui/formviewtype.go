package tui

import (
	"strings"
	"time"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect/form"
	"github.com/mcpctl/mcpctl/mcp"
)

// maxTyped is how long a text may be, in bytes, to be typed in its line. Longer
// ones, and those of several lines, are for the editor.
const maxTyped = 4 << 10

// pause is how long a text stands still before the server is asked to complete it.
const pause = 120 * time.Millisecond

func (f *formView) typingKeys() []Key {
	return []Key{
		{Key: "enter", Does: "done"},
		{Key: "tab", Does: "next field"},
		{Key: "shift+tab", Does: "field before", Rare: true},
		{Key: "esc", Does: "done"},
		{Key: "down", Does: "next completion", Why: when(len(f.offered) == 0, "there is none"), Rare: len(f.offered) == 0},
	}
}

// start begins to type into the field under the cursor.
func (f *formView) start() tea.Cmd {
	fd := f.field()
	if !typable(fd) || f.cursor.add {
		return nil
	}
	in := textinput.New()
	in.Prompt = ""
	in.ShowSuggestions = true
	text := fd.Text()
	in.SetValue(text)
	in.CursorEnd()
	if len(text) > maxTyped || in.Value() != text {
		return f.edit(f.cursor.path)
	}
	_ = in.Focus() // its blinking is not drawn
	f.input, f.typing, f.offered = in, true, nil
	return f.ask()
}

// stop ends typing; what was typed is in the form already. A value of the wrong
// type may have become one of the right type.
func (f *formView) stop() {
	if !f.typing {
		return
	}
	f.typing, f.offered = false, nil
	f.asked.Add(1)
	f.touch()
	if fd := f.field(); fd.Misfit && fd.Text() != "" {
		_ = f.did(f.form.SetJSON(f.cursor.path, []byte(fd.Text()))) // what is no JSON stays, and says so
	}
}

// typed takes in a key while text is typed.
func (f *formView) typed(m tea.KeyPressMsg) tea.Cmd {
	switch m.String() {
	case "enter":
		f.stop()
		return nil
	case "tab":
		if f.suggested() != "" {
			break // the input takes the completion
		}
		return f.hop(1)
	case "shift+tab":
		return f.hop(-1)
	case "up", "down":
		if len(f.offered) == 0 {
			return f.hop(map[string]int{"up": -1, "down": 1}[m.String()])
		}
	}
	before := f.input.Value()
	f.input, _ = f.input.Update(m) // what it wants done later is to blink
	if f.input.Value() == before {
		return nil
	}
	return tea.Batch(f.put(f.input.Value()), f.ask())
}

// put writes what was typed into the form. A field whose text was deleted is left
// out; o sends an empty text.
func (f *formView) put(text string) tea.Cmd {
	var err error
	if text == "" {
		err = f.form.Unset(f.cursor.path)
	} else {
		err = f.form.Set(f.cursor.path, text)
	}
	return f.did(err)
}

// hop goes to another field and goes on typing there, if it can.
func (f *formView) hop(by int) tea.Cmd {
	f.stop()
	before := f.cursor
	f.move(by)
	if f.cursor == before {
		return nil
	}
	return f.start()
}

// paste puts text into the field under the cursor, line breaks and all.
func (f *formView) paste(text string) tea.Cmd {
	fd := f.field()
	if !typable(fd) || f.cursor.add || text == "" {
		return nil
	}
	text = strings.ToValidUTF8(strings.ReplaceAll(text, "\r\n", "\n"), "\uFFFD")
	whole := []rune(fd.Text())
	at := len(whole)
	if f.typing {
		at = min(f.input.Position(), at)
	}
	pasted := string(whole[:at]) + text + string(whole[at:])
	if fd.Kind != form.Text {
		pasted = strings.TrimSpace(pasted)
	}
	again := f.typing
	f.stop()
	cmd := f.put(pasted)
	if again && !strings.ContainsAny(pasted, "\n\t\r") && len(pasted) <= maxTyped {
		cmd = tea.Batch(cmd, f.start())
		f.input.SetCursor(at + len([]rune(text)))
	}
	return cmd
}

// ask has the server complete the text, once it stands still.
func (f *formView) ask() tea.Cmd {
	f.offered = nil
	if f.complete == nil || !f.typing {
		return nil
	}
	turn, ctx, complete := f.asked.Add(1), f.room.ctx, f.complete
	name, path, text, given := f.field().Name, f.cursor.path, f.input.Value(), f.form.Value()
	wait := f.room.after(pause, nil)
	return func() tea.Msg {
		if wait != nil { // a clock of a test may wait for nobody
			wait()
		}
		if f.asked.Load() != turn {
			return nil // the text has changed since
		}
		values := complete(ctx, name, text, given)
		return editedValue{mcp.ValueOf(values), func(v mcp.Value) { f.offer(turn, path, v) }}
	}
}

// maxOffered is how many completions are kept; the protocol allows for a hundred.
const maxOffered = 100

// offer shows completions, unless the text has changed since.
func (f *formView) offer(turn int64, path string, values mcp.Value) {
	if f.asked.Load() != turn || !f.typing || f.cursor.path != path {
		return
	}
	for _, v := range values.Items()[:min(maxOffered, values.Len())] {
		if text := v.Text(); text != "" && len(text) <= maxTyped {
			f.offered = append(f.offered, text)
		}
	}
	f.input.SetSuggestions(f.offered)
}

// suggested is what tab would add.
func (f *formView) suggested() string {
	full, typed := []rune(f.input.CurrentSuggestion()), []rune(f.input.Value())
	if len(f.offered) > 0 && len(typed) < len(full) {
		return string(full[len(typed):])
	}
	return ""
}

// typedLine draws the text that is typed: as much as there is room for around
// the cursor.
func (f *formView) typedLine(w int) Line {
	text := []rune(f.input.Value())
	if f.field().Secret {
		text = []rune(strings.Repeat("*", len(text)))
	}
	at := min(f.input.Position(), len(text))
	from := 0
	for cells(string(text[from:at])) > max(4, w-2) {
		from++
	}
	line := L(Plain, string(text[from:at]))
	under := " "
	if at < len(text) {
		under = string(text[at])
	}
	line = append(line, Span{Accent | selected, S(Accent, under).text})
	if at < len(text) {
		line = append(line, S(Plain, string(text[at+1:min(len(text), at+max(4, w))])))
	} else if rest := f.suggested(); rest != "" {
		line = append(line, S(Dim, rest+"  tab"))
	}
	if t := f.room.Theme; t.bare || t.ascii {
		line = append(line, S(Dim, "_"))
	}
	return line
}
