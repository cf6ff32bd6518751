package tui

import (
	"github.com/mcpctl/mcpctl/inspect/form"
)

// rowKey is what a row is about; it outlives changes of the form.
type rowKey struct {
	path string
	add  bool // the row by which an array or map grows
}

// formRow is one place that the cursor can be on.
type formRow struct {
	rowKey
	field *form.Field
	level int
	line  int // where it begins, in lines from the top of the form
	lines int
}

// refresh makes rows and problems anew where the form has changed.
func (f *formView) refresh() {
	if !f.stale {
		return
	}
	f.stale = false
	f.wrong = f.form.Check()
	f.rows = f.rows[:0]
	root := f.form.Root()
	if root.Kind == form.Object && len(root.Branches) == 0 {
		f.addChildren(root, 0)
	} else {
		f.addRow(root, 0)
	}
	f.measure()
	if f.at() < 0 {
		f.cursor = rowKey{}
		if len(f.rows) > 0 {
			f.cursor = f.rows[0].rowKey
		}
	}
}

func (f *formView) addRow(fd *form.Field, level int) {
	f.rows = append(f.rows, formRow{rowKey: rowKey{path: fd.Path()}, field: fd, level: level})
	if container(fd) && !f.folded[fd.Path()] {
		f.addChildren(fd, level+1)
	}
}

func (f *formView) addChildren(fd *form.Field, level int) {
	for _, child := range fd.Children {
		f.addRow(child, level)
	}
	if fd.Open && (fd.Kind == form.Array || fd.Expanded) {
		f.rows = append(f.rows, formRow{rowKey: rowKey{fd.Path(), true}, field: fd, level: level})
	}
}

func container(fd *form.Field) bool { return fd.Kind == form.Object || fd.Kind == form.Array }

// at is the index of the row under the cursor, -1 when it is no more.
func (f *formView) at() int {
	for i, row := range f.rows {
		if row.rowKey == f.cursor {
			return i
		}
	}
	return -1
}

// measure lays the rows out for the width.
func (f *formView) measure() {
	line := 0
	for i := range f.rows {
		row := &f.rows[i]
		row.line, row.lines = line, f.height(*row)
		line += row.lines
	}
}

// height is how many lines a row takes.
func (f *formView) height(row formRow) int {
	switch {
	case row.add, container(row.field):
		return 1
	case f.flows(row.field):
		lines, _ := f.flow(row)
		return 1 + len(lines)
	}
	return 2
}

// View draws the rows in sight, and below them what is to be said of the one
// under the cursor and of the whole.
func (f *formView) View(w, h int) []Line {
	f.refresh()
	if f.width != w {
		f.width = w
		f.measure()
	}
	if len(f.rows) == 0 {
		return []Line{L(Dim, " no arguments")}
	}
	below := f.below(w, h)
	f.page = max(1, h-len(below))
	f.scroll()
	f.spots = f.spots[:0]
	var lines []Line
	at := f.at()
	for i, row := range f.rows {
		if row.line+row.lines <= f.top || row.line >= f.top+f.page {
			continue
		}
		for n, line := range f.draw(row, i == at, w) {
			if y := row.line + n - f.top; y >= 0 && y < f.page {
				lines = append(lines, line.Cut(w))
			}
		}
	}
	return append(fill(lines, min(f.page, f.total()-f.top)), below...)
}

func (f *formView) total() int {
	last := f.rows[len(f.rows)-1]
	return last.line + last.lines
}

// scroll brings the row under the cursor into sight.
func (f *formView) scroll() {
	row := f.rows[max(0, f.at())]
	f.top = min(f.top, row.line)
	f.top = max(f.top, row.line+row.lines-f.page)
	f.top = max(0, min(f.top, f.total()-f.page))
}
