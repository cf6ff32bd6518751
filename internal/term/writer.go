package term

import (
	"io"
	"slices"
	"unicode/utf8"
)

// A Writer passes text on as Safe would answer it, however it is cut into
// writes. It is not for concurrent use. Close it to pass on the last bytes when
// they are a broken character.
type Writer struct {
	to      io.Writer
	pending []byte // the beginning of a character whose rest has not come yet
}

// NewWriter answers a Writer that passes on to w, which it does not close.
func NewWriter(w io.Writer) *Writer {
	return &Writer{to: w}
}

// Write passes p on, made safe. It always takes the whole of p; an error is that
// of the writer underneath.
func (w *Writer) Write(p []byte) (int, error) {
	buf := slices.Concat(w.pending, p)
	whole := len(buf) - incomplete(buf)
	_, err := io.WriteString(w.to, Safe(string(buf[:whole])))
	w.pending = slices.Clone(buf[whole:])
	return len(p), err
}

// Close passes on what is held back. It leaves the writer underneath open.
func (w *Writer) Close() error {
	_, err := io.WriteString(w.to, Safe(string(w.pending)))
	w.pending = nil
	return err
}

// incomplete counts the bytes at the end of p that may be the beginning of a
// character.
func incomplete(p []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(p); n++ {
		last := p[len(p)-n:]
		if utf8.RuneStart(last[0]) {
			if utf8.FullRune(last) {
				return 0
			}
			return n
		}
	}
	return 0
}
