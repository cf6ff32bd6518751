package tui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/mcp"
)

// toolDetail is the pane that tells what a tool does and takes its arguments.
type toolDetail struct {
	of     *tools
	tool   mcp.Value
	there  bool
	schema bool // whether the tool is shown as it was listed
	listed doc
	formAt int                 // the line that the form begins on
	lines  map[string][]string // by tool: arguments typed in one line, the latest first
}

func newToolDetail(s *tools) toolDetail { return toolDetail{of: s, lines: map[string][]string{}} }

func (d *toolDetail) show(tool mcp.Value, there bool) {
	d.tool, d.there = tool, there
	d.listed.set(jsonDoc(tool))
}

func (d *toolDetail) Title() string {
	switch {
	case !d.there:
		return "Tool"
	case d.schema:
		return d.tool.Get("name").Text() + " as listed"
	}
	return d.tool.Get("name").Text()
}

func (d *toolDetail) Keys() []Key {
	if !d.there {
		return nil
	}
	look := Key{Key: "w", Does: "as listed", Do: func() tea.Cmd { d.schema = !d.schema; return nil }, Rare: !d.schema}
	if d.schema {
		return append(append([]Key{look, d.of.copyKey()}, driftKeys(d.of.room, d.tool)...), d.listed.keys()...)
	}
	keys := append([]Key{{Key: "enter", Does: "run", Why: d.of.whyNot(), Do: d.of.run}}, d.of.form().Keys()...)
	keys = append(keys, driftKeys(d.of.room, d.tool)...)
	return append(keys,
		Key{Key: "=", Does: "arguments in a line", Do: d.askLine, Rare: true},
		Key{Key: "e", Does: "edit JSON", Do: d.editJSON},
		Key{Key: "r", Does: "run", Why: d.of.whyNot(), Do: d.of.run, Rare: true},
		d.of.copyKey(), look)
}

// Typing is whether the form takes letters.
func (d *toolDetail) Typing() bool { return d.there && !d.schema && d.of.form().Typing() }

// Back leaves the view of the tool as listed, or what the form is in.
func (d *toolDetail) Back() bool {
	if d.schema {
		d.schema = false
		return true
	}
	if b, ok := d.of.form().(Backer); ok {
		return b.Back()
	}
	return false
}

func (d *toolDetail) Click(x, y int) tea.Cmd {
	if c, ok := d.of.form().(Clicker); ok && !d.schema && y >= d.formAt {
		return c.Click(x, y-d.formAt)
	}
	return nil
}

func (d *toolDetail) Update(msg tea.Msg) tea.Cmd {
	switch {
	case !d.there:
		return nil
	case d.schema:
		d.listed.navigate(msg)
		return nil
	}
	return d.of.form().Update(msg)
}

// editJSON opens the arguments in the user's editor.
func (d *toolDetail) editJSON() tea.Cmd {
	form := d.of.form()
	if form == nil {
		return d.of.room.toast(Warn, "no tool is chosen")
	}
	value, _ := form.Value()
	return d.of.room.edit("arguments of "+d.tool.Get("name").Text(), value, form.Set)
}

func (d *toolDetail) View(w, h int) []Line {
	switch {
	case !d.there:
		return []Line{nil, L(Dim, " choose a tool")}
	case d.schema:
		return d.listed.view(w, h, d.of.room.Theme)
	}
	lines := append(append(driftLine(d.of.room, d.tool, w), about(d.tool, w, max(2, h/3))...), nil)
	d.formAt = len(lines)
	below := d.below(w)
	room := h - len(lines) - len(below)
	form := d.of.form().View(w, max(1, room))
	if len(form) > room {
		form = form[:max(0, room)]
	}
	lines = append(lines, form...)
	return append(lines, below...)
}

// about is what a tool or prompt says of itself, in at most h lines.
func about(entry mcp.Value, w, h int) []Line {
	var lines []Line
	if title := entry.Get("title").Text(); title != "" {
		lines = append(lines, L(Strong, " "+title))
	}
	text := entry.Get("description").Text()
	if text == "" {
		return append(lines, L(Dim, " no description"))
	}
	for _, line := range Wrap(Plain, shortened(text, 8000), w-2) {
		lines = append(lines, append(L(Plain, " "), line...))
	}
	if len(lines) > h {
		lines = append(lines[:h-1], L(Dim, fmt.Sprintf(" %d more lines: w shows all", len(lines)-h+1)))
	}
	return lines
}

// below tells of earlier runs.
func (d *toolDetail) below(w int) []Line {
	runs := d.of.room.RunsOf("call", d.tool.Get("name").Text())
	if len(runs) == 0 {
		return nil
	}
	return []Line{nil, append(L(Dim, " "+plural(len(runs), "run")+" "+d.of.room.Theme.Sign.Sep+" last "), runs[0].verdict(d.of.room)...).Cut(w)}
}
