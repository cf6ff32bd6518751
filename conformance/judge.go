package conformance

import (
	"context"
	"errors"
	"fmt"

	"github.com/mcpctl/mcpctl/mcp"
)

// maxViolations bounds what one finding lists. The places of some more are
// kept, to know which findings have the same cause.
const (
	maxViolations = 20
	maxSpots      = 1000
)

// Judge collects what a check sees and what it finds wrong. A check that saw
// nothing is unproven, never passed. A Judge belongs to one check at a time.
type Judge struct {
	shown  []shown
	wrong  []violation
	more   []spot
	judged int
	timed  bool
	cut    bool  // a connection ended before an answer came
	gone   error // the server had ended
}

// shown is an exchange or message that a verdict rests on.
type shown struct {
	exchange *mcp.Exchange
	frames   []mcp.Frame
}

// Saw notes that an exchange was judged, whatever comes of it.
func (j *Judge) Saw(x *mcp.Exchange) {
	j.judged++
	if x == nil {
		return
	}
	j.noteTiming(x)
	for _, s := range j.shown {
		if s.exchange == x {
			return
		}
	}
	if len(j.shown) < 8 {
		j.shown = append(j.shown, shown{exchange: x})
	}
}

// Met notes that a message was judged, whatever comes of it.
func (j *Judge) Met(m Seen) {
	j.judged++
	if len(j.shown) == 0 {
		j.shown = append(j.shown, shown{m.Exchange, []mcp.Frame{m.Frame}})
	}
}

// Failf notes a violation that exchange x proves; x may be nil.
func (j *Judge) Failf(x *mcp.Exchange, format string, args ...any) {
	j.Saw(x)
	s := spot{}
	if x != nil {
		s.connection, s.about = x.Log(), x.Request.Method
		for _, f := range x.Frames() {
			if f.Direction == mcp.Received {
				s.frame = f.Seq
			}
		}
	}
	j.add(shown{exchange: x}, violation{fmt.Sprintf(format, args...), s})
}

// Faultf notes a violation at a JSON Pointer of a message.
func (j *Judge) Faultf(m Seen, pointer, format string, args ...any) {
	j.judged++
	message := fmt.Sprintf(format, args...)
	if pointer != "" {
		message = fmt.Sprintf("%s (at %s)", message, pointer)
	}
	j.add(shown{m.Exchange, []mcp.Frame{m.Frame}},
		violation{message, spot{m.Connection.Log, m.Frame.Seq, m.Pointer + pointer, about(m)}})
}

// about is the method that a message is of, or that it answers.
func about(m Seen) string {
	if m.Has("method") || m.Exchange == nil {
		return m.Method()
	}
	return m.Exchange.Request.Method
}

// add keeps a violation and puts its evidence first.
func (j *Judge) add(s shown, v violation) {
	if len(j.wrong) >= maxViolations {
		if len(j.more) < maxSpots {
			j.more = append(j.more, v.spot)
		}
		return
	}
	if len(j.wrong) == 0 {
		j.shown = nil
	}
	if len(j.shown) < 8 && !j.shows(s) {
		j.shown = append(j.shown, s)
	}
	j.wrong = append(j.wrong, v)
}

func (j *Judge) shows(s shown) bool {
	for _, have := range j.shown {
		if have.exchange == s.exchange && (s.exchange != nil || len(have.frames) > 0 && len(s.frames) > 0 && have.frames[0].Seq == s.frames[0].Seq) {
			return true
		}
	}
	return false
}

// Err is the verdict so far, as Run and Watch return it: the violations, or
// nil, or Unproven with the reason nothing when nothing was judged.
func (j *Judge) Err(nothing string) error {
	switch {
	case len(j.wrong) > 0:
		return violations{j.wrong, j.more}
	case j.judged == 0:
		return Unprovenf("%s", nothing)
	}
	return nil
}

// Timed says that the clock has a say in the verdict, so that a violation is
// looked at again, alone, before it counts. Exchanges that timed out say so by
// themselves.
func (j *Judge) Timed() { j.timed = true }

// Bad reports whether a violation was found.
func (j *Judge) Bad() bool { return len(j.wrong) > 0 }

// noteTiming remembers that the clock, or an end to which another check may
// have brought the server, had a say in what was seen.
func (j *Judge) noteTiming(x *mcp.Exchange) {
	if isTimeout(x.Err()) {
		j.timed = true
	}
	if gone(x.Err()) {
		j.gone = x.Err()
	}
	if x.Reply() == nil && cutOff(x) {
		j.cut = true
	}
}

// cutOff reports whether a connection ended under an exchange. That a check
// broke off by itself does not count.
func cutOff(x *mcp.Exchange) bool {
	switch err := x.Err(); {
	case err == nil || errors.Is(err, context.Canceled):
		return false
	case x.URL != "":
		return x.Status == 0 && !errors.Is(err, mcp.ErrClosed)
	}
	return x.Log() != nil && x.Log().Ended() != nil
}
