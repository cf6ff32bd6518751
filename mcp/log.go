package mcp

import (
	"context"
	"sync"
	"time"
)

// Log is everything that crossed one connection, in order: frames with their
// bytes and times, grouped into exchanges. It is safe for concurrent use.
type Log struct {
	limits Limits
	began  time.Time

	mu        sync.Mutex
	grown     chan struct{} // closed and replaced whenever something is added
	frames    []Frame
	exchanges []*Exchange
	kept      int
	dropped   int
	ended     error
}

// NewLog starts a log. Times in it count from now.
func NewLog(l Limits) *Log {
	return &Log{limits: l, began: time.Now(), grown: make(chan struct{})}
}

// Add records a frame, with the exchange it belongs to or nil, and returns it
// as recorded.
func (l *Log) Add(f Frame, x *Exchange) Frame {
	l.mu.Lock()
	defer l.mu.Unlock()
	f.Seq, f.At = len(l.frames)+l.dropped, time.Since(l.began)
	if x != nil {
		f.Exchange = x.Seq
	}
	if len(l.frames) >= l.limits.Frames {
		l.dropped++
		l.wake()
		return f
	}
	kept := f
	if l.kept += len(f.Data); l.kept > l.limits.Log {
		kept.Data, kept.parsed = nil, new(parsed)
	}
	l.frames = append(l.frames, kept)
	if x != nil {
		x.frames = append(x.frames, len(l.frames)-1)
	}
	l.wake()
	return f
}

// open gives an exchange its place in the log.
func (l *Log) open(x *Exchange) {
	l.mu.Lock()
	defer l.mu.Unlock()
	x.log, x.Seq, x.Started = l, len(l.exchanges), time.Since(l.began)
	l.exchanges = append(l.exchanges, x)
}

// end records that nothing more can come, and why.
func (l *Log) end(why error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended == nil {
		l.ended = why
		l.wake()
	}
}

func (l *Log) wake() {
	close(l.grown)
	l.grown = make(chan struct{})
}

// Frames are the frames so far.
func (l *Log) Frames() []Frame {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.frames[:len(l.frames):len(l.frames)]
}

// Exchanges are the exchanges so far.
func (l *Log) Exchanges() []*Exchange {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.exchanges[:len(l.exchanges):len(l.exchanges)]
}

// Dropped counts the frames that came after the log was full.
func (l *Log) Dropped() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dropped
}

// Await returns the first frame, from the log's first on, that match accepts,
// waiting for it until ctx ends or the connection does.
func (l *Log) Await(ctx context.Context, match func(Frame) bool) (Frame, error) {
	for seen := 0; ; {
		// Asked before the frames are taken, so that what came just
		// before ctx ended is still looked at.
		late := ctx.Err()
		l.mu.Lock()
		frames, grown, ended := l.frames[seen:len(l.frames):len(l.frames)], l.grown, l.ended
		l.mu.Unlock()
		for _, f := range frames {
			if match(f) {
				return f, nil
			}
		}
		seen += len(frames)
		if ended != nil {
			return Frame{}, ended
		}
		if late != nil {
			return Frame{}, late
		}
		select {
		case <-grown:
		case <-ctx.Done():
		}
	}
}

// Ended is why nothing more can come, nil while something can.
func (l *Log) Ended() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ended
}
