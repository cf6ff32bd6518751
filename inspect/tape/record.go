package tape

import (
	"bytes"
	"io"
	"sync"
	"time"

	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/mcp"
)

// Recorder puts what crosses into a recording, with the time. Whatever happens
// to the recording, what crosses goes on: Err tells of it. It is safe for
// concurrent use.
type Recorder struct {
	writer *Writer
	began  time.Time

	mu       sync.Mutex
	exchange int
	err      error
}

// NewRecorder records into w, on the clock that began then.
func NewRecorder(w *Writer, began time.Time) *Recorder { return &Recorder{writer: w, began: began} }

// Add records a frame as crossing now.
func (r *Recorder) Add(f traffic.Frame) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f.At = time.Since(r.began)
	if r.err == nil {
		r.err = r.writer.Write(f)
	}
}

// Err is why nothing more is recorded, nil while all is well.
func (r *Recorder) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// next is the number of a new exchange.
func (r *Recorder) next() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.exchange++
	return r.exchange - 1
}

// maxFrame is how much of one message is recorded.
const maxFrame = 64 << 20

// lines cuts what is written to it into lines and records each.
type lines struct {
	to        *Recorder
	direction mcp.Direction
	channel   mcp.Channel

	line []byte
	size int
}

// Write takes the next bytes; it never fails.
func (l *lines) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		part, after, whole := bytes.Cut(rest, []byte{'\n'})
		l.size += len(part)
		l.line = append(l.line, part[:min(len(part), maxFrame-len(l.line))]...)
		if whole {
			l.flush()
		}
		rest = after
	}
	return len(p), nil
}

// flush records the line so far, unless it is blank.
func (l *lines) flush() {
	if l.size > 0 && len(bytes.TrimSpace(l.line)) > 0 {
		f := traffic.Frame{Frame: mcp.NewFrame(l.direction, l.channel, bytes.Clone(l.line))}
		f.Size = l.size
		l.to.Add(f)
	}
	l.line, l.size = l.line[:0], 0
	if cap(l.line) > 1<<20 {
		l.line = nil
	}
}

// pass copies from in to out until either ends. Each piece is recorded before
// it goes on, so that no answer stands before its question.
func (l *lines) pass(out io.Writer, in io.Reader) error {
	defer l.flush()
	piece := make([]byte, 32<<10)
	for {
		n, err := in.Read(piece)
		if n > 0 {
			_, _ = l.Write(piece[:n]) // it never fails
			if _, err := out.Write(piece[:n]); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
