package tui

import tea "charm.land/bubbletea/v2"

// Pane is one part of the screen: a list, a detail, a result. Update and View
// are called on one goroutine; what takes time belongs in the tea.Cmd returned.
type Pane interface {
	// Title stands in the rule above the pane, in brackets while it has the
	// focus. It may hold a server's words.
	Title() string
	// Keys are what can be done now, most useful first. The shell calls a key's
	// Do, shows it in footer, help and palette, and says Why it cannot be done.
	Keys() []Key
	// Update is told of keys, text and wheel turns that are none of Keys, while
	// the pane has the focus.
	Update(msg tea.Msg) tea.Cmd
	// View draws at most h lines of at most w cells; the shell cuts and fills.
	View(w, h int) []Line
}

// Key is one thing that a pane can do.
type Key struct {
	Key  string         // as tea.KeyPressMsg.String gives it: "enter", "ctrl+s", "R"
	Does string         // a word or two: "run"
	Why  string         // why it cannot be done now; "" when it can
	Do   func() tea.Cmd // nil for keys that are only told of
	Rare bool           // shown in help and palette, not in the footer
}

// Screen is what one tab shows.
type Screen interface {
	// Name is the tab's name, Badge stands beside it ("16", "3!", "").
	Name() string
	Badge() string
	// Panes are the screen's panes from left to right, one to three.
	Panes() []Pane
	// Update is told of everything that is no key: the messages of messages.go.
	Update(msg tea.Msg) tea.Cmd
	// Items are what the palette finds here.
	Items() []Item
}

// Item is an entry of the palette or of a menu.
type Item struct {
	Kind, Name, Hint string
	Do               func() tea.Cmd
}

// Typer is a Pane in which text is typed at times: it then gets every key but
// esc and ctrl+c before the shell does.
type Typer interface{ Typing() bool }

// Filterer is a Pane that / narrows down or searches.
type Filterer interface {
	Filter() string
	SetFilter(text string)
}

// Clicker is a Pane that wants to know where it was clicked, in its own cells.
type Clicker interface{ Click(x, y int) tea.Cmd }

// Backer is a Pane that has a transient state of its own, which esc leaves; ok
// is false when there is none.
type Backer interface{ Back() (ok bool) }

// Overlay lies over the body until it is closed: help, palette, a question.
type Overlay interface {
	Pane
	// Size is how much it would like to have of w by h.
	Size(w, h int) (int, int)
}

// wheelMsg is a turn of the mouse wheel over the pane: lines to move by.
type wheelMsg int
