package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// firstShown is how many bytes of a text are shown at first; m shows four times
// as many.
const firstShown = 32 << 10

// doc is a text that can be scrolled and searched. Its source makes lines for at
// most so many bytes of content and says whether there are more, so that a
// result of any size opens at once.
type doc struct {
	source func(budget int) (lines []Line, more bool)
	budget int
	lines  []Line
	more   bool
	loaded bool

	rows    []Line // lines wrapped to width
	width   int
	top     int
	page    int
	pattern string
	hits    []int // of rows
}

func newDoc(source func(int) ([]Line, bool)) doc { return doc{source: source, budget: firstShown} }

// set gives the doc another source and begins at its top.
func (d *doc) set(source func(int) ([]Line, bool)) { *d = newDoc(source) }

// stale has the source asked again, for its content has changed.
func (d *doc) stale() { d.loaded = false }

// grow shows more of what is there.
func (d *doc) grow() {
	d.budget *= 4
	d.stale()
}

func (d *doc) load(w int) {
	if d.loaded && d.width == w {
		return
	}
	if !d.loaded {
		d.lines, d.more = nil, false
		if d.source != nil {
			d.lines, d.more = d.source(d.budget)
		}
	}
	d.loaded, d.width, d.rows = true, w, nil
	for _, line := range d.lines {
		d.rows = append(d.rows, line.Wrap(w-2)...)
	}
	d.search()
}

// navigate scrolls; false for keys that do not.
func (d *doc) navigate(msg tea.Msg) bool {
	by, ok := motion(msg, d.page, len(d.rows))
	if ok {
		d.top += by
		d.bound()
	}
	return ok
}

func (d *doc) bound() { d.top = max(0, min(d.top, len(d.rows)-d.page)) }

// view draws the rows in sight.
func (d *doc) view(w, h int, t *Theme) []Line {
	d.load(w)
	d.page = h
	if d.more || len(d.rows) > h {
		d.page = max(1, h-1)
	}
	d.bound()
	lines := make([]Line, 0, h)
	for i := d.top; i < min(len(d.rows), d.top+d.page); i++ {
		mark := S(Plain, " ")
		line := d.rows[i]
		if d.pattern != "" && strings.Contains(strings.ToLower(line.String()), d.pattern) {
			mark = S(Warn, t.Sign.Cursor)
		}
		lines = append(lines, append(Line{mark}, line...))
	}
	if d.page < h {
		lines = append(fill(lines, d.page), d.status(t))
	}
	return lines
}

// status tells how much is out of sight.
func (d *doc) status(t *Theme) Line {
	text := ""
	if below := len(d.rows) - d.top - d.page; below > 0 || d.top > 0 {
		text = fmt.Sprintf("%s%d%%", t.Sign.Down+" ", 100*min(len(d.rows), d.top+d.page)/max(1, len(d.rows)))
	}
	if d.more {
		text += "  more is there: m shows it"
	}
	if d.pattern != "" {
		text += fmt.Sprintf("  %s, n N", plural(len(d.hits), "hit"))
	}
	return L(Dim, " "+text)
}

// find searches for a text and goes to the first place from here on.
func (d *doc) find(text string) {
	d.pattern = strings.ToLower(text)
	d.search()
	d.next(0)
}

func (d *doc) search() {
	d.hits = nil
	if d.pattern == "" {
		return
	}
	for i, row := range d.rows {
		if strings.Contains(strings.ToLower(row.String()), d.pattern) {
			d.hits = append(d.hits, i)
		}
	}
}

// next goes to the next place found, by 1, the one before, by -1, or the first
// from here on, by 0.
func (d *doc) next(by int) {
	for i := range d.hits {
		at := d.hits[i]
		if by < 0 {
			at = d.hits[len(d.hits)-1-i]
		}
		if by < 0 && at < d.top || by > 0 && at > d.top || by == 0 && at >= d.top {
			d.top = at
			d.bound()
			return
		}
	}
}

// keys are what every doc can do.
func (d *doc) keys() []Key {
	var keys []Key
	if d.more {
		keys = append(keys, Key{Key: "m", Does: "show more", Do: func() tea.Cmd { d.grow(); return nil }})
	}
	if d.pattern != "" {
		keys = append(keys,
			Key{Key: "n", Does: "next hit", Do: func() tea.Cmd { d.next(1); return nil }},
			Key{Key: "N", Does: "hit before", Do: func() tea.Cmd { d.next(-1); return nil }})
	}
	return keys
}
