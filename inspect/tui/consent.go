package tui

import tea "charm.land/bubbletea/v2"

// closer is an Overlay that some keys close before they do what they do.
type closer interface{ Closes(key string) bool }

// consent is an overlay that asks for a yes. Anything but y is a no.
type consent struct {
	room  *Room
	title string
	text  doc
	lines []Line
	verb  string // what y does
	yes   func() tea.Cmd
}

func newConsent(r *Room, title, verb string, lines []Line, yes func() tea.Cmd) *consent {
	return &consent{room: r, title: title, verb: verb, lines: lines, yes: yes, text: newDoc(func(int) ([]Line, bool) { return lines, false })}
}

func (c *consent) Title() string { return c.title }

func (c *consent) Keys() []Key {
	return []Key{
		{Key: "y", Does: c.verb, Do: c.yes},
		{Key: "n", Does: "no", Do: c.no},
		{Key: "enter", Does: "no", Do: c.no, Rare: true},
		{Key: "j/k", Does: "scroll"},
	}
}

func (c *consent) no() tea.Cmd { return c.room.toast(Dim, "nothing was done") }

// Closes answers that each answer closes it.
func (c *consent) Closes(key string) bool { return key == "y" || key == "n" || key == "enter" }

func (c *consent) Update(msg tea.Msg) tea.Cmd {
	c.text.navigate(msg)
	return nil
}

func (c *consent) View(w, h int) []Line { return c.text.view(w, h, c.room.Theme) }

func (c *consent) Size(w, h int) (int, int) {
	wide := min(w-6, 96)
	rows := 0
	for _, line := range c.lines {
		rows += len(line.Wrap(wide - 2))
	}
	return wide, min(rows, h-6)
}
