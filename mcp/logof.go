package mcp

import "slices"

// LogOf is a log of what was recorded elsewhere: frames in order, and the
// exchanges that they belong to, in order; not all of a log's need be there. It
// has ended when ended says why. It takes nothing away from the log that the
// exchanges belong to. An exchange that has no answer yet stands in it as it is
// now, and stays so.
func LogOf(frames []Frame, exchanges []*Exchange, ended error) *Log {
	all := make([]*Exchange, len(exchanges))
	for i, x := range exchanges {
		all[i] = x.asOfNow()
	}
	l := NewLog(DefaultLimits())
	l.frames, l.exchanges, l.ended = inStep(frames, exchanges), all, ended
	l.next, l.opened = len(frames), len(all)
	return l
}

// inStep are frames whose Exchange is the place of theirs among exchanges, -1
// where it is not among them.
func inStep(frames []Frame, exchanges []*Exchange) []Frame {
	if n := len(exchanges); n == 0 || exchanges[n-1].Seq == n-1 {
		return frames // none is left out
	}
	places := make(map[int]int, len(exchanges))
	for i, x := range exchanges {
		places[x.Seq] = i
	}
	moved := slices.Clone(frames)
	for i := range moved {
		if at, ok := places[moved[i].Exchange]; ok {
			moved[i].Exchange = at
		} else {
			moved[i].Exchange = -1
		}
	}
	return moved
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
