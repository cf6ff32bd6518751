package tui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
)

const overviewName = "Overview"

// overview is the screen that tells what server this is, or why there is none.
type overview struct {
	room *Room
	info docPane
	says docPane
}

func newOverview(r *Room) *overview {
	o := &overview{room: r}
	o.info = docPane{room: r, title: func() string { return "Server" }, own: o.keys}
	o.says = docPane{room: r, title: func() string { return "What it says of itself" }, own: o.copyKeys}
	o.info.set(o.lines)
	o.says.set(o.instructions)
	return o
}

func (o *overview) Name() string  { return overviewName }
func (o *overview) Badge() string { return "" }
func (o *overview) Panes() []Pane { return []Pane{&o.info, &o.says} }
func (o *overview) Items() []Item { return nil }

// Layout gives both panes about the same.
func (o *overview) Layout(int, int) ([]int, bool) { return []int{46}, false }

func (o *overview) Update(msg tea.Msg) tea.Cmd {
	switch msg.(type) {
	case connMsg, listedMsg, tickMsg:
		o.info.stale()
		o.says.stale()
	}
	return nil
}

func (o *overview) keys() []Key {
	return []Key{
		{Key: "enter", Does: "tools", Do: func() tea.Cmd { return o.room.goTo("Tools", 0) }, Why: o.whyNoTools()},
		{Key: "c", Does: o.connectWord(), Do: nil},
	}
}

// whyNoTools says why there is nothing to go to.
func (o *overview) whyNoTools() string {
	if o.room.offline != nil {
		return ""
	}
	return o.room.Why()
}

func (o *overview) connectWord() string {
	if o.room.Conn.State == Ready {
		return "reconnect"
	}
	if o.room.offline != nil {
		return "connect"
	}
	return "connect again"
}

func (o *overview) copyKeys() []Key {
	return []Key{copyKey(o.room, "opening answer", func() string { return string(o.server().Raw()) })}
}

func (o *overview) server() mcp.Value {
	return o.room.server()
}

// labelWidth is how wide the names of facts are.
const labelWidth = 13

func row(name, text string) Line { return append(L(Dim, name).Fit(labelWidth), S(Plain, text)) }

// lines tell what is connected and what it offers.
func (o *overview) lines(int) ([]Line, bool) {
	r, t := o.room, o.room.options.Target
	if r.offline != nil {
		return r.offline.lines(r), false
	}
	lines := []Line{nil}
	if t.URL != "" {
		lines = append(append(lines, row("address", r.address())), r.sends()...)
	} else if len(t.Command) > 0 {
		lines = append(lines, row("command", r.redacted(strings.Join(t.Command, " "))))
	}
	if r.Conn.State != Ready {
		return append(lines, o.trouble()...), false
	}
	session := r.Conn.client.Session()
	info := pick(o.server().Get("serverInfo"), o.server().Get("_meta", mcp.MetaServerInfo))
	lines = append(lines,
		append(L(Dim, "name").Fit(labelWidth), S(Strong, info.Get("name").Text()), S(Plain, " "+info.Get("version").Text())))
	if title := info.Get("title").Text(); title != "" {
		lines = append(lines, row("title", title))
	}
	lines = append(lines,
		row("transport", string(session.Kind())),
		append(row("revision", string(session.Revision())), S(Dim, "  "+session.Revision().Era().String()+"   v speaks another")),
		row("opened in", millis(r.Conn.Latency)), nil)
	for _, k := range []inspect.Kind{inspect.Tools, inspect.Resources, inspect.Templates, inspect.Prompts} {
		lines = append(lines, o.offer(k))
	}
	return append(append(lines, nil, L(Strong, "capabilities")), capabilities(r.Theme, session.Capabilities())...), false
}

// offer tells how many entries a list has, or why there are none.
func (o *overview) offer(k inspect.Kind) Line {
	name := k.Member()
	if k == inspect.Templates {
		name = "templates"
	}
	entries, err := o.room.Lists.Of(k), o.room.Lists.Err(k)
	line := row(name, fmt.Sprint(len(entries)))
	switch {
	case err != nil:
		return append(line, S(Bad, "  "+o.room.Theme.Sign.Cross+" "+err.Error()))
	case entries == nil:
		return append(L(Dim, name).Fit(labelWidth), S(Dim, "none declared"))
	}
	return line
}

// capabilities are the server's, one a line, with what they say.
func capabilities(t *Theme, declared mcp.Value) []Line {
	var lines []Line
	for _, m := range declared.Members() {
		line := Line{S(OK, t.Sign.Check+" "), S(Plain, m.Name)}
		var parts []string
		for _, part := range m.Value.Members() {
			parts = append(parts, shortened(part.Name, 60))
		}
		slices.Sort(parts)
		if len(parts) > 0 {
			line = append(line, S(Dim, "  "+strings.Join(parts, ", ")))
		}
		lines = append(lines, line)
	}
	if lines == nil {
		return []Line{L(Dim, "none")}
	}
	return lines
}

// trouble tells what is going on before there is a connection.
func (o *overview) trouble() []Line {
	r := o.room
	if r.Conn.State == Idle {
		return []Line{L(Dim, r.Why())}
	}
	if r.Conn.State == Connecting {
		return []Line{nil, L(Accent, r.Spinner()+" "+r.Stage()), nil, L(Dim, "Everything can be looked at meanwhile; q quits.")}
	}
	what, hint := r.Conn.Advice()
	lines := []Line{nil, {S(Bad, r.Theme.Sign.Cross+" "), S(Bad, r.Stage())}, nil}
	for text := range strings.SplitSeq(strings.TrimSpace(what), "\n") {
		lines = append(lines, L(Plain, shortened(text, 2000)))
	}
	lines = append(lines, nil)
	if hint != "" {
		lines = append(lines, L(Warn, hint))
	}
	return append(lines, Line{S(Accent, "c"), S(Plain, " connects again, "), S(Accent, "v"), S(Plain, " in another revision, "),
		S(Plain, "the tab Log has what it wrote to standard error")})
}

// instructions are the server's words on itself.
func (o *overview) instructions(budget int) ([]Line, bool) {
	server := o.server()
	if !server.Exists() {
		return []Line{nil, L(Dim, "not connected")}, false
	}
	var lines []Line
	more := false
	if text := server.Get("instructions").Text(); text != "" {
		lines, more = textLines(Plain, text, budget/2)
		lines = append(append([]Line{nil, L(Strong, "instructions")}, lines...), nil)
	}
	answer, rest := jsonDoc(server)(budget / 2)
	lines = append(append(lines, nil, L(Strong, "its answer to the opening")), answer...)
	return lines, more || rest
}
