package tui

// The widths at which a screen shows more panes side by side.
const (
	twoPanes   = 80
	threePanes = 110
)

// area is where a pane is drawn: its rule is on row y, its content below.
type area struct {
	pane       int // of the screen
	x, y, w, h int
}

// plan is where everything stands on the screen.
type plan struct {
	panes    []area
	strip    area // the last frames; h is 0 when there is no room
	noticeAt int  // the line above the footer
}

// plan lays the screen out. Two lines stand above the body, two below.
func (a *app) plan() plan {
	body := a.h - 4
	p := plan{noticeAt: a.h - 2}
	if n := a.stripRows(); n > 0 {
		body -= n + 1
		p.strip = area{x: 0, y: 2 + body, w: a.w, h: n + 1}
	}
	p.panes = a.columns(body)
	return p
}

// stripRows is how many frames the strip shows.
func (a *app) stripRows() int {
	switch {
	case a.room.Saved.NoStrip || a.zoom || a.screen().Name() == trafficName:
		return 0
	case a.h >= 34:
		return 6
	case a.h >= 24:
		return 3
	}
	return 0
}

// Layouter is a Screen that chooses how its panes share the room: their widths in
// percent without the last, or, stacked, their heights.
type Layouter interface {
	Layout(w, h int) (shares []int, stacked bool)
}

func (a *app) columns(h int) []area {
	panes, focus := len(a.screen().Panes()), a.focus[a.at]
	l, ok := a.screen().(Layouter)
	if a.zoom || panes == 1 || a.w < twoPanes && !ok {
		return []area{{pane: focus, y: 2, w: a.w, h: h}}
	}
	if ok {
		if parts, stacked := l.Layout(a.w, h); stacked {
			return stack(parts, a.w, h)
		} else if a.w >= twoPanes {
			return beside(parts, indices(panes), a.w, h)
		}
		return []area{{pane: focus, y: 2, w: a.w, h: h}}
	}
	if a.w < threePanes || panes == 2 {
		return beside([]int{36}, []int{0, max(1, min(a.side[a.at], panes-1))}, a.w, h)
	}
	return beside([]int{26, 35}, indices(panes), a.w, h)
}

func indices(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// beside puts panes side by side, with a line between them; the last one takes
// what is left.
func beside(shares, panes []int, w, h int) []area {
	areas, x := make([]area, len(panes)), 0
	for i, pane := range panes {
		wide := w - x
		if i < len(panes)-1 {
			wide = w * shares[i] / 100
		}
		areas[i] = area{pane: pane, x: x, y: 2, w: wide, h: h}
		x += wide + 1
	}
	return areas
}

// stack puts two panes one above the other.
func stack(shares []int, w, h int) []area {
	upper := h * shares[0] / 100
	return []area{{pane: 0, y: 2, w: w, h: upper}, {pane: 1, y: 2 + upper, w: w, h: h - upper}}
}
