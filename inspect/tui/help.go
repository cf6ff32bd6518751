package tui

import tea "charm.land/bubbletea/v2"

// help is the overlay that lists every key of the pane with the focus, and those
// that work everywhere.
type help struct {
	room *Room
	keys []Key
	own  int // of keys, how many belong to the pane
	name string
	text doc
}

func newHelp(a *app) *help {
	own := a.pane().Keys()
	h := &help{room: a.room, own: len(own), keys: append(own, a.globals()...), name: a.screen().Name()}
	h.text = newDoc(func(int) ([]Line, bool) { return h.lines(), false })
	return h
}

func (h *help) Title() string { return "help " + h.room.Theme.Sign.Sep + " " + h.name }
func (h *help) Keys() []Key   { return []Key{{Key: "j/k", Does: "scroll"}} }

func (h *help) Size(w, screen int) (int, int) { return min(76, w-4), min(len(h.lines()), screen-5) }

func (h *help) Update(msg tea.Msg) tea.Cmd {
	h.text.navigate(msg)
	return nil
}

func (h *help) View(w, height int) []Line { return h.text.view(w, height, h.room.Theme) }

func (h *help) lines() []Line {
	var all []Line
	for i, k := range h.keys {
		switch i {
		case 0:
			all = append(all, L(Strong, " here"))
		case h.own:
			all = append(all, nil, L(Strong, " everywhere"))
		}
		line := append(L(Accent, "  "+k.Key).Fit(16), S(Plain, k.Does))
		if k.Why != "" {
			line = append(line, S(Dim, " - "+k.Why))
		}
		all = append(all, line)
	}
	for _, line := range [][2]string{
		{"1-9", "go to a tab"}, {"j k up down", "move"}, {"g G", "first, last"}, {"ctrl+d ctrl+u", "half a page"},
		{"esc", "back; it never quits"}, {"ctrl+c", "cancel what runs; quit when nothing does"}, {"mouse", "click to focus, wheel to scroll"},
	} {
		all = append(all, append(L(Accent, "  "+line[0]).Fit(16), S(Plain, line[1])))
	}
	return all
}
