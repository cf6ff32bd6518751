package mcp

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// The bounds that lines keeps beside the length of one line.
const (
	// headBytes is how much of a line that is too long is kept.
	headBytes = 64 << 10
	// countFactor times the limit is how far a line that is too long is
	// followed, only to say how long it is.
	countFactor = 16
	// totalFactor times the limit is what a connection may bring in all.
	totalFactor = 64
	// readBytes is the buffer of one connection. A run opens hundreds, and
	// most lines are short.
	readBytes = 8 << 10
)

// byteOrderMark is U+FEFF in UTF-8, with which JSON must not begin and
// sometimes does.
var byteOrderMark = []byte("\xef\xbb\xbf")

// lines cuts a stream into lines. However the bytes arrive, it looks at each
// once and keeps no more than one line of bounded length.
type lines struct {
	in    *bufio.Reader
	limit int
	left  int64
	// long is told once when a line turns out to be too long.
	long func()
}

func newLines(r io.Reader, limit int, long func()) *lines {
	return &lines{in: bufio.NewReaderSize(r, readBytes), limit: limit, left: totalFactor * int64(limit), long: long}
}

// next returns the next line without its newline, and the length it had. The
// last line may lack its newline; io.EOF or the stream's own error follows
// it. The error is ErrTooLong when the line, of which the caller gets the
// head, or the whole stream passes its limit: then the rest is not worth
// reading.
func (l *lines) next() (line []byte, size int, err error) {
	if l.left < 0 {
		return nil, 0, fmt.Errorf("more than %d bytes on standard output: %w", totalFactor*int64(l.limit), ErrTooLong)
	}
	for {
		part, err := l.in.ReadSlice('\n')
		l.left -= int64(len(part))
		text, ended := bytes.CutSuffix(part, []byte{'\n'})
		size += len(text)
		if size > l.limit {
			line = head(line, text, min(headBytes, l.limit))
			return line, l.count(size, ended || isEnd(err)), fmt.Errorf("a line of more than %d bytes on standard output: %w", l.limit, ErrTooLong)
		}
		line = append(line, text...)
		switch {
		case ended:
			return line, size, nil
		case isEnd(err) && size > 0:
			return line, size, nil // the error comes again
		case isEnd(err):
			return nil, 0, err
		}
	}
}

// count reads on to the end of a line that is too long and returns its length,
// or the bound at which it stopped.
func (l *lines) count(size int, ended bool) int {
	l.long()
	most := l.limit * countFactor
	for !ended && size < most {
		part, err := l.in.ReadSlice('\n')
		text, newline := bytes.CutSuffix(part, []byte{'\n'})
		size += len(text)
		ended = newline || isEnd(err)
	}
	return min(size, most)
}

// isEnd tells an error of the stream from bufio's notice that a line does not
// fit its buffer.
func isEnd(err error) bool { return err != nil && !errors.Is(err, bufio.ErrBufferFull) }

// head is the first n bytes of line and text together, in memory of its own so
// that what was read of a long line can go.
func head(line, text []byte, n int) []byte {
	kept := make([]byte, 0, n)
	kept = append(kept, line[:min(n, len(line))]...)
	return append(kept, text[:min(n-len(kept), len(text))]...)
}
