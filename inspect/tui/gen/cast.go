package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
)

// film is a recording: what the screen showed, and when.
type film struct {
	width, height int
	frames        []frame
	end           time.Duration
}

// frame is what the screen shows from a time on. shot is its name, if it has one.
type frame struct {
	at   time.Duration
	rows []string // with sequences that set colours
	shot string
}

// merged is how soon a frame may follow the one before; a sooner one takes its
// place.
const merged = 70 * time.Millisecond

// readFilm reads an asciicast, as tui.Drive writes it: every event a whole screen.
func readFilm(in io.Reader) (film, error) {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	var head struct{ Version, Width, Height int }
	if !lines.Scan() {
		return film{}, fmt.Errorf("the recording is empty: %w", lines.Err())
	}
	if err := json.Unmarshal(lines.Bytes(), &head); err != nil || head.Version != 2 {
		return film{}, fmt.Errorf("the recording is no asciicast of version 2: %w", err)
	}
	f := film{width: head.Width, height: head.Height}
	for lines.Scan() {
		var seconds float64
		var kind, data string
		if err := json.Unmarshal(lines.Bytes(), &[]any{&seconds, &kind, &data}); err != nil {
			return film{}, fmt.Errorf("reading an event of the recording: %w", err)
		}
		f.end = time.Duration(seconds * float64(time.Second))
		switch kind {
		case "o":
			f.add(strings.Split(strings.TrimPrefix(data, "\x1b[H"), "\r\n"))
		case "m":
			f.frames[len(f.frames)-1].shot = data
		default:
			return film{}, fmt.Errorf("the recording has an event %q, which no image can show", kind)
		}
	}
	return f, lines.Err()
}

func (f *film) add(rows []string) {
	if n := len(f.frames); n > 0 && f.end-f.frames[n-1].at < merged && f.frames[n-1].shot == "" {
		f.frames[n-1].rows = rows
		return
	}
	f.frames = append(f.frames, frame{at: f.end, rows: rows})
}
