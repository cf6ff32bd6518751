package tui

import (
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/mcp"
)

// View draws the whole screen.
func (a *app) View() tea.View {
	v := tea.View{AltScreen: true, WindowTitle: "mcpctl inspect"}
	if !a.room.options.NoMouse {
		v.MouseMode = tea.MouseModeCellMotion
	}
	_ = a.guarded(func() tea.Cmd { // what breaks here shows in the next Update
		v.Content = a.draw()
		return nil
	})
	return v
}

// draw is the screen as terminal text.
func (a *app) draw() string {
	var b strings.Builder
	for i, line := range a.lines() {
		if i > 0 {
			b.WriteByte('\n')
		}
		a.room.Theme.paint(&b, line)
	}
	return b.String()
}

// lines are the screen, a.h lines of a.w cells.
func (a *app) lines() []Line {
	if a.small() {
		return a.tooSmall()
	}
	p := a.plan()
	rows := make([]Line, a.h)
	rows[0], rows[1] = a.header().Fit(a.w), a.tabs().Fit(a.w)
	for i, area := range p.panes {
		for dy, line := range a.drawPane(area, i) {
			y := area.y + dy
			if area.x > 0 {
				rows[y] = append(rows[y], S(Dim, a.room.Theme.Sign.Bar))
			}
			rows[y] = append(rows[y], line...)
		}
	}
	for dy, line := range a.strip(p.strip) {
		rows[p.strip.y+dy] = line
	}
	rows[p.noticeAt], rows[p.noticeAt+1] = a.notice(), a.footer()
	if len(a.over) > 0 {
		a.lay(rows, a.over[len(a.over)-1])
	}
	return rows
}

func (a *app) tooSmall() []Line {
	rows := fill(nil, a.h)
	text := Wrap(Plain, "mcpctl inspect needs "+strconv.Itoa(minWidth)+"x"+strconv.Itoa(minHeight)+" cells; this terminal has "+
		strconv.Itoa(a.w)+"x"+strconv.Itoa(a.h)+". Make it larger. ctrl+c quits.", max(1, a.w))
	copy(rows, text)
	for i := range rows {
		rows[i] = rows[i].Fit(max(0, a.w))
	}
	return rows
}

// drawPane draws a pane's rule and content, area.h lines of area.w cells.
func (a *app) drawPane(at area, nth int) []Line {
	pane := a.screen().Panes()[at.pane]
	focused := at.pane == a.focus[a.at]
	lines := []Line{a.rule(pane, focused, nth, at.w)}
	for _, line := range fill(pane.View(at.w, at.h-1), at.h-1) {
		lines = append(lines, line.Fit(at.w))
	}
	return lines
}

// rule is the line above a pane. The pane with the focus has a heavy one and its
// title in brackets, so that colour is not needed to see it.
func (a *app) rule(pane Pane, focused bool, nth, w int) Line {
	sign := a.room.Theme.Sign
	title := pane.Title()
	if f, ok := pane.(Filterer); ok && f.Filter() != "" {
		title += "  /" + f.Filter()
	}
	var label Line
	if a.jumping {
		label = L(Warn, " "+strings.ToUpper(labels[nth:nth+1])+" ")
	}
	if !focused {
		line := append(L(Dim, sign.Rule+" "), append(label, S(Plain, title), S(Dim, " "))...).Cut(w)
		return append(line, S(Dim, strings.Repeat(sign.Rule, max(0, w-line.Width()))))
	}
	line := append(L(Accent, sign.Heavy+"["), append(label, S(Strong, title), S(Accent, "]"))...).Cut(w)
	return append(line, S(Accent, strings.Repeat(sign.Heavy, max(0, w-line.Width()))))
}

// header is the first line: what is connected, and how it stands. What matters
// least is left out first when there is no room.
func (a *app) header() Line {
	r := a.room
	var state Span
	switch r.Conn.State {
	case Connecting:
		state = S(Accent, r.Spinner()+" "+r.Stage())
	case Ready:
		state = S(OK, r.Theme.Sign.Dot+" "+r.Stage())
	case Offline:
		state = S(Accent, r.Theme.Sign.Ring+" "+r.Stage())
	case Idle:
		state = S(Dim, r.Theme.Sign.Ring+" "+r.Stage())
	default:
		state = S(Bad, r.Theme.Sign.Cross+" "+r.Stage())
	}
	parts := []Line{{S(Strong, r.Name())}, {state}}
	if rec := r.Taping(); rec != "" {
		parts = append(parts, L(Bad, rec))
	}
	for _, s := range a.screens {
		if u, ok := s.(interface{ Urgent() string }); ok && u.Urgent() != "" {
			parts = append(parts, L(Warn, u.Urgent()))
		}
	}
	if n := r.Busy(); n > 0 {
		parts = append(parts, L(Warn, r.Spinner()+" "+plural(n, "call")+" running"))
	}
	if c := r.Conn.Client(); c != nil {
		parts = append(parts, L(Plain, string(c.Revision())), L(Plain, string(c.Session().Kind())),
			L(Dim, c.Revision().Era().String()), L(Dim, r.counts()))
	}
	if r.offline != nil {
		parts = append(append(parts, r.offline.parts()...), L(Dim, r.counts()))
	}
	line := L(Plain, " ")
	for i, part := range parts {
		if i > 0 && line.Width()+part.Width() > a.w-1 {
			continue
		}
		line = append(append(line, part.Cut(a.w/2)...), S(Plain, "  "))
	}
	if line.Width()+8 < a.w {
		return line.Ends(L(Dim, "mcpctl "), a.w)
	}
	return line
}

// Name is what the server is called: by itself, or else by the command line.
func (r *Room) Name() string {
	if server := r.server(); server.Exists() {
		name := pick(server.Get("serverInfo", "name"), server.Get("_meta", mcp.MetaServerInfo, "name")).Text()
		if name != "" {
			return shortened(name, 60)
		}
	}
	if r.offline != nil {
		return r.offline.side.Name
	}
	if r.Conn.State == Idle {
		return "mcpctl inspect"
	}
	if t := r.options.Target; t.URL == "" {
		return commandName(t)
	}
	return r.options.Target.Name
}

// tabs is the second line. It never wraps.
func (a *app) tabs() Line {
	line, long := L(Plain, " "), a.tabNames()
	for i, s := range a.screens {
		line = append(line, a.tab(i, s, long)...)
	}
	if line.Width() <= a.w-12 {
		return line.Ends(L(Dim, ": commands "), a.w)
	}
	return line
}

// naming says how the tabs are written: letters of the name, badges or not.
type naming struct {
	letters int
	badges  bool
}

// tabNames is the longest naming that there is room for.
func (a *app) tabNames() naming {
	all := []naming{{20, true}, {20, false}, {4, true}, {4, false}, {3, false}, {0, false}}
	for _, names := range all {
		w := 1
		for i, s := range a.screens {
			w += a.tab(i, s, names).Width()
		}
		if w <= a.w {
			return names
		}
	}
	return all[len(all)-1]
}

func (a *app) tab(i int, s Screen, names naming) Line {
	sign, digit, name := a.room.Theme.Sign, strconv.Itoa(i+1), s.Name()
	if o, ok := s.(Occasional); ok {
		if o.Hidden() {
			return nil
		}
		digit = o.TabKey()
	}
	if i == a.at {
		if badge := s.Badge(); badge != "" {
			name += " " + badge
		}
		return Line{S(Strong, digit), S(Accent, sign.Tab), S(Strong, name), S(Accent, sign.TabEnd), S(Plain, " ")}
	}
	name = name[:min(len(name), names.letters)]
	if badge := s.Badge(); badge != "" && names.badges {
		name += " " + badge
	}
	return Line{S(Dim, digit), S(Plain, strings.TrimRight(" "+name, " ")+"  ")}
}
