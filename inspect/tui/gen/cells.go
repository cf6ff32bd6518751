package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// style is how letters look; colours are those of CSS, "" the terminal's own.
type style struct {
	fg, bg string
	bold   bool
}

// piece is a text of one style at a column.
type piece struct {
	col, width int
	text       string
	style      style
}

// pieces takes a row apart. It knows the sequences that the theme of the
// inspector writes in true colour, and no others.
func pieces(row string) ([]piece, error) {
	var all []piece
	var now style
	col := 0
	for row != "" {
		text, rest, found := strings.Cut(row, "\x1b[")
		if text != "" {
			p := piece{col: col, width: ansi.StringWidth(text), text: text, style: now}
			all, col = append(all, p), col+p.width
		}
		if !found {
			break
		}
		params, rest, ok := strings.Cut(rest, "m")
		if !ok {
			return nil, fmt.Errorf("a sequence %q sets no colour", rest)
		}
		if err := now.set(strings.Split(params, ";")); err != nil {
			return nil, err
		}
		row = rest
	}
	return all, nil
}

func (s *style) set(params []string) error {
	for len(params) > 0 {
		switch p := params[0]; {
		case p == "" || p == "0":
			*s = style{}
		case p == "1":
			s.bold = true
		case (p == "38" || p == "48") && len(params) >= 5 && params[1] == "2":
			colour, err := hex(params[2:5])
			if err != nil {
				return err
			}
			if p == "38" {
				s.fg = colour
			} else {
				s.bg = colour
			}
			params = params[4:]
		default:
			return fmt.Errorf("nothing is known of a style %q", p)
		}
		params = params[1:]
	}
	return nil
}

func hex(rgb []string) (string, error) {
	colour := "#"
	for _, c := range rgb {
		n, err := strconv.ParseUint(c, 10, 8)
		if err != nil {
			return "", fmt.Errorf("reading a colour: %w", err)
		}
		colour += fmt.Sprintf("%02x", n)
	}
	return colour, nil
}
