package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"
)

// reader is an overlay that shows a text.
type reader struct {
	docPane
	name string
	more []Key // what else can be done there, which closes it
}

func newReader(r *Room, name string, source func(int) ([]Line, bool)) *reader {
	p := &reader{name: name}
	p.docPane = docPane{room: r, title: func() string { return p.name }}
	p.set(source)
	return p
}

func (p *reader) Size(w, h int) (int, int) { return min(w-6, 100), min(h-6, 24) }

func (p *reader) Keys() []Key {
	return append(append([]Key{{Key: "j/k", Does: "scroll"}}, p.more...), p.docPane.Keys()...)
}

// Closes reports whether a key does what the text was read for.
func (p *reader) Closes(key string) bool {
	return slices.ContainsFunc(p.more, func(k Key) bool { return k.Key == key })
}

func (p *reader) Update(msg tea.Msg) tea.Cmd { return p.docPane.Update(msg) }
