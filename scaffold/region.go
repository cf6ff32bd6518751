package scaffold

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/internal/pattern"
)

// markerWord is in every marker. Most lines, and most files, do not have it, and
// need not be looked at by the slower expression.
const markerWord = "mcpctl:"

// marker finds what may be a region's marker anywhere in a line, so that one
// that does not stand alone is an error rather than text.
var marker = pattern.New(`(?://|#|<!--)[ \t]?mcpctl:([a-z]*)`)

// region is one that is open.
type region struct {
	line    int  // of its if
	shown   bool // whether what stands here is shown, leaving the outer ones aside
	outer   bool // whether the region around it is shown
	flipped bool // whether its else has come
}

// scanRegions passes over the lines of a text. For every line that is no marker
// it calls line; for markers it calls seam. decide answers whether the lines of
// a condition are shown, and may refuse it. Errors are LineErrors of name.
func scanRegions(name string, text []byte, decide func(Condition) (bool, error), line func(l []byte, shown bool), seam func()) error {
	var open []region
	number, shown := 0, true
	for l := range bytes.Lines(text) {
		number++
		at := func(err error) error { return &LineError{Path: name, Line: number, Err: err} }
		var found []int
		if bytes.Contains(l, []byte(markerWord)) {
			found = marker.Regexp().FindSubmatchIndex(l)
		}
		if found == nil {
			line(l, shown)
			continue
		}
		kind, argument, err := parseMarker(l, found)
		if err != nil {
			return at(err)
		}
		switch kind {
		case "if":
			c, err := ParseCondition(argument)
			if err != nil {
				return at(err)
			}
			holds, err := decide(c)
			if err != nil {
				return at(err)
			}
			if len(open) == maxNesting {
				return at(fmt.Errorf("regions are nested more than %d deep", maxNesting))
			}
			open = append(open, region{line: number, shown: holds, outer: shown})
		case "else":
			if len(open) == 0 {
				return at(errors.New("an else without an if"))
			}
			r := &open[len(open)-1]
			if r.flipped {
				return at(fmt.Errorf("a second else for the if of line %d", r.line))
			}
			r.flipped, r.shown = true, !r.shown
		case "end":
			if len(open) == 0 {
				return at(errors.New("an end without an if"))
			}
			shown = open[len(open)-1].outer
			open = open[:len(open)-1]
		}
		if len(open) > 0 {
			shown = open[len(open)-1].outer && open[len(open)-1].shown
		}
		seam()
	}
	if len(open) > 0 {
		return &LineError{Path: name, Line: open[len(open)-1].line, Err: errors.New("this region has no end")}
	}
	return nil
}

const maxNesting = 16

// parseMarker takes a line apart in which a marker was found.
func parseMarker(line []byte, found []int) (kind, argument string, err error) {
	kind = string(line[found[2]:found[3]])
	if len(bytes.TrimSpace(line[:found[0]])) > 0 {
		return "", "", errors.New("a marker must stand on a line of its own")
	}
	argument = strings.TrimSpace(string(line[found[1]:]))
	if line[found[0]] == '<' {
		var closed bool
		if argument, closed = strings.CutSuffix(argument, "-->"); !closed {
			return "", "", errors.New("the marker is not closed by --> on its line")
		}
		argument = strings.TrimSpace(argument)
	}
	switch {
	case kind != "if" && kind != "else" && kind != "end":
		return "", "", fmt.Errorf("there is no marker mcpctl:%s; there are if, else and end", kind)
	case kind == "if" && argument == "":
		return "", "", errors.New("an if without a condition")
	case kind != "if" && argument != "":
		return "", "", fmt.Errorf("%q follows after %s, which stands alone", argument, kind)
	}
	return kind, argument, nil
}

// checkRegions tells whether the regions of a text are balanced and name only
// features that known accepts.
func checkRegions(name string, text []byte, known func(feature string) error) error {
	if !bytes.Contains(text, []byte(markerWord)) {
		return nil
	}
	decide := func(c Condition) (bool, error) {
		for _, f := range c.Features() {
			if err := known(f); err != nil {
				return false, err
			}
		}
		return true, nil
	}
	return scanRegions(name, text, decide, func([]byte, bool) {}, func() {})
}

// foldRegions answers the text without markers and without the lines of regions
// whose condition does not hold, and whether there were any markers.
func foldRegions(name string, text []byte, on func(feature string) bool) (folded []byte, marked bool, err error) {
	if !bytes.Contains(text, []byte(markerWord)) {
		return text, false, nil
	}
	out := folder{brackets: strings.HasSuffix(name, ".go")}
	decide := func(c Condition) (bool, error) { return c.Holds(on), nil }
	show := func(l []byte, shown bool) {
		if shown {
			out.add(l)
		}
	}
	err = scanRegions(name, text, decide, show, func() { out.seam, marked = true, true })
	return out.finish(), marked, err
}

// folder gathers lines and closes the gaps where regions were: of blank lines
// that come together at a seam one is left, and none at the end of the text.
type folder struct {
	lines    [][]byte
	seam     bool // a marker stood after the last line, or the blank one after that
	brackets bool // blank lines next to brackets go too
}

func (f *folder) add(l []byte) {
	trimmed := bytes.TrimSpace(l)
	blank := len(trimmed) == 0
	if f.seam && blank && (f.lastBlank() || f.brackets && f.lastOpens()) {
		return
	}
	if f.seam && !blank && f.brackets && f.lastBlank() && bytes.ContainsAny(trimmed[:1], "})") {
		f.drop()
	}
	f.lines = append(f.lines, l)
	f.seam = f.seam && blank
}

func (f *folder) last() []byte {
	if len(f.lines) == 0 {
		return nil
	}
	return bytes.TrimSpace(f.lines[len(f.lines)-1])
}

// lastBlank holds at the beginning of the text too.
func (f *folder) lastBlank() bool { return len(f.last()) == 0 }

func (f *folder) lastOpens() bool {
	l := f.last()
	return len(l) > 0 && bytes.ContainsAny(l[len(l)-1:], "{(")
}

func (f *folder) drop() {
	if len(f.lines) > 0 {
		f.lines = f.lines[:len(f.lines)-1]
	}
}

func (f *folder) finish() []byte {
	for f.seam && len(f.lines) > 0 && f.lastBlank() {
		f.drop()
	}
	return bytes.Join(f.lines, nil)
}
