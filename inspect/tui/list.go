package tui

import (
	"strconv"

	tea "charm.land/bubbletea/v2"
)

// list is a cursor over n rows of which only those in sight are drawn. The zero
// list is empty.
type list struct {
	n, at, top int
	page       int // rows in sight when it was last drawn
}

// setLen tells how many rows there are.
func (l *list) setLen(n int) {
	l.n = n
	l.move(0)
}

// move moves the cursor by some rows and keeps it within the list.
func (l *list) move(by int) {
	l.at = max(0, min(l.at+by, l.n-1))
}

// navigate moves the cursor by a key or wheel; false for all others.
func (l *list) navigate(msg tea.Msg) bool {
	by, ok := motion(msg, l.page, l.n)
	if ok {
		l.move(by)
	}
	return ok
}

// motion is how many rows a key or wheel moves by in a list of n, of which page
// are in sight.
func motion(msg tea.Msg, page, n int) (by int, ok bool) {
	if turned, is := msg.(wheelMsg); is {
		return int(turned), true
	}
	key, is := msg.(tea.KeyPressMsg)
	if !is {
		return 0, false
	}
	switch key.String() {
	case "down", "j", "ctrl+n":
		return 1, true
	case "up", "k":
		return -1, true
	case "ctrl+d":
		return max(1, page/2), true
	case "ctrl+u":
		return -max(1, page/2), true
	case "pgdown", "ctrl+f", "space":
		return max(1, page-1), true
	case "pgup", "ctrl+b":
		return -max(1, page-1), true
	case "g", "home":
		return -n, true
	case "G", "end":
		return n, true
	}
	return 0, false
}

// view draws the rows in sight; row draws one.
func (l *list) view(w, h int, t *Theme, row func(i, w int) Line) []Line {
	more := l.n > h
	rows := h
	if more && h > 3 {
		rows-- // the last line tells how many are out of sight
	}
	l.page = rows
	l.top = max(0, min(l.top, l.at, l.n-rows))
	if l.at >= l.top+rows {
		l.top = l.at - rows + 1
	}
	var lines []Line
	for i := l.top; i < min(l.n, l.top+rows); i++ {
		mark := "  "
		if i == l.at {
			mark = t.Sign.Cursor + " "
		}
		line := append(L(Accent, " "+mark), row(i, w-3)...).Fit(w)
		if i == l.at {
			line = line.Select()
		}
		lines = append(lines, line)
	}
	if more && h > 3 {
		lines = append(lines, l.elsewhere(t))
	}
	return lines
}

// elsewhere tells how many rows are out of sight.
func (l *list) elsewhere(t *Theme) Line {
	var text string
	if l.top > 0 {
		text += " " + t.Sign.Up + " " + strconv.Itoa(l.top)
	}
	if below := l.n - l.top - l.page; below > 0 {
		text += " " + t.Sign.Down + " " + strconv.Itoa(below) + " more"
	}
	return L(Dim, "  "+text)
}

// click puts the cursor on the row that was drawn at y.
func (l *list) click(y int) (again bool) {
	if i := l.top + y; y >= 0 && y < l.page && i < l.n {
		again = l.at == i
		l.at = i
	}
	return again
}
