package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/mcp"
)

// watchTools compares the tools that were listed with what they were when they
// were first seen, and says so when one is another.
func (r *Room) watchTools(tools []mcp.Value) tea.Cmd {
	client := r.Conn.Client()
	if client == nil {
		return nil
	}
	p := r.pinned()
	if p == nil || p.rev != client.Revision() {
		p = openPins(r.options.PinFolder, r.options.Target, client.Revision(), r.redacted)
	}
	known := p.changed
	grown := p.see(tools, r.now())
	r.pins = p
	if grown {
		if err := p.write(); err != nil {
			return r.toast(Warn, "what the tools are now cannot be remembered: "+err.Error())
		}
	}
	var news []string
	for _, name := range p.names() {
		if _, told := known[name]; !told {
			news = append(news, name)
		}
	}
	if len(news) == 0 {
		return nil
	}
	word := "has"
	if len(news) > 1 {
		word = "have"
	}
	return r.toast(Warn, fmt.Sprintf("%s %s changed since first seen: %s", plural(len(news), "tool"), word, shortened(strings.Join(news, ", "), 200)))
}

// pinned is what is remembered of the server that is connected, nil while its
// tools were not listed.
func (r *Room) pinned() *pins {
	if r.pins == nil || r.Conn.State != Ready {
		return nil
	}
	if id, _ := identity(r.options.Target); id != r.pins.id {
		return nil
	}
	return r.pins
}

// drifted is how a tool differs from what it was.
func (r *Room) drifted(tool mcp.Value) (drift, bool) {
	p := r.pinned()
	if p == nil {
		return drift{}, false
	}
	d, ok := p.changed[tool.Get("name").Text()]
	return d, ok
}

// says is the change in a line.
func (d drift) says() string {
	return fmt.Sprintf("changed since %s: %s", d.since.Format("2006-01-02"), shortened(strings.Join(d.members, ", "), 200))
}

// driftMark stands beside a tool that has changed.
func driftMark(r *Room, tool mcp.Value) Line {
	if _, ok := r.drifted(tool); ok {
		return Line{S(Warn, " "+r.Theme.Sign.Warn+" changed")}
	}
	return nil
}

// driftLine stands above a tool that has changed.
func driftLine(r *Room, tool mcp.Value, w int) []Line {
	d, ok := r.drifted(tool)
	if !ok {
		return nil
	}
	lines := L(Warn, " "+r.Theme.Sign.Warn+" "+d.says()).Wrap(w - 1)
	return append(lines, Line{S(Plain, "   "), S(Accent, "P"), S(Plain, " shows it, "), S(Accent, "Y"), S(Plain, " accepts it")}, nil)
}

// driftKeys are what can be done about a tool that has changed.
func driftKeys(r *Room, tool mcp.Value) []Key {
	d, ok := r.drifted(tool)
	if !ok {
		return nil
	}
	name := tool.Get("name").Text()
	accept := Key{Key: "Y", Does: "accept the change", Do: func() tea.Cmd { return r.acceptTools(name) }}
	show := func() tea.Cmd {
		told := newReader(r, shortened(name, 60)+", then and now", d.lines)
		told.more = []Key{accept}
		return r.open(told)
	}
	return []Key{{Key: "P", Does: "what changed", Do: show}, accept}
}

// acceptTools takes tools as they are now for what they shall be.
func (r *Room) acceptTools(names ...string) tea.Cmd {
	for _, name := range names {
		r.pins.accept(name, r.now())
	}
	if err := r.pins.write(); err != nil {
		return r.toast(Warn, "it is accepted until the end, but cannot be remembered: "+err.Error())
	}
	return r.toast(OK, plural(len(names), "change")+" accepted: "+shortened(strings.Join(names, ", "), 200))
}

// driftItems are what the palette can do about tools that have changed.
func driftItems(r *Room) []Item {
	p := r.pinned()
	if p == nil || len(p.changed) == 0 {
		return nil
	}
	names := p.names()
	return []Item{{Kind: "do", Name: "accept all changes of tools", Hint: plural(len(names), "tool"), Do: func() tea.Cmd { return r.acceptTools(names...) }}}
}

// Urgent counts the tools that have changed in the header.
func (s *tools) Urgent() string {
	p := s.room.pinned()
	if p == nil || len(p.changed) == 0 {
		return ""
	}
	return s.room.Theme.Sign.Warn + " " + plural(len(p.changed), "tool") + " changed"
}

// lines show a tool as it was and as it is, member by member.
func (d drift) lines(budget int) (lines []Line, more bool) {
	lines = []Line{L(Dim, "first seen so, or accepted, on "+d.since.Format("2006-01-02 15:04 MST")), nil}
	if !d.old.Exists() {
		lines = append(lines, L(Warn, "It was too long to be kept; this is what it is now."), nil)
		rest, more := jsonDoc(d.now)(budget)
		return append(lines, rest...), more
	}
	for _, name := range d.members {
		lines = append(lines, L(Strong, name))
		old, less := memberLines(d.old.Get(name), budget/2)
		now, rest := memberLines(d.now.Get(name), budget/2)
		lines, more = append(append(lines, differences(old, now)...), nil), more || less || rest
	}
	return lines, more
}

// memberLines are a member's value: text as it reads, else JSON.
func memberLines(v mcp.Value, budget int) ([]Line, bool) {
	switch {
	case !v.Exists():
		return []Line{L(Dim, "(none)")}, false
	case v.Is(mcp.String):
		return textLines(Plain, v.Text(), budget)
	}
	return jsonDoc(v)(budget)
}

// differences are two texts: what they begin and end with alike stands once.
func differences(old, now []Line) []Line {
	same := func(a, b Line) bool { return a.String() == b.String() }
	head := 0
	for head < min(len(old), len(now)) && same(old[head], now[head]) {
		head++
	}
	tail := 0
	for tail < min(len(old), len(now))-head && same(old[len(old)-1-tail], now[len(now)-1-tail]) {
		tail++
	}
	const context = 3
	var out []Line
	for i := max(0, head-context); i < head; i++ {
		out = append(out, append(L(Plain, "  "), old[i]...))
	}
	for _, l := range old[head : len(old)-tail] {
		out = append(out, append(L(Bad, "- "), l...))
	}
	for _, l := range now[head : len(now)-tail] {
		out = append(out, append(L(OK, "+ "), l...))
	}
	for i := len(now) - tail; i < min(len(now), len(now)-tail+context); i++ {
		out = append(out, append(L(Plain, "  "), now[i]...))
	}
	return out
}
