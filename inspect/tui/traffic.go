package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect/traffic"
)

const trafficName = "Traffic"

// trafficScreen is the screen that shows what crossed.
type trafficScreen struct {
	room   *Room
	frames framesPane
	detail framePane
}

func newTraffic(r *Room) *trafficScreen {
	s := &trafficScreen{room: r}
	s.frames = framesPane{room: r, view: r.Traffic.View(traffic.Filter{}), follow: true, chosen: s.chosen}
	s.detail = newFramePane(r)
	s.frames.copied = s.detail.copying
	return s
}

func (s *trafficScreen) Name() string  { return trafficName }
func (s *trafficScreen) Panes() []Pane { return []Pane{&s.frames, &s.detail} }

func (s *trafficScreen) Badge() string {
	if n := s.room.Traffic.Len(); n > 0 {
		return fmt.Sprint(n)
	}
	return ""
}

// Layout stacks the panes where a row would be too short beside the detail.
func (s *trafficScreen) Layout(w, _ int) ([]int, bool) {
	if w < threePanes {
		return []int{55}, true
	}
	return []int{58}, false
}

func (s *trafficScreen) Update(msg tea.Msg) tea.Cmd {
	if m, ok := msg.(showFrameMsg); ok {
		s.frames.SetFilter("")
		s.frames.to(m.n)
		return s.room.goTo(trafficName, 1)
	}
	return nil
}

// Items are the latest requests, for the palette.
func (s *trafficScreen) Items() []Item {
	const most = 200
	var items []Item
	first, end := s.room.Traffic.Range()
	for n := end - 1; n >= first && len(items) < most; n-- {
		e, ok := s.room.Traffic.Entry(n)
		if !ok || e.Kind != traffic.Request {
			continue
		}
		items = append(items, Item{Kind: "frame", Name: fmt.Sprintf("#%d %s %s", e.N, e.Method, e.Name), Hint: e.Status.String(), Do: func() tea.Cmd {
			s.frames.SetFilter("")
			s.frames.to(n)
			return s.room.goTo(trafficName, 1)
		}})
	}
	return items
}

func (s *trafficScreen) chosen(e traffic.Entry, ok bool) { s.detail.show(e, ok) }

// framesPane lists what crossed: calls with what they led to beneath them.
type framesPane struct {
	room    *Room
	view    *traffic.View
	rows    list
	follow  bool // the cursor stays on the newest
	flat    bool
	pattern string
	chosen  func(traffic.Entry, bool)
	copied  func() []Key // to take the entry under the cursor along
	at      int          // N of the entry under the cursor
}

func (p *framesPane) Title() string {
	title := fmt.Sprintf("Traffic %d", p.room.Traffic.Len())
	if p.pattern != "" {
		title = fmt.Sprintf("Traffic %d of %d", p.view.Matched(), p.room.Traffic.Len())
	}
	if p.follow {
		title += " " + p.room.Theme.Sign.Down
	}
	return title
}

func (p *framesPane) Keys() []Key {
	why := ""
	if p.view.Len() == 0 {
		why = "nothing has crossed yet"
		if p.pattern != "" {
			why = "nothing passes the filter; esc shows all"
		}
	}
	word := "follow"
	if p.follow {
		word = "stay here"
	}
	do := func(f func()) func() tea.Cmd { return func() tea.Cmd { f(); return nil } }
	keys := []Key{
		{Key: "enter", Does: "detail", Why: why, Do: func() tea.Cmd { return p.room.goTo("", 1) }},
		{Key: "f", Does: word, Do: do(func() { p.follow = !p.follow })},
		{Key: "o", Does: "fold", Why: why, Do: do(p.fold)},
		{Key: "F", Does: "flat or tree", Do: do(func() { p.flat = !p.flat; p.view.SetFlat(p.flat) }), Rare: true},
		{Key: "n", Does: "next finding", Why: why, Do: func() tea.Cmd { return p.finding(1) }, Rare: true},
		{Key: "N", Does: "finding before", Why: why, Do: func() tea.Cmd { return p.finding(-1) }, Rare: true},
	}
	if p.copied == nil || why != "" {
		return keys
	}
	return append(keys, p.copied()...)
}

func (p *framesPane) fold() {
	if rows := p.view.Rows(p.rows.at, 1); len(rows) == 1 {
		p.view.Fold(rows[0].N, !rows[0].Folded)
	}
}

func (p *framesPane) finding(step int) tea.Cmd {
	i := p.view.NextFinding(p.rows.at, step)
	if i < 0 {
		return p.room.toast(Dim, "no finding further on")
	}
	p.follow, p.rows.at = false, i
	return nil
}

// to puts the cursor on an entry.
func (p *framesPane) to(n int) {
	p.refresh()
	if i := p.view.Find(n); i >= 0 {
		p.follow, p.rows.at = false, i
	}
}

// refresh takes in what the log has gained; the cursor stays on its entry.
func (p *framesPane) refresh() {
	if !p.view.Refresh() && p.rows.n == p.view.Len() {
		return
	}
	if i := p.view.Find(p.at); i >= 0 && !p.follow {
		p.rows.at = i
	}
	p.rows.setLen(p.view.Len())
	if p.follow {
		p.rows.at = max(0, p.rows.n-1)
	}
}

func (p *framesPane) Filter() string { return p.pattern }

// SetFilter narrows the list down as long as the filter can be read.
func (p *framesPane) SetFilter(text string) {
	filter, err := traffic.Parse(text)
	if err != nil {
		return
	}
	p.pattern = text
	p.view.SetFilter(filter)
	p.refresh()
}

// CheckFilter says what is wrong with a filter.
func (p *framesPane) CheckFilter(text string) (Role, string) {
	if _, err := traffic.Parse(text); err != nil {
		return Bad, err.Error()
	}
	var fields []string
	for _, f := range traffic.Fields() {
		fields = append(fields, f.Name+":")
	}
	return Dim, strings.Join(fields, " ")
}

func (p *framesPane) Update(msg tea.Msg) tea.Cmd {
	before := p.rows.at
	if p.rows.navigate(msg) && p.rows.at != before {
		p.follow = p.rows.at == p.rows.n-1
	}
	return nil
}

func (p *framesPane) Click(_, y int) tea.Cmd {
	if y > 0 && p.rows.click(y-1) {
		return p.room.goTo("", 1)
	}
	p.follow = false
	return nil
}

func (p *framesPane) View(w, h int) []Line {
	p.refresh()
	if p.view.Len() == 0 {
		p.chosen(traffic.Entry{}, false)
		if p.pattern != "" {
			return []Line{nil, L(Dim, " nothing passes the filter; esc shows all")}
		}
		return []Line{nil, L(Dim, " nothing has crossed yet")}
	}
	page := h - 1
	top := max(0, min(p.rows.top, p.rows.at, p.view.Len()-page))
	if p.rows.at >= top+page {
		top = p.rows.at - page + 1
	}
	rows := p.view.Rows(top, page)
	if at := p.rows.at - top; at >= 0 && at < len(rows) {
		p.at = rows[at].N
		p.chosen(rows[at].Entry, true)
	}
	draw := newFrameDrawing(p.room, rows, w-3)
	lines := []Line{draw.head()}
	return append(lines, p.rows.view(w, page, p.room.Theme, func(i, w int) Line {
		if i-top < 0 || i-top >= len(rows) {
			return nil
		}
		return draw.row(rows[i-top], w)
	})...)
}
