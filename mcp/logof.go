package mcp

import (
	"slices"
	"time"
)

// LogOf is a log of what was recorded elsewhere: frames in order, and the
// exchanges that their Exchange counts in. It has ended when ended says why. It
// takes nothing away from the log that the exchanges belong to. An exchange that
// has no answer yet stands in it as it is now, and stays so.
func LogOf(frames []Frame, exchanges []*Exchange, ended error) *Log {
	all := make([]*Exchange, len(exchanges))
	for i, x := range exchanges {
		all[i] = x.asOfNow()
	}
	return &Log{limits: DefaultLimits(), began: time.Now(), grown: make(chan struct{}), frames: frames, exchanges: all, ended: ended}
}

// asOfNow is the exchange when its answer has begun, for only then may Status and
// Header be read; before, it is a twin to which no answer will ever come.
func (x *Exchange) asOfNow() *Exchange {
	select {
	case <-x.opened:
		return x
	default:
	}
	twin := newExchange(x.Request, x.Sent, x.Asked)
	twin.Seq, twin.Method, twin.URL, twin.SentHeader, twin.Started, twin.log = x.Seq, x.Method, x.URL, x.SentHeader, x.Started, x.log
	x.log.mu.Lock()
	defer x.log.mu.Unlock()
	twin.frames = slices.Clone(x.frames)
	return twin
}
