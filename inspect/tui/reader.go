package tui

import tea "charm.land/bubbletea/v2"

// reader is an overlay that shows a text.
type reader struct {
	docPane
	name string
}

func newReader(r *Room, name string, source func(int) ([]Line, bool)) *reader {
	p := &reader{name: name}
	p.docPane = docPane{room: r, title: func() string { return p.name }}
	p.set(source)
	return p
}

func (p *reader) Size(w, h int) (int, int) { return min(w-6, 100), min(h-6, 24) }

func (p *reader) Keys() []Key {
	return append([]Key{{Key: "j/k", Does: "scroll"}}, p.docPane.Keys()...)
}

func (p *reader) Update(msg tea.Msg) tea.Cmd { return p.docPane.Update(msg) }
