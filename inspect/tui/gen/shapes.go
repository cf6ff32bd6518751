package main

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// runs splits a piece into what is drawn in one go: words with single blanks
// between them, the same shape several times, and single signs, which fonts often
// lack and give another width.
func runs(p piece) []piece {
	var all []piece
	col, blanks := p.col, 0
	for rest := p.text; rest != ""; {
		r, n := utf8.DecodeRuneInString(rest)
		text := rest[:n]
		w := ansi.StringWidth(text)
		rest = rest[n:]
		if r == ' ' {
			blanks++
			col++
			continue
		}
		last := len(all) - 1
		switch {
		case w == 0 && last >= 0: // it belongs to the letter before
			all[last].text += text
		case last >= 0 && blanks == 0 && isShape(r) && strings.HasPrefix(all[last].text, text):
			all[last].text += text
			all[last].width += w
		case last >= 0 && blanks <= 1 && plain(r) && plain([]rune(all[last].text)[0]):
			all[last].text += strings.Repeat(" ", blanks) + text
			all[last].width += blanks + w
		default:
			all = append(all, piece{col: col, width: w, text: text})
		}
		col, blanks = col+w, 0
	}
	return all
}

func plain(r rune) bool { return r < 0x250 }

func isShape(r rune) bool { return shapeOf(r, 0, 1) != "" }

// shapeOf is the outline of lines and blocks from x on, w wide; "" for letters.
func shapeOf(r rune, x, w float64) string {
	box := func(x, y, w, h float64) string {
		return fmt.Sprintf("M%s %sh%sv%sh-%sz", num(x), num(y), num(w), num(h), num(w))
	}
	half, middle := x+cellW/2, cellH/2
	switch r {
	case '─':
		return box(x, middle-.5, w, 1)
	case '━':
		return box(x, middle-1, w, 2)
	case '│':
		return box(half-.5, 0, 1, cellH)
	case '┌':
		return box(half-.5, middle-.5, cellW/2+.5, 1) + box(half-.5, middle, 1, cellH-middle)
	case '┐':
		return box(x, middle-.5, cellW/2+.5, 1) + box(half-.5, middle, 1, cellH-middle)
	case '└':
		return box(half-.5, middle-.5, cellW/2+.5, 1) + box(half-.5, 0, 1, middle)
	case '┘':
		return box(x, middle-.5, cellW/2+.5, 1) + box(half-.5, 0, 1, middle)
	case '█', '▒':
		return box(x, 3, w, cellH-6)
	case '▪':
		return box(half-2, middle-2, 4, 4)
	}
	return ""
}

// faint makes a shade lighter than a block.
func faint(r rune) string {
	if r == '▒' {
		return ` opacity=".5"`
	}
	return ""
}
