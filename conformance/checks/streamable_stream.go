package checks

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// streamableStreams is the part of the suite about the event streams that
// answer requests: basic/transports#sending-messages-to-the-server.
func streamableStreams() []conformance.Check {
	return []conformance.Check{{
		ID:     "streamable/stream/messages",
		Title:  "the events of a stream carry JSON-RPC messages",
		Claims: claims{Handshake: ids{"http.sse.events-carry-messages"}},
		Watch:  streamableMessages,
		// What a resumed stream brings of another may be the empty event that
		// primed that one, kept as an object: see streamable/resume/own-stream.
		General: true,
		Fix:     "Keep a stream alive by comments, not by events.",
	}, {
		ID:     "streamable/stream/response",
		Title:  "the stream that answers a request brings its response",
		Claims: claims{Handshake: ids{"http.sse.response-eventually", "http.sse.no-close-before-response"}},
		Reach:  conformance.Observe,
		Run:    streamableResponse,
	}, {
		ID:     "streamable/stream/ends",
		Title:  "the stream that answers a request ends after the response",
		Claims: claims{Handshake: ids{"http.sse.close-after-response"}},
		Reach:  conformance.Observe,
		Run:    streamableEnds,
		Fix:    "End the HTTP answer once the response is written.",
	}, {
		ID:     "streamable/stream/priming",
		Title:  "a stream whose events have ids begins with an empty event",
		Claims: claims{Handshake: ids{"http.sse.priming-event"}},
		Reach:  conformance.Observe,
		Run:    streamablePriming,
		Fix:    "Send an event with an id and empty data as soon as the stream is open, so that a client can resume it.",
	}}
}

func streamableMessages(t *conformance.Traffic) error {
	j := t.Judge()
	for c, f := range t.Frames() {
		name := ""
		if f.Event != nil {
			name = f.Event.Name
		}
		// What other names mean is not said, and clients ignore them.
		if f.Channel != mcp.ChannelEvent || len(f.Data) == 0 || f.Cut() || name != "" && name != "message" {
			continue
		}
		m, err := f.Message()
		seen := conformance.Seen{Message: m, Frame: f, Connection: c, Exchange: streamableOf(c, f)}
		j.Met(seen)
		if why := streamableNoMessage(t.Revision, seen, err); why != "" {
			j.Faultf(seen, "", "an event carries %s, not a JSON-RPC message: %.80q", why, f.Data)
		}
	}
	return j.Err("the server sent no events")
}

// streamableNoMessage says what the data of an event is instead of a message,
// "" when it is one.
func streamableNoMessage(r mcp.Revision, m conformance.Seen, err error) string {
	switch {
	case err != nil:
		return "text that is not JSON"
	case m.MessageKind() == mcp.BatchMessage:
		// Older revisions have batches, and who sends one gets one back.
		if asked := m.Exchange != nil && m.Exchange.Request.Raw != nil; asked || r < mcp.Rev20250618 {
			return ""
		}
		return "an array"
	case m.MessageKind() == mcp.Malformed && m.Is(mcp.Object):
		return "another object"
	case m.MessageKind() == mcp.Malformed:
		return theKind(m.Kind())
	}
	return ""
}

// streamableOf is the exchange that a frame belongs to, nil when to none.
func streamableOf(c conformance.Connection, f mcp.Frame) *mcp.Exchange {
	if all := c.Exchanges(); f.Exchange >= 0 && f.Exchange < len(all) {
		return all[f.Exchange]
	}
	return nil
}

func streamableResponse(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	all, err := streamableAsked(ctx, p)
	if err != nil {
		return err
	}
	for _, x := range all {
		ended := errors.Is(x.Err(), mcp.ErrNoReply)
		if x.Reply() == nil && !ended && !errors.Is(x.Err(), mcp.ErrTimeout) {
			continue // the connection broke, which may happen
		}
		j.Saw(x)
		switch {
		case x.Reply() != nil:
		case !ended:
			j.Failf(x, "the stream that answers %s brought no response in time", x.Request.Method)
		case p.Revision < mcp.Rev20251125 || streamableLastID(x) == "":
			j.Failf(x, "the stream that answers %s ended without the response", x.Request.Method)
		default:
			if err := streamablePoll(ctx, p, j, x); err != nil {
				return err
			}
		}
	}
	return j.Err(streamableNoEvents)
}

// maxPolls bounds how often a stream that was closed is taken up again.
const maxPolls = 5

// streamablePoll takes up a stream that the server has closed early, as
// clients of 2025-11-25 do, until it has brought the response.
func streamablePoll(ctx context.Context, p *conformance.Probe, j *conformance.Judge, x *mcp.Exchange) error {
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	lastID := streamableLastID(x)
	for range maxPolls {
		again, err := streamableListen(ctx, s, lastID)
		if err != nil {
			break
		}
		if streamableAwait(ctx, again, x.Asked, streamablePatience) {
			again.Close()
			return nil
		}
		again.Close()
		if id := streamableLastID(again); id != "" {
			lastID = id
		}
	}
	j.Failf(x, "the stream that answers %s ended without the response, and resuming it after %.40q did not bring it", x.Request.Method, lastID)
	return nil
}

// streamableAwait waits until a stream has brought the response with an id.
func streamableAwait(ctx context.Context, x *mcp.Exchange, id mcp.Value, limit time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	_, err := x.Await(ctx, func(f mcp.Frame) bool { return isResponseTo(f, id) })
	return err == nil
}

// isResponseTo reports whether a frame holds the response with an id.
func isResponseTo(f mcp.Frame, id mcp.Value) bool {
	for _, m := range f.Messages() {
		if m.MessageKind() == mcp.ResponseMessage && mcp.Equal(m.ID(), id) {
			return true
		}
	}
	return false
}

func streamableEnds(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	all, err := streamableAsked(ctx, p)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return j.Err(streamableNoEvents)
	}
	s, err := p.Bare(ctx)
	if err != nil {
		return err
	}
	if err := s.Open(ctx); err != nil {
		return err
	}
	// Sent as one that expects nothing, it is over when its stream ends.
	method := all[0].Request.Method
	x := s.Do(ctx, mcp.Request{
		Raw:          fmt.Appendf(nil, `{"jsonrpc":"2.0","id":"mcpctl-end","method":%q}`, method),
		Notification: true, Timeout: streamablePatience,
	})
	answered := false
	for _, f := range streamableReceived(x) {
		answered = answered || isResponseTo(f, mcp.ValueOf("mcpctl-end"))
	}
	if !answered || !streamed(x) {
		return conformance.Unprovenf("%s was not answered by an event stream again: %s", method, outcome(x))
	}
	j.Saw(x)
	if errors.Is(x.Err(), mcp.ErrTimeout) {
		j.Failf(x, "the stream that answers %s was still open %s after the request, though the response had come", method, streamablePatience)
	}
	return j.Err("")
}

func streamablePriming(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	all, err := streamableAsked(ctx, p)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return j.Err(streamableNoEvents)
	}
	for _, x := range all {
		if streamableLastID(x) == "" {
			continue
		}
		j.Saw(x)
		if first := streamableEvents(x)[0]; !hasEventID(first) || first.Size > 0 {
			j.Failf(x, "the stream that answers %s begins with an event that holds %.60q", x.Request.Method, first.Data)
		}
	}
	if err := j.Err(""); err == nil || j.Bad() {
		return err
	}
	return conformance.Skipf("the server gives its events no ids")
}
