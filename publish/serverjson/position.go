package serverjson

import (
	"bytes"
	"unicode/utf8"
)

// Position is a place in a text for people: line and column count from 1, the
// column in characters (code points).
type Position struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// positionOf finds the place of a byte.
func positionOf(raw []byte, offset int) Position {
	before := raw[:min(max(offset, 0), len(raw))]
	line := bytes.LastIndexByte(before, '\n') + 1
	return Position{
		Line:   bytes.Count(before, []byte{'\n'}) + 1,
		Column: utf8.RuneCount(before[line:]) + 1,
	}
}
