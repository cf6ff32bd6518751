package mcp

import (
	"bytes"
	"sync"
	"unicode/utf8"
)

// tail keeps the end of what a process writes to standard error, however much
// that is. It is safe for concurrent use.
type tail struct {
	keep int
	told func([]byte) // of everything; nil tells nobody

	mu      sync.Mutex
	text    []byte
	total   int64
	invalid bool
	over    bool   // nothing more comes: text is final
	partial []byte // the begun rune at the end of what was written
}

// Write takes everything and keeps the last bytes.
func (t *tail) Write(p []byte) (int, error) {
	if t.told != nil {
		t.told(p)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.total += int64(len(p))
	t.check(p)
	t.text = append(t.text, p[max(0, len(p)-t.keep):]...)
	// Moving only when twice the size is there makes the cost per byte
	// constant.
	if len(t.text) > 2*t.keep {
		t.text = append(t.text[:0], t.text[len(t.text)-t.keep:]...)
	}
	return len(p), nil
}

// check notes bytes that are not UTF-8; a rune may be split between writes.
func (t *tail) check(p []byte) {
	if t.invalid {
		return
	}
	if len(t.partial) > 0 {
		p = append(t.partial, p...)
	}
	whole := len(p)
	for i := 1; i < utf8.UTFMax && i <= len(p); i++ {
		if at := len(p) - i; utf8.RuneStart(p[at]) {
			if !utf8.FullRune(p[at:]) {
				whole = at
			}
			break
		}
	}
	t.invalid = !utf8.Valid(p[:whole])
	t.partial = bytes.Clone(p[whole:])
}

// end notes that nothing more comes: a rune that was begun stays unfinished.
// What is kept outlives the process, so it is kept tight.
func (t *tail) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.invalid = t.invalid || len(t.partial) > 0
	t.text, t.over = t.kept(), true
}

// bytes is the end of what was written, not to be changed.
func (t *tail) bytes() []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over {
		return t.text
	}
	return t.kept()
}

func (t *tail) kept() []byte { return bytes.Clone(t.text[max(0, len(t.text)-t.keep):]) }

// measure is how much was written in all, and whether it is UTF-8 so far.
func (t *tail) measure() (total int64, valid bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.total, !t.invalid
}
