package tui

import tea "charm.land/bubbletea/v2"

// docPane is a Pane that shows a text.
type docPane struct {
	doc
	room  *Room
	title func() string
	own   func() []Key
}

func (p *docPane) Title() string { return p.title() }

func (p *docPane) Keys() []Key {
	var keys []Key
	if p.own != nil {
		keys = p.own()
	}
	return append(keys, p.doc.keys()...)
}

func (p *docPane) Update(msg tea.Msg) tea.Cmd {
	p.navigate(msg)
	return nil
}

func (p *docPane) View(w, h int) []Line { return p.view(w, h, p.room.Theme) }

func (p *docPane) Filter() string     { return p.pattern }
func (p *docPane) SetFilter(s string) { p.find(s) }
