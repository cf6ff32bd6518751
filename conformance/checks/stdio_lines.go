package checks

import (
	"bytes"
	"encoding/json"
	"io"
	"iter"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// lineKind tells what a line of standard output is.
type lineKind int

const (
	lineMessage lineKind = iota // one JSON value, of whatever kind
	lineArray
	lineSeveral  // JSON values one after another, or a header in place of a newline
	linePiece    // part of a message that goes on in the next line
	lineNoise    // anything else
	lineFarewell // noise after the last message of a connection that has ended
	lineUnknown  // too long to be kept, or judged by base/message/utf8
)

// stdioLine is a line of standard output and what it is.
type stdioLine struct {
	conformance.Seen
	kind lineKind
}

// stdioLines are all lines that the server wrote, on all connections. Of a
// message in pieces the first stands for all.
func stdioLines(t *conformance.Traffic) iter.Seq[stdioLine] {
	return func(yield func(stdioLine) bool) {
		for _, c := range t.Connections {
			for _, line := range linesOf(c) {
				if !yield(line) {
					return
				}
			}
		}
	}
}

// linesOf tells what the lines of one connection are.
func linesOf(c conformance.Connection) []stdioLine {
	var all []stdioLine
	last := -1 // the last line with a message
	frames := received(c)
	for i := 0; i < len(frames); i++ {
		f := frames[i]
		line := stdioLine{conformance.Seen{Frame: f, Connection: c, Exchange: exchangeOf(c, f)}, lineOf(f)}
		if pieces := piecesOf(frames[i:]); line.kind == lineNoise && pieces > 1 {
			line.kind = linePiece
			i += pieces - 1
		}
		if line.kind != lineNoise {
			last = len(all)
		}
		all = append(all, line)
	}
	if c.Exited {
		for i := last + 1; i < len(all); i++ {
			all[i].kind = lineFarewell
		}
	}
	return all
}

func received(c conformance.Connection) []mcp.Frame {
	var all []mcp.Frame
	for _, f := range c.Frames() {
		if f.Direction == mcp.Received {
			all = append(all, f)
		}
	}
	return all
}

// lineOf tells what a line is, seen by itself.
func lineOf(f mcp.Frame) lineKind {
	if f.Cut() || len(f.Data) == 0 || bytes.HasPrefix(f.Data, []byte(byteOrderMark)) {
		return lineUnknown
	}
	if m, err := f.Message(); err == nil {
		if m.Is(mcp.Array) {
			return lineArray
		}
		return lineMessage
	}
	header := bytes.HasPrefix(bytes.ToLower(f.Data), []byte("content-length:"))
	if header || jsonValues(f.Data) > 1 {
		return lineSeveral
	}
	return lineNoise
}

// jsonValues counts the JSON objects and arrays that a text is made of, 0 when
// there is something else in it.
func jsonValues(text []byte) int {
	decoder := json.NewDecoder(bytes.NewReader(text))
	n := 0
	for {
		var value json.RawMessage
		switch err := decoder.Decode(&value); {
		case err == io.EOF:
			return n
		case err != nil || value[0] != '{' && value[0] != '[':
			return 0
		}
		n++
	}
}

// maxPieces bounds the lines that are tried together.
const maxPieces = 2000

// piecesOf counts the lines at the start of frames that are one JSON object or
// array together, 0 when they are none.
func piecesOf(frames []mcp.Frame) int {
	if len(frames) == 0 || len(frames[0].Data) == 0 || !bytes.ContainsAny(frames[0].Data[:1], "{[") {
		return 0
	}
	var text []byte
	for i, f := range frames[:min(len(frames), maxPieces)] {
		text = append(append(text, f.Data...), '\n')
		end := bytes.TrimSpace(f.Data)
		if len(end) > 0 && bytes.ContainsAny(end[len(end)-1:], "}]") && json.Valid(text) {
			return i + 1
		}
	}
	return 0
}
