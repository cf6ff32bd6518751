package report

import (
	"bufio"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/mcpctl/mcpctl/internal/term"
)

// paint is a colour of the terminal.
type paint string

const (
	plain  paint = ""
	bold   paint = "1"
	dim    paint = "2"
	red    paint = "1;31"
	green  paint = "32"
	yellow paint = "33"
	purple paint = "35"
	cyan   paint = "36"
)

// page lays text out in lines. Text goes through it unsafe and comes out
// safe; colours are put around afterwards.
type page struct {
	out   *bufio.Writer
	color bool
	width int
}

func newPage(w io.Writer, o Options) *page {
	width := o.Width
	if width == 0 {
		width = 80
	}
	// Prose wider than this is hard to read, narrower cannot be laid out.
	return &page{out: bufio.NewWriter(w), color: o.Color, width: min(max(width, 40), 120)}
}

// print writes our own words, as they are.
func (p *page) print(words ...string) {
	for _, word := range words {
		_, _ = p.out.WriteString(word) // Flush reports the error
	}
}

// in paints safe text.
func (p *page) in(c paint, text string) string {
	if !p.color || c == plain || text == "" {
		return text
	}
	return "\x1b[" + string(c) + "m" + text + "\x1b[0m"
}

// prose writes unsafe text wrapped at words. The first line begins with head,
// which is ours, the others with as much space; columns counts its width.
func (p *page) prose(head string, columns int, c paint, text string) {
	for i, line := range wrap(term.SafeLine(text), p.width-columns) {
		if i > 0 {
			head = strings.Repeat(" ", columns)
		}
		p.print(head, p.in(c, term.CILine(line)), "\n")
	}
}

// block writes unsafe text broken at the edge of the page, in at most lines
// lines, 0 for all: JSON has no words to wrap at.
func (p *page) block(head string, columns int, c paint, text string, lines int) {
	room := p.width - columns
	text = term.SafeLine(text)
	if lines > 0 && utf8.RuneCountInString(text) > lines*room {
		text = term.Clip(text, lines*room-len("… (+1234 characters)"))
	}
	for i, line := range chunks(text, room) {
		if i > 0 {
			head = strings.Repeat(" ", columns)
		}
		p.print(head, p.in(c, term.CILine(line)), "\n")
	}
}

// wrap breaks safe text at spaces into lines of at most width characters.
// Longer words, such as links, stay whole so that they can be copied.
func wrap(text string, width int) []string {
	lines := []string{}
	line, used := "", 0
	for word := range strings.FieldsSeq(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case line == "":
			line, used = word, n
		case used+1+n > width:
			lines = append(lines, line)
			line, used = word, n
		default:
			line += " " + word
			used += 1 + n
		}
	}
	return append(lines, line)
}

// chunks breaks text into lines of exactly width characters, and a rest.
func chunks(text string, width int) []string {
	var lines []string
	begin, n := 0, 0
	for i := range text {
		if n == width {
			lines = append(lines, text[begin:i])
			begin, n = i, 0
		}
		n++
	}
	return append(lines, text[begin:])
}

// pad fills text with spaces to columns characters.
func pad(text string, columns int) string {
	return text + strings.Repeat(" ", max(0, columns-utf8.RuneCountInString(text)))
}
