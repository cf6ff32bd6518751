package tui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"
)

// maxCopied is how many bytes are handed to the clipboard at most: terminals
// drop what is longer without a word.
const maxCopied = 100_000

// copyText puts a text on the clipboard, by the terminal's own sequence (OSC 52),
// which also works over SSH.
func (r *Room) copyText(what, text string) tea.Cmd {
	switch {
	case text == "":
		return r.toast(Warn, "there is nothing to copy")
	case len(text) > maxCopied:
		return r.toast(Warn, fmt.Sprintf("%s has %s; terminals take %s at most", what, size(len(text)), size(maxCopied)))
	}
	return tea.Batch(tea.SetClipboard(text), r.toast(OK, fmt.Sprintf("%s copied, %s", what, size(len(text)))))
}

// copyKey is the key that copies one thing.
func copyKey(r *Room, what string, text func() string) Key {
	return Key{Key: "y", Does: "copy", Do: func() tea.Cmd { return r.copyText(what, r.redacted(text())) }}
}

// copyMenu is the key that offers several things to copy.
func copyMenu(r *Room, things func() []Item) Key {
	return Key{Key: "y", Does: "copy", Do: func() tea.Cmd { return r.open(newMenu(r, "copy", things())) }}
}

// copyItem is one of them.
func copyItem(r *Room, what, text string) Item {
	return Item{Name: what, Hint: size(len(text)), Do: func() tea.Cmd { return r.copyText(what, r.redacted(text)) }}
}

func (r *Room) redacted(text string) string {
	if r.options.Redact == nil {
		return text
	}
	return r.options.Redact(text)
}
