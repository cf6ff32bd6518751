package checks

import (
	"context"
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// streamableResumed is what came of resuming two streams from their first
// event with an id.
type streamableResumed struct{ streams []resumedStream }

// resumedStream is a stream as it came first, and as it came again. again is
// nil when the server resumed nothing.
type resumedStream struct {
	first, again *mcp.Exchange
}

// missed is what had come after the first event with an id.
func (r resumedStream) missed() []mcp.Frame {
	events := streamableEvents(r.first)
	i := slices.IndexFunc(events, hasEventID)
	return streamableMessagesIn(events[i+1:])
}

// replayed is what came again of the stream's own messages.
func (r resumedStream) replayed() []mcp.Frame {
	if r.again == nil {
		return nil
	}
	own := streamableMessagesIn(streamableEvents(r.first))
	return slices.DeleteFunc(streamableMessagesIn(streamableEvents(r.again)), func(f mcp.Frame) bool { return streamableIndex(own, f) < 0 })
}

// empties are the empty objects among what came again. Event stores keep the
// event without data that primes a stream as one, and that comes first in a
// stream: where one is sent again, it is another stream's.
func (r resumedStream) empties() []conformance.Seen {
	var all []conformance.Seen
	for _, f := range streamableEvents(r.again) {
		if m, err := f.Message(); err == nil && m.Is(mcp.Object) && len(m.Members()) == 0 {
			all = append(all, conformance.Seen{Message: m, Frame: f, Connection: conformance.Connection{Log: r.again.Log()}, Exchange: r.again})
		}
	}
	return all
}

// streamableMessagesIn are the events that carry something.
func streamableMessagesIn(events []mcp.Frame) []mcp.Frame {
	return slices.DeleteFunc(slices.Clone(events), func(f mcp.Frame) bool { return f.Size == 0 })
}

// streamableIndex is where among frames the same message stands, -1 when
// nowhere.
func streamableIndex(all []mcp.Frame, f mcp.Frame) int {
	m, err := f.Message()
	if err != nil {
		return -1
	}
	return slices.IndexFunc(all, func(other mcp.Frame) bool {
		o, err := other.Message()
		return err == nil && mcp.Equal(o.Value, m.Value)
	})
}

// streamableResume asks twice what is answered by a stream with event ids and
// resumes both streams, once for all checks.
func streamableResume(ctx context.Context, p *conformance.Probe) (*streamableResumed, error) {
	return conformance.Once(ctx, p, "resumed streams", func(ctx context.Context) (*streamableResumed, error) {
		s, err := p.Fresh(ctx)
		if err != nil {
			return nil, err
		}
		r := &streamableResumed{}
		twice := func(request mcp.Request) (enough bool) {
			x := s.Do(ctx, request)
			if streamableHasPast(x) {
				r.streams = append(r.streams, resumedStream{first: x}, resumedStream{first: s.Do(ctx, request)})
			}
			return len(r.streams) > 0
		}
		methods := []string{"ping"}
		for _, what := range streamableLists(p) {
			methods = append(methods, what+"/list")
		}
		if !slices.ContainsFunc(methods, func(m string) bool { return twice(mcp.Request{Method: m}) }) {
			_ = streamableCall(ctx, p, "mcpctl-resume", twice) // where no tool is allowed, there is nothing more to try
		}
		for i := range r.streams {
			if one := &r.streams[i]; streamableHasPast(one.first) {
				one.again = streamableAgain(ctx, s, one.first)
			}
		}
		return r, nil
	})
}

// streamableHasPast reports whether a stream had something to miss: its
// response after an event with an id.
func streamableHasPast(x *mcp.Exchange) bool {
	events := streamableEvents(x)
	i := slices.IndexFunc(events, hasEventID)
	return i >= 0 && x.Reply() != nil && len(streamableMessagesIn(events[i+1:])) > 0
}

// streamableAgain resumes a stream after its first event with an id and reads
// what comes; nil when the server does not take it up.
func streamableAgain(ctx context.Context, s *mcp.Session, first *mcp.Exchange) *mcp.Exchange {
	again, err := streamableListen(ctx, s, streamableFirstID(first))
	if err != nil {
		return nil
	}
	defer again.Close()
	streamableAwait(ctx, again, first.Asked, streamableSoon)
	streamableWait(ctx, again.Done(), streamableBreath) // more than the response may come
	return again
}

// nothing is the verdict of checks that found nothing to resume.
func (r *streamableResumed) nothing() error {
	if len(r.streams) == 0 {
		return conformance.Unprovenf("no stream sent an event with an id before the response, so there is nothing to resume")
	}
	return conformance.Unprovenf("the server did not send again what a stream had brought after its first event id")
}

// replays reports whether the server sent anything again.
func (r *streamableResumed) replays() bool {
	return slices.ContainsFunc(r.streams, func(one resumedStream) bool { return len(one.replayed()) > 0 })
}

// crossed is a message of another stream that came on a resumed one.
func (r *streamableResumed) crossed(i int) (mcp.Frame, bool) {
	if r.streams[i].again == nil {
		return mcp.Frame{}, false
	}
	for _, f := range streamableEvents(r.streams[i].again) {
		for k, other := range r.streams {
			if k != i && isResponseTo(f, other.first.Asked) {
				return f, true
			}
		}
	}
	return mcp.Frame{}, false
}

// streamableFirstID is the id of the first event of an exchange that has one.
func streamableFirstID(x *mcp.Exchange) string {
	for _, f := range streamableEvents(x) {
		if hasEventID(f) {
			return f.Event.ID
		}
	}
	return ""
}
