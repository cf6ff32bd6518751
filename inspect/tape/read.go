package tape

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/mcpctl/mcpctl/inspect/traffic"
)

// Reader reads a recording frame by frame.
type Reader struct {
	Header Header

	in   *bufio.Reader
	line int
	cut  bool
}

// NewReader reads the first line. The error is ErrNoTape for what is no
// recording.
func NewReader(in io.Reader) (*Reader, error) {
	r := &Reader{in: bufio.NewReaderSize(in, 64<<10)}
	first, err := r.next()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if err := json.Unmarshal(first, &r.Header); err != nil {
		return nil, ErrNoTape
	}
	if r.Header.Schema != Schema {
		if name, version, ok := strings.Cut(r.Header.Schema, "/v"); ok && name == "mcpctl.tape" {
			return nil, fmt.Errorf("the recording is of version %q, and this mcpctl reads version 1: take a newer one", clip(version))
		}
		return nil, ErrNoTape
	}
	return r, nil
}

// next is the next line without its end. A line that the file ends within comes
// with io.EOF.
func (r *Reader) next() ([]byte, error) {
	r.line++
	var whole []byte
	for {
		part, err := r.in.ReadSlice('\n')
		if len(whole)+len(part) > maxLine {
			return nil, fmt.Errorf("line %d of the recording is longer than %d bytes", r.line, maxLine)
		}
		whole = append(whole, part...)
		switch {
		case err == nil:
			return whole[:len(whole)-1], nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF):
			return whole, io.EOF
		default:
			return nil, fmt.Errorf("reading the recording: %w", err)
		}
	}
}

// Next is the next frame; io.EOF ends the recording. A last line that was broken
// off is left out, and Cut says so.
func (r *Reader) Next() (traffic.Frame, error) {
	for {
		raw, err := r.next()
		last := errors.Is(err, io.EOF)
		if err != nil && !last {
			return traffic.Frame{}, err
		}
		if len(bytes.TrimSpace(raw)) == 0 {
			if last {
				return traffic.Frame{}, io.EOF
			}
			continue
		}
		f, err := decode(raw)
		switch {
		case err == nil:
			return f, nil
		case last:
			r.cut = true
			return traffic.Frame{}, io.EOF
		}
		return traffic.Frame{}, fmt.Errorf("line %d of the recording cannot be read: %w", r.line, err)
	}
}

// Cut reports whether the last line was broken off. It is known once Next has
// said io.EOF.
func (r *Reader) Cut() bool { return r.cut }

// Read reads a whole recording.
func Read(in io.Reader) (*Tape, error) {
	// One more, to tell what is too long from what just fits.
	limited := &io.LimitedReader{R: in, N: maxBytes + 1}
	r, err := NewReader(limited)
	if err != nil {
		return nil, err
	}
	t := &Tape{Header: r.Header}
	for {
		f, err := r.Next()
		switch {
		case limited.N <= 0:
			return nil, fmt.Errorf("the recording is larger than %d bytes", maxBytes)
		case errors.Is(err, io.EOF):
			t.Cut = r.Cut()
			return t, nil
		case err != nil:
			return nil, err
		case len(t.Frames) == maxFrames:
			return nil, fmt.Errorf("the recording has more than %d frames", maxFrames)
		}
		t.Frames = append(t.Frames, f)
	}
}

// Open reads the recording at path.
func Open(path string) (*Tape, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot open the recording: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	t, err := Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}
