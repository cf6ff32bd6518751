package traffic

import (
	"slices"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

// Range is the N of the first entry kept and that after the last.
func (l *Log) Range() (first, end int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.first, l.next()
}

// Len counts the entries kept.
func (l *Log) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.entries)
}

// Version grows with everything that is added or changed.
func (l *Log) Version() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.version
}

// Entry is the entry of that number; false when it is not kept.
func (l *Log) Entry(n int) (Entry, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e := l.at(n); e != nil {
		return *e, true
	}
	return Entry{}, false
}

// Raw is the text of an entry, exactly as it crossed; of a batch the one message.
// The error is ErrGone, or the disk's.
func (l *Log) Raw(n int) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.raw(n)
}

func (l *Log) raw(n int) ([]byte, error) {
	e := l.at(n)
	if e == nil {
		return nil, ErrGone
	}
	raw, err := l.store.get(e.place)
	if err == nil && len(raw) == 0 && e.Size > 0 {
		err = ErrGone
	}
	return raw, err
}

// Message reads an entry's text as a message.
func (l *Log) Message(n int) (mcp.Message, error) {
	raw, err := l.Raw(n)
	if err != nil {
		return mcp.Message{}, err
	}
	return mcp.ParseMessage(raw)
}

// status is how a request fared in the end: for one of several rounds, the last.
func (l *Log) status(e *Entry) Status {
	if n := len(e.legs); n > 0 {
		if last := l.at(e.legs[n-1]); last != nil {
			return last.Status
		}
	}
	return e.Status
}

// Caused are the Ns of what an entry led to, its response included, in order.
func (l *Log) Caused(n int) []int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e := l.at(n); e != nil {
		return slices.Clone(e.kids)
	}
	return nil
}

// SetFindings hangs what a judge found on an entry.
func (l *Log) SetFindings(n int, found []Finding) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e := l.at(n); e != nil {
		e.Findings = append([]Finding(nil), found...)
		l.version++
		l.touch(n)
		if e.Kind == Response { // which counts for its request
			l.touch(e.Cause)
		}
	}
}

// Now is the time on the clock of the frames.
func (l *Log) Now() time.Duration {
	if l.options.Now != nil {
		return l.options.Now()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.latest
}
