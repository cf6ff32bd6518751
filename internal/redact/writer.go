package redact

import (
	"bytes"
	"io"
	"slices"
)

// A Writer passes text on as String would answer it, however it is cut into
// writes. It is not for concurrent use. Close it: the last bytes are held back
// while they may be the beginning of a secret.
type Writer struct {
	redactor *Redactor
	to       io.Writer
	pending  []byte
	covered  int // bytes of pending that belong to a secret already marked
}

// Writer answers a Writer that passes on to w, which it does not close.
func (r *Redactor) Writer(w io.Writer) *Writer {
	return &Writer{redactor: r, to: w}
}

// Write passes p on without the secrets. It always takes the whole of p; an
// error is that of the writer underneath.
func (w *Writer) Write(p []byte) (int, error) {
	if w.redactor == nil || len(w.redactor.patterns) == 0 {
		return w.to.Write(p)
	}
	return len(p), w.pass(p, false)
}

// Close passes on what is held back. It leaves the writer underneath open.
func (w *Writer) Close() error {
	if w.redactor == nil || len(w.pending) == 0 {
		return nil
	}
	return w.pass(nil, true)
}

func (w *Writer) pass(p []byte, end bool) error {
	buf := slices.Concat(w.pending, p)
	out, used, covered := w.redactor.scan(nil, buf, w.covered, end)
	w.pending, w.covered = bytes.Clone(buf[used:]), covered
	if len(out) == 0 {
		return nil
	}
	_, err := w.to.Write(out)
	return err
}
