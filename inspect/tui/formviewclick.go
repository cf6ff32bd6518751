package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/mcpctl/mcpctl/inspect/form"
)

// spot is an option that can be clicked, where it was drawn last.
type spot struct {
	y, x, w int
	row     rowKey
	option  int
}

// Click goes to the field that was drawn at y, and does with it what is meant by
// that: the first click on a text types, on a box checks, on an option picks.
func (f *formView) Click(x, y int) tea.Cmd {
	f.stop()
	f.refresh()
	if y < 0 || y >= f.page {
		return nil
	}
	for _, s := range f.spots {
		if s.y == y && x >= s.x && x < s.x+s.w && f.form.Find(s.row.path) != nil {
			f.cursor, f.option = s.row, s.option
			return f.did(f.form.Pick(s.row.path, s.option))
		}
	}
	for _, row := range f.rows {
		if at := row.line - f.top; y >= at && y < at+row.lines {
			return f.clickRow(row, y-at)
		}
	}
	return nil
}

func (f *formView) clickRow(row formRow, line int) tea.Cmd {
	again := f.cursor == row.rowKey
	f.touch()
	f.cursor, f.option = row.rowKey, 0
	fd := row.field
	switch {
	case row.add:
		return f.add()
	case container(fd) && again:
		return f.fold()
	case line == 0 && len(fd.Branches) > 0 && again:
		return f.branch()
	case line == 0 || f.flows(fd) || container(fd):
		return nil
	case fd.Kind == form.Enum || fd.Kind == form.Multi:
		return f.choose()
	case typable(fd):
		return f.start()
	case fd.Fixed():
		return nil
	}
	return f.did(f.form.Toggle(row.path))
}
