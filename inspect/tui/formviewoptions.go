package tui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect/form"
)

// The most options that are shown side by side, and the lines that they may take;
// more are shown in a menu.
const (
	maxFlow      = 24
	maxFlowLines = 4
)

// flows reports whether a field shows its options side by side.
func (f *formView) flows(fd *form.Field) bool {
	if fd.Kind != form.Enum && fd.Kind != form.Multi || len(fd.Options) > maxFlow {
		return false
	}
	total := 0
	for _, o := range fd.Options {
		total += min(40, cells(o.Label)) + 6
	}
	return f.width > 0 && total <= maxFlowLines*(f.width-8)/2
}

// flow lays the options of a field out in lines, and says where each is.
func (f *formView) flow(row formRow) ([]Line, []spot) {
	fd, room := row.field, max(10, f.width-6-2*row.level)
	here := f.cursor == row.rowKey
	var lines []Line
	var line Line
	var spots []spot
	for i := range fd.Options {
		option := f.drawOption(fd, i, here && i == f.mine(fd))
		if line != nil && line.Width()+2+option.Width() > room {
			lines, line = append(lines, line), nil
		}
		if line != nil {
			line = append(line, S(Plain, "  "))
		}
		spots = append(spots, spot{row.line + 1 + len(lines) - f.top, 4 + 2*row.level + line.Width(), option.Width(), row.rowKey, i})
		line = append(line, option...)
	}
	return append(lines, line), spots
}

// mine is the option that left and right move from.
func (f *formView) mine(fd *form.Field) int {
	if fd.Kind == form.Enum {
		return fd.Choice()
	}
	return min(f.option, len(fd.Options)-1)
}

func (f *formView) drawOption(fd *form.Field, i int, here bool) Line {
	box := "[ ] "
	switch {
	case fd.Kind == form.Enum && fd.Choice() == i:
		box = "(" + f.room.Theme.Sign.Dot + ") "
	case fd.Kind == form.Enum:
		box = "( ) "
	case fd.Picked(i):
		box = "[x] "
	}
	line := L(Plain, box+shortened(oneLine(fd.Options[i].Label), 36))
	if here {
		return line.Select()
	}
	return line
}

// along moves among the options of a field: it chooses one of an Enum, and goes
// to one of a Multi.
func (f *formView) along(by int) func() tea.Cmd {
	return func() tea.Cmd {
		fd := f.field()
		n := len(fd.Options)
		next := (f.mine(fd) + by + n) % n
		if fd.Kind == form.Enum {
			if fd.Choice() < 0 && by < 0 {
				next = n - 1
			}
			return f.did(f.form.Pick(f.cursor.path, next))
		}
		f.option = next
		return nil
	}
}

// choose opens a menu of the options.
func (f *formView) choose() tea.Cmd {
	fd, path := f.field(), f.cursor.path
	items := make([]Item, 0, len(fd.Options))
	for i, o := range fd.Options {
		hint := ""
		if fd.Picked(i) || fd.Choice() == i {
			hint = f.room.Theme.Sign.Check
		}
		items = append(items, Item{Name: shortened(oneLine(o.Label), 80), Hint: hint, Do: func() tea.Cmd {
			return f.did(f.form.Pick(path, i))
		}})
	}
	return f.room.open(newMenu(f.room, nameOf(fd), items))
}

// branch takes the other of two branches, or opens a menu of them.
func (f *formView) branch() tea.Cmd {
	fd, path := f.field(), f.cursor.path
	take := func(i int) func() tea.Cmd {
		return func() tea.Cmd { return f.did(f.form.Choose(path, i)) }
	}
	if len(fd.Branches) == 2 {
		return take(1 - fd.Branch)()
	}
	items := make([]Item, 0, len(fd.Branches))
	for i, name := range fd.Branches {
		items = append(items, Item{Name: shortened(oneLine(name), 80), Hint: fmt.Sprintf("%d/%d", i+1, len(fd.Branches)), Do: take(i)})
	}
	return f.room.open(newMenu(f.room, "form of "+nameOf(fd), items))
}
