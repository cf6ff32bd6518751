package tui

import (
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
)

// menu is an overlay in which one of several items is chosen, by typing a part
// of it or by moving. The palette is one with everything in it.
type menu struct {
	room  *Room
	title string
	all   []Item
	found []int // of all, the best first
	rows  list
	input textinput.Model
}

func newMenu(r *Room, title string, items []Item) *menu {
	m := &menu{room: r, title: title, all: items, input: newAsk("", "").input}
	m.input.ShowSuggestions = false
	m.search()
	return m
}

func (m *menu) Title() string { return m.title }

func (m *menu) Keys() []Key {
	return []Key{{Key: "enter", Does: "choose", Do: m.choose}, {Key: "type", Does: "to search"}}
}

func (m *menu) choose() tea.Cmd {
	if m.rows.at >= len(m.found) {
		return nil
	}
	return m.all[m.found[m.rows.at]].Do()
}

func (m *menu) Update(msg tea.Msg) tea.Cmd {
	if key, ok := msg.(tea.KeyPressMsg); ok && len(key.String()) == 1 || key.String() == "space" {
		// letters are typed; all other keys may move
	} else if m.rows.navigate(msg) {
		return nil
	}
	before := m.input.Value()
	var cmd tea.Cmd
	if m.input, cmd = m.input.Update(msg); m.input.Value() != before {
		m.search()
	}
	return cmd
}

// search orders the items by how well they fit what was typed.
func (m *menu) search() {
	m.found = rank(m.input.Value(), m.all, func(it Item) string { return it.Kind + " " + it.Name })
	m.rows.at, m.rows.top = 0, 0
	m.rows.setLen(len(m.found))
}

func (m *menu) Size(w, h int) (int, int) {
	wide := len(m.title) + 12
	for _, it := range m.all {
		wide = max(wide, cells(it.Kind)+cells(it.Name)+cells(it.Hint)+12)
	}
	return min(max(wide, 40), w-6, 100), min(len(m.all)+2, h-4, 20)
}

func (m *menu) View(w, h int) []Line {
	typed := Line{S(Accent, " : "), S(Plain, m.input.Value()), Span{Accent | selected, " "}}
	lines := []Line{typed.Ends(L(Dim, countOf(len(m.found), len(m.all))+" "), w)}
	if len(m.found) == 0 {
		return append(lines, L(Dim, "   nothing fits; backspace"))
	}
	kind := 0
	for _, it := range m.all {
		kind = max(kind, min(12, cells(it.Kind)))
	}
	return append(lines, m.rows.view(w, h-1, m.room.Theme, func(i, w int) Line {
		it := m.all[m.found[i]]
		line := Line{S(Plain, it.Name)}
		if kind > 0 {
			line = append(L(Dim, it.Kind).Fit(kind+1), line...)
		}
		return line.Ends(L(Dim, " "+it.Hint).Cut(max(w/2, w-line.Width())), w)
	})...)
}

// overlayKey gives a key to the overlay on top.
func (a *app) overlayKey(m tea.KeyPressMsg) tea.Cmd {
	top := a.over[len(a.over)-1]
	name := m.String()
	if t, ok := top.(Typer); ok && t.Typing() && name != "esc" {
		return top.Update(m)
	}
	chosen := false
	if _, is := top.(*menu); is && name == "enter" {
		chosen = true
	}
	if c, is := top.(closer); is && c.Closes(name) {
		chosen = true
	}
	if name == "esc" || chosen {
		a.over = a.over[:len(a.over)-1]
	}
	if name == "esc" {
		return nil
	}
	if cmd, ok := a.room.press(top.Keys(), name); ok {
		return cmd
	}
	return top.Update(m)
}

// lay draws an overlay over the rows, in a box in the middle.
func (a *app) lay(rows []Line, o Overlay) {
	sign := a.room.Theme.Sign
	w, h := o.Size(a.w, a.h)
	w, h = max(20, min(w, a.w-4)), max(1, min(h, a.h-4))
	x, y := (a.w-w-2)/2, max(1, (a.h-h-2)/3)
	put := func(row int, line Line) {
		under := rows[row]
		joined := append(under.slice(0, x), line...)
		rows[row] = append(joined, under.slice(x+w+2, a.w)...)
	}
	title := Line{S(Accent, sign.TopLeft+sign.Rule+" "), S(Strong, o.Title()), S(Accent, " ")}.Cut(w)
	put(y, append(title, S(Accent, strings.Repeat(sign.Rule, max(0, w+1-title.Width()))+sign.TopRight)))
	for i, line := range fill(o.View(w, h), h) {
		put(y+1+i, append(append(L(Accent, sign.Side), line.Fit(w)...), S(Accent, sign.Side)))
	}
	put(y+1+h, L(Accent, sign.LowLeft+strings.Repeat(sign.Rule, w)+sign.LowRight))
}
