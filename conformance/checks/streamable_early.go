package checks

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// streamableEarlyCloses is the part of the suite about streams that end or
// break before the response: basic/transports#sending-messages-to-the-server.
func streamableEarlyCloses() []conformance.Check {
	return []conformance.Check{{
		ID:     "streamable/stream/early-close",
		Title:  "a stream is closed before the response only after an event with an id",
		Claims: claims{Handshake: ids{"http.sse.early-close-resumable"}},
		Watch:  streamableEarlyClose,
		Fix:    "Send an event with an id before closing, or the client cannot resume.",
	}, {
		ID:     "streamable/stream/retry",
		Title:  "a stream that is closed before the response says when to retry",
		Claims: claims{Handshake: ids{"http.sse.retry-before-close"}},
		Watch:  streamableRetry,
		Fix:    "Send an event with a retry field before closing a connection whose stream goes on.",
	}, {
		ID:     "streamable/stream/disconnect",
		Title:  "a connection that breaks does not cancel the call",
		Claims: claims{Handshake: ids{"http.disconnect.not-cancellation"}},
		Needs:  "allowed-tools",
		Reach:  conformance.Invoke,
		Run:    streamableDisconnect,
		Fix:    "Let the call run on when its connection is gone, and keep its events for a client that resumes.",
	}}
}

// streamableClosedEarly are the streams that the server itself has ended
// without the response, while neither request nor session was given up.
func streamableClosedEarly(t *conformance.Traffic) iter.Seq[*mcp.Exchange] {
	return func(yield func(*mcp.Exchange) bool) {
		for c, x := range streamablePosted(t) {
			early := !x.Request.Notification && streamed(x) && x.Reply() == nil && errors.Is(x.Err(), mcp.ErrNoReply)
			if early && !streamableGivenUp(c, x) && !yield(x) {
				return
			}
		}
	}
}

// streamableGivenUp reports whether the client has cancelled a request, or
// ended the session before the request was over.
func streamableGivenUp(c conformance.Connection, x *mcp.Exchange) bool {
	over := x.Started + x.Took()
	return slices.ContainsFunc(c.Exchanges(), func(other *mcp.Exchange) bool {
		if other.Method == http.MethodDelete && other.Started <= over {
			return true
		}
		m, err := other.SentMessage()
		return err == nil && m.Method() == "notifications/cancelled" && mcp.Equal(m.Params().Get("requestId"), x.Asked)
	})
}

// streamableNoEarlyClose is the reason why those checks saw nothing.
const streamableNoEarlyClose = "the server closed no stream before the response"

func streamableEarlyClose(t *conformance.Traffic) error {
	j := t.Judge()
	for x := range streamableClosedEarly(t) {
		j.Saw(x)
		if streamableLastID(x) == "" {
			j.Failf(x, "the stream that answers %s was closed before the response, and no event had an id to resume from", x.Request.Method)
		}
	}
	return j.Err(streamableNoEarlyClose)
}

func streamableRetry(t *conformance.Traffic) error {
	j := t.Judge()
	for x := range streamableClosedEarly(t) {
		if streamableLastID(x) == "" {
			continue // nothing to come back to
		}
		j.Saw(x)
		if !slices.ContainsFunc(streamableEvents(x), func(f mcp.Frame) bool { return f.Event.Retry != "" }) {
			j.Failf(x, "the stream that answers %s was closed before the response without a retry field", x.Request.Method)
		}
	}
	return j.Err(streamableNoEarlyClose)
}

// streamableDisconnect drops the connection of a call in the middle and
// resumes it: a server that went on with the call then has the response.
func streamableDisconnect(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	resumed, err := streamableResume(ctx, p)
	if err != nil {
		return err
	}
	if !resumed.replays() {
		return resumed.nothing()
	}
	s, err := p.Fresh(ctx)
	if err != nil {
		return err
	}
	why := "no call could be made"
	err = streamableCall(ctx, p, "mcpctl-drop", func(r mcp.Request) (enough bool) {
		why = streamableDrop(ctx, s, j, r)
		return why == ""
	})
	if err != nil {
		return err
	}
	return j.Err("whether calls go on could not be seen: " + why)
}

// streamableDrop does so with one call. It returns why nothing could be told,
// "" when something could.
func streamableDrop(ctx context.Context, s *mcp.Session, j *conformance.Judge, r mcp.Request) string {
	x := s.Start(ctx, r)
	defer x.Close()
	soon, cancel := context.WithTimeout(ctx, streamablePatience)
	defer cancel()
	first, err := x.Await(soon, hasEventID)
	if err != nil {
		return "no event with an id came before the response"
	}
	if streamableOver(x.Done()) {
		return "the response came at once"
	}
	x.Close()
	again, err := streamableListen(ctx, s, first.Event.ID)
	if err != nil {
		return "the broken stream could not be resumed at once"
	}
	defer again.Close()
	if streamableAwait(ctx, again, x.Asked, streamablePatience) {
		j.Saw(again)
		return ""
	}
	if !streamableOver(again.Done()) {
		return "the resumed stream brought no response in time"
	}
	j.Failf(again, "the stream of a call whose connection broke, resumed after %.40q, ended without the response", first.Event.ID)
	return ""
}
