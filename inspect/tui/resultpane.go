package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
)

// The ways to look at a result.
const (
	rendered = iota
	rawView
	structured
	viewsOfResult
)

// resultPane is the pane that shows how a run stands and what came of it.
type resultPane struct {
	doc
	room *Room
	kind string // of the runs shown
	run  *Run
	look int
	// repeat and edit do the run again, as it was or after its arguments were
	// changed; nil where there is no such thing.
	repeat, edit func(*Run) tea.Cmd
}

func newResultPane(r *Room, kind string) resultPane { return resultPane{room: r, kind: kind} }

// show shows a run.
func (p *resultPane) show(run *Run) {
	if p.run == run {
		p.stale()
		return
	}
	p.run = run
	p.set(p.lines)
}

// showLatest shows the latest run of a thing, or that there is none.
func (p *resultPane) showLatest(name string) {
	if runs := p.room.RunsOf(p.kind, name); len(runs) > 0 {
		p.show(runs[0])
	} else {
		p.show(nil)
		p.set(p.lines)
	}
}

// told takes in that time or the run has gone on.
func (p *resultPane) told(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case runMsg:
		if m.run == p.run {
			p.stale()
		}
	case tickMsg:
		if p.run != nil && p.run.State == Running {
			p.stale()
		}
	}
	return nil
}

func (p *resultPane) Title() string {
	if p.run == nil {
		return "Result"
	}
	title := fmt.Sprintf("#%d %s", p.run.N, p.run.word())
	if p.run.State != Running {
		title += "  " + millis(p.run.Took(p.room.now()))
	}
	if n := len(p.run.Result.Raw()); n > 0 {
		title += "  " + size(n)
	}
	return title
}

// word is how the run stands, in a word.
func (run *Run) word() string {
	return [...]string{"running", "ok", "tool error", "failed", "cancelled"}[run.State]
}

// verdict is how the run stands, in its colour.
func (run *Run) verdict(r *Room) Line {
	role := [...]Role{Accent, OK, Bad, Bad, Warn}[run.State]
	return Line{S(role, run.word()), S(Dim, " "+millis(run.Took(r.now())))}
}

func (p *resultPane) Keys() []Key {
	why := ""
	switch {
	case p.run == nil:
		why = "there is no result yet"
	case p.run.State == Running:
		why = "it is still running"
	}
	keys := []Key{{Key: "w", Does: "view", Why: why, Do: p.turn}}
	if p.repeat != nil {
		keys = append(keys, Key{Key: "r", Does: "repeat", Why: pickText(why, p.room.Why()), Do: func() tea.Cmd { return p.repeat(p.run) }})
	}
	if p.edit != nil {
		keys = append(keys, Key{Key: "R", Does: "edit and resend", Why: why, Do: func() tea.Cmd { return p.edit(p.run) }})
	}
	keys = append(keys, Key{Key: "y", Does: "copy", Why: why, Do: p.copy}, p.room.saveTestKey(why, func() int { return p.room.entryOf(p.run) }))
	if links := p.links(); len(links) > 0 {
		keys = append(keys, Key{Key: "f", Does: "follow link", Do: func() tea.Cmd { return p.room.open(newMenu(p.room, "read which resource?", links)) }})
	}
	if files := p.files(); len(files) > 0 {
		keys = append(keys, Key{Key: "o", Does: "open in viewer", Do: func() tea.Cmd { return p.room.open(newMenu(p.room, "open which?", files)) }})
	}
	return append(append(keys, p.history()...), p.doc.keys()...)
}

func pickText(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// history are the keys that lead to earlier runs of the same thing.
func (p *resultPane) history() []Key {
	if p.run == nil {
		return nil
	}
	runs := p.room.RunsOf(p.kind, p.run.Name)
	at := 0
	for i, run := range runs {
		if run == p.run {
			at = i
		}
	}
	step := func(by int) func() tea.Cmd {
		return func() tea.Cmd { p.show(runs[at+by]); return nil }
	}
	older, newer := "this is the first run", "this is the last run"
	if at+1 < len(runs) {
		older = ""
	}
	if at > 0 {
		newer = ""
	}
	return []Key{
		{Key: "[", Does: "older", Why: older, Do: step(1), Rare: len(runs) < 2},
		{Key: "]", Does: "newer", Why: newer, Do: step(-1), Rare: len(runs) < 2},
	}
}

// turn goes on to the next way to look at the result.
func (p *resultPane) turn() tea.Cmd {
	p.look = (p.look + 1) % viewsOfResult
	if p.look == structured && !p.run.Result.Get("structuredContent").Exists() {
		p.look = rendered
	}
	p.set(p.lines)
	return nil
}

func (p *resultPane) copy() tea.Cmd {
	items := []Item{copyItem(p.room, "result as JSON", p.run.Result.String())}
	var text []string
	for _, part := range p.parts() {
		if part.Text != "" {
			text = append(text, part.Text)
		}
	}
	if len(text) > 0 {
		items = append([]Item{copyItem(p.room, "text", strings.Join(text, "\n"))}, items...)
	}
	return p.room.open(newMenu(p.room, "copy", append(items, copyItem(p.room, "arguments as JSON", p.run.Args.String()))))
}

func (p *resultPane) Update(msg tea.Msg) tea.Cmd {
	p.navigate(msg)
	return nil
}

func (p *resultPane) View(w, h int) []Line {
	if p.run == nil {
		return []Line{nil, L(Dim, " nothing was asked yet")}
	}
	if p.run.State == Running {
		return p.waiting()
	}
	lines := []Line{p.tabs()}
	return append(lines, p.view(w, h-1, p.room.Theme)...)
}

// partsOf are the pieces of a result.
func partsOf(kind string, result mcp.Value) []inspect.Part {
	switch kind {
	case "read":
		return inspect.ResourceParts(result)
	case "get":
		var all []inspect.Part
		for _, said := range inspect.PromptMessages(result) {
			all = append(all, said.Parts...)
		}
		return all
	}
	return inspect.ContentParts(result)
}

// parts are the pieces of the result that is shown.
func (p *resultPane) parts() []inspect.Part {
	if p.run == nil {
		return nil
	}
	return p.run.parts
}

// links are the resources that the result names.
func (p *resultPane) links() []Item {
	var items []Item
	for _, part := range p.parts() {
		if part.URI != "" && (p.kind != "read" || part.Kind == "link") {
			items = append(items, Item{Name: part.URI, Hint: part.MIME, Do: func() tea.Cmd { return p.room.send(readMsg{part.URI}) }})
		}
	}
	return items
}

func structuredOf(run *Run) mcp.Value { return run.Result.Get("structuredContent") }
