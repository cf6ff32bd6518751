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
	told   func(Frame, *Exchange) // of every frame; nil tells nobody

	mu        sync.Mutex
	grown     chan struct{} // closed and replaced whenever something is added
	frames    []Frame
	first     int // Seq of frames[0]
	next      int // Seq of the next frame
	exchanges []*Exchange
	opened    int // exchanges, those let go of included
	kept      int // bytes of text
	dropped   int
	ended     error
}

// NewLog starts a log. Times in it count from now.
func NewLog(l Limits) *Log { return newLog(Options{Limits: l}) }

// newLog starts the log of a connection.
func newLog(o Options) *Log {
	return &Log{limits: o.Limits, told: o.Frame, began: time.Now(), grown: make(chan struct{})}
}

// Add records a frame, with the exchange it belongs to or nil, and returns it
// as recorded.
func (l *Log) Add(f Frame, x *Exchange) Frame {
	l.mu.Lock()
	defer l.mu.Unlock()
	f.Seq, f.At = l.next, time.Since(l.began)
	l.next++
	if x != nil {
		f.Exchange = x.Seq
	}
	defer l.wake()
	if l.told != nil {
		l.told(f, x)
	}
	if l.limits.Rolling {
		l.roll(len(f.Data))
	} else if len(l.frames) >= l.limits.Frames {
		l.dropped++
		return f
	}
	kept := f
	if l.kept += len(f.Data); l.kept > l.limits.Log {
		kept.Data, kept.parsed = nil, new(parsed)
		if l.limits.Rolling {
			l.kept -= len(f.Data)
		}
	}
	l.frames = append(l.frames, kept)
	if x != nil {
		x.frames = append(x.frames, f.Seq)
	}
	return f
}

// answered tells of the status and header of an HTTP answer.
func (l *Log) answered(x *Exchange) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.told == nil {
		return
	}
	f := NewFrame(Received, ChannelHTTP, nil)
	f.Seq, f.At, f.Exchange = -1, time.Since(l.began), x.Seq
	l.told(f, x)
}

// roll lets go of the oldest frames, half of them at a time, when there is no
// room for one more with a text of that length.
func (l *Log) roll(size int) {
	n := 0
	for len(l.frames)-n >= l.limits.Frames || l.kept+size > l.limits.Log && n < len(l.frames) {
		for half := n + (len(l.frames)-n+1)/2; n < half; n++ {
			l.kept -= len(l.frames[n].Data)
		}
	}
	if n == 0 {
		return
	}
	l.frames = append([]Frame(nil), l.frames[n:]...) // what was handed out stays as it is
	l.first += n
	l.dropped += n
	l.release()
}

// release lets go of exchanges that are over and have no frame left, and of what
// the others remember of frames that are gone.
func (l *Log) release() {
	kept := make([]*Exchange, 0, len(l.exchanges)/2+1)
	for _, x := range l.exchanges {
		left := make([]int, 0, len(x.frames))
		for _, seq := range x.frames {
			if seq >= l.first {
				left = append(left, seq)
			}
		}
		if x.frames = left; len(left) > 0 || !closed(x.done) {
			kept = append(kept, x)
		}
	}
	l.exchanges = kept
}

// open gives an exchange its place in the log.
func (l *Log) open(x *Exchange) {
	l.mu.Lock()
	defer l.mu.Unlock()
	x.log, x.Seq, x.Started = l, l.opened, time.Since(l.began)
	l.opened++
	if l.limits.Rolling && len(l.exchanges) >= 2*l.limits.Frames {
		l.release() // those that never had a frame, too
	}
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

// Frames are the frames so far, or the last of them, see Limits.Rolling.
func (l *Log) Frames() []Frame {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.frames[:len(l.frames):len(l.frames)]
}

// Exchanges are the exchanges so far, in order: the one at i has the Seq i. With
// Limits.Rolling those that are long over are not among them.
func (l *Log) Exchanges() []*Exchange {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.exchanges[:len(l.exchanges):len(l.exchanges)]
}

// Dropped counts the frames that are not kept: those that came after the log was
// full or, with Limits.Rolling, the oldest.
func (l *Log) Dropped() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dropped
}

// Await returns the first frame, from the first that is kept on, that match
// accepts, waiting for it until ctx ends or the connection does.
func (l *Log) Await(ctx context.Context, match func(Frame) bool) (Frame, error) {
	for seen := 0; ; {
		// Asked before the frames are taken, so that what came just
		// before ctx ended is still looked at.
		late := ctx.Err()
		l.mu.Lock()
		frames, grown, ended := l.frames[max(0, seen-l.first):len(l.frames):len(l.frames)], l.grown, l.ended
		seen = l.first + len(l.frames)
		l.mu.Unlock()
		for _, f := range frames {
			if match(f) {
				return f, nil
			}
		}
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
