package tui

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"github.com/mcpctl/mcpctl/internal/term"
)

// Role says what a text is; the Theme says how it looks.
type Role uint8

// The roles. Colour never says anything alone: a sign or a word stands beside.
const (
	Plain  Role = iota
	Strong      // names, headings
	Dim         // what matters less
	Accent      // the focus, keys to press
	OK
	Warn
	Bad
	Code // numbers and words of JSON
	roles

	// selected is laid over a role in the row under the cursor.
	selected Role = 1 << 7
)

// Span is a stretch of text in one role. Its text is safe for a terminal and
// holds no line break: S is the only way to make one.
type Span struct {
	role Role
	text string
}

// Line is one line of a pane.
type Line []Span

// S makes a span. It is the edge that everything shown crosses: what could act
// on a terminal, or hide, becomes a visible escape.
func S(r Role, text string) Span {
	if strings.IndexByte(text, '\t') >= 0 {
		text = strings.ReplaceAll(text, "\t", "    ")
	}
	return Span{r, term.SafeLine(text)}
}

// L makes a line of one span.
func L(r Role, text string) Line { return Line{S(r, text)} }

// Width is the number of cells that the line takes.
func (l Line) Width() int {
	w := 0
	for _, s := range l {
		w += cells(s.text)
	}
	return w
}

// String is the line without roles.
func (l Line) String() string {
	var b strings.Builder
	for _, s := range l {
		b.WriteString(s.text)
	}
	return b.String()
}

// Cut shortens the line to at most w cells; an ellipsis says that it did.
func (l Line) Cut(w int) Line {
	if l.Width() <= w {
		return l
	}
	var cut Line
	for _, s := range l {
		n := cells(s.text)
		if n >= w {
			return append(cut, Span{s.role, ansi.Truncate(s.text, w, "…")})
		}
		cut = append(cut, s)
		w -= n
	}
	return cut
}

// Fit cuts the line or fills it with blanks, to exactly w cells.
func (l Line) Fit(w int) Line {
	l = l.Cut(w)
	if missing := w - l.Width(); missing > 0 {
		role := Plain
		if len(l) > 0 {
			role = l[len(l)-1].role & selected
		}
		l = append(l[:len(l):len(l)], Span{role, blanks(missing)})
	}
	return l
}

// Ends puts right at the right end of a line of w cells, and cuts left for it.
func (l Line) Ends(right Line, w int) Line {
	room := w - right.Width()
	if room < 1 {
		return l.Fit(w)
	}
	return append(l.Fit(room), right...)
}

// Select is the line as it looks under the cursor.
func (l Line) Select() Line {
	all := make(Line, len(l))
	for i, s := range l {
		all[i] = Span{s.role | selected, s.text}
	}
	return all
}

// slice is the part of a line between two columns, filled with blanks.
func (l Line) slice(from, to int) Line {
	var part Line
	at := 0
	for _, s := range l {
		n := cells(s.text)
		if at+n > from && at < to {
			part = append(part, Span{s.role, ansi.Cut(s.text, max(0, from-at), min(n, to-at))})
		}
		at += n
	}
	return part.Fit(to - from)
}

// cells is the width of a text; nearly all are ASCII.
func cells(text string) int {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return ansi.StringWidth(text)
		}
	}
	return len(text)
}

const spaces = "                                                                                                                                "

func blanks(n int) string {
	if n <= len(spaces) {
		return spaces[:max(0, n)]
	}
	return strings.Repeat(" ", n)
}

// fill makes h lines of what there is.
func fill(lines []Line, h int) []Line {
	if len(lines) > h {
		return lines[:max(0, h)]
	}
	for len(lines) < h {
		lines = append(lines, nil)
	}
	return lines
}

// Wrap breaks a text of any number of lines into lines of at most w cells.
func Wrap(r Role, text string, w int) []Line {
	var all []Line
	for one := range strings.SplitSeq(text, "\n") {
		all = append(all, L(r, strings.TrimRight(one, " \r")).Wrap(w)...)
	}
	return all
}

// Wrap breaks one line into lines of at most w cells, at blanks where there are
// some. What follows is indented like the first line, or as far as its label.
func (l Line) Wrap(w int) []Line {
	if w < 1 || l.Width() <= w {
		return []Line{l}
	}
	indent := l.indent()
	if indent > w/2 {
		indent = 0
	}
	var all []Line
	var row Line
	room := w
	for _, s := range l {
		for text := s.text; text != ""; {
			head := breakAt(text, room, room == w || len(all) > 0 && room == w-indent)
			if head != "" {
				row, room = append(row, Span{s.role, head}), room-cells(head)
			}
			if text = text[len(head):]; text != "" {
				all, row, room = append(all, row), Line{{Plain, blanks(indent)}}, w-indent
				text = strings.TrimPrefix(text, " ")
			}
		}
	}
	return append(all, row)
}

// indent is how many blanks the line begins with, or how wide its label is: a
// first span that is filled up with blanks.
func (l Line) indent() int {
	text := l.String()
	n := len(text) - len(strings.TrimLeft(text, " "))
	if n == 0 && len(l) > 2 && l[1].text != "" && strings.Trim(l[1].text, " ") == "" {
		return cells(l[0].text) + len(l[1].text)
	}
	return n
}

// breakAt is as much of a text as fits into some cells, up to a blank where there
// is one. At the beginning of a row it is never nothing.
func breakAt(text string, room int, fresh bool) string {
	if cells(text) <= room {
		return text
	}
	head := ansi.Truncate(text, max(0, room), "")
	if at := strings.LastIndexByte(head, ' '); at > len(head)/3 {
		return head[:at]
	}
	if !fresh && len(head) < len(text) && cells(text) <= 3*room {
		if at := strings.LastIndexByte(head, ' '); at >= 0 {
			return head[:at]
		}
	}
	if head == "" && fresh {
		_, n := utf8.DecodeRuneInString(text)
		return text[:n] // a cell narrower than any character: never stand still
	}
	return head
}
