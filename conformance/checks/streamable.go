package checks

import (
	"context"
	"iter"
	"mime"
	"net/http"
	"slices"
	"time"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// streamable is the suite about Streamable HTTP as the handshake revisions
// have it: basic/transports#streamable-http.
func streamable() conformance.Suite {
	return conformance.Suite{ID: "streamable", Title: "Streamable HTTP", Checks: slices.Concat(
		streamablePosts(), streamableRefusals(), streamableStreams(), streamableEarlyCloses(),
		streamableGets(), streamableSharing(), streamableResumption(), streamableSessions(), streamableEndings())}
}

// How long the checks of the suite wait: for what is owed at once, for what
// comes soon or never, and for what must not come and nothing else can rule
// out.
const (
	streamablePatience = 5 * time.Second
	streamableSoon     = time.Second
	streamableBreath   = 200 * time.Millisecond
)

// streamableNoEvents is the reason why a check of event streams saw nothing.
const streamableNoEvents = "the server answered no request by an event stream"

// streamableMedia is the media type of an answer, "" when it has none.
func streamableMedia(x *mcp.Exchange) string {
	kind, _, err := mime.ParseMediaType(x.Header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return kind
}

// streamed reports whether an exchange was answered by an event stream.
func streamed(x *mcp.Exchange) bool {
	return x.Status/100 == 2 && streamableMedia(x) == "text/event-stream"
}

// streamableOver reports whether a channel is closed by now.
func streamableOver(done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}

// streamableWait waits until done is closed; false when limit or ctx came
// first.
func streamableWait(ctx context.Context, done <-chan struct{}, limit time.Duration) bool {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-done:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return streamableOver(done)
}

// streamableReceived are the frames that came back in an exchange.
func streamableReceived(x *mcp.Exchange) []mcp.Frame {
	return slices.DeleteFunc(slices.Clone(x.Frames()), func(f mcp.Frame) bool { return f.Direction != mcp.Received })
}

// streamableEvents are the events that came back in an exchange.
func streamableEvents(x *mcp.Exchange) []mcp.Frame {
	return slices.DeleteFunc(streamableReceived(x), func(f mcp.Frame) bool { return f.Event == nil })
}

// hasEventID reports whether a frame is an event that a client can resume
// from.
func hasEventID(f mcp.Frame) bool { return f.Event != nil && f.Event.HasID && f.Event.ID != "" }

// streamableLastID is the id of the last event of an exchange that has one.
func streamableLastID(x *mcp.Exchange) string {
	last := ""
	for _, f := range streamableEvents(x) {
		if hasEventID(f) {
			last = f.Event.ID
		}
	}
	return last
}

// streamableLists are the lists that the server declares.
func streamableLists(p *conformance.Probe) []string {
	var all []string
	for _, what := range []string{"tools", "resources", "prompts"} {
		if p.Missing(what) == "" {
			all = append(all, what)
		}
	}
	return all
}

// streamableOrdinary are the answers to what every client asks: a ping and
// the lists that the server declares.
func streamableOrdinary(ctx context.Context, p *conformance.Probe) ([]*mcp.Exchange, error) {
	x, err := p.Ask(ctx, "ping", nil)
	if err != nil {
		return nil, err
	}
	all := []*mcp.Exchange{x}
	for _, what := range streamableLists(p) {
		// Whether the list is a good one is for others to judge.
		if l, _ := p.List(ctx, what); l != nil {
			all = append(all, l.Pages...)
		}
	}
	return all, nil
}

// streamableAsked are the ordinary answers that are event streams.
func streamableAsked(ctx context.Context, p *conformance.Probe) ([]*mcp.Exchange, error) {
	all, err := streamableOrdinary(ctx, p)
	return slices.DeleteFunc(all, func(x *mcp.Exchange) bool { return !streamed(x) }), err
}

// streamablePosted are the POSTs of well-behaved connections that were sent as
// a client should and are over.
func streamablePosted(t *conformance.Traffic) iter.Seq2[conformance.Connection, *mcp.Exchange] {
	return func(yield func(conformance.Connection, *mcp.Exchange) bool) {
		for _, c := range t.Connections {
			if c.Bare {
				continue
			}
			for _, x := range c.Exchanges() {
				proper := x.Method == http.MethodPost && x.Request.Raw == nil && len(x.Request.Header) == 0
				if proper && streamableOver(x.Done()) && !yield(c, x) {
					return
				}
			}
		}
	}
}

// streamableHead sends a request without body and waits for the header of the
// answer. ok is false when none has come in time.
func streamableHead(ctx context.Context, s *mcp.Session, method string, header map[string]string) (x *mcp.Exchange, ok bool) {
	x = s.Start(ctx, mcp.Request{HTTPMethod: method, Notification: true, Header: header})
	if !streamableWait(ctx, x.Opened(), streamablePatience) {
		x.Close()
		<-x.Opened()
		return x, false
	}
	return x, x.Status != 0
}

// streamableListen opens the standalone GET stream of a session, resuming
// after an event if an id is given. The error says why there is none: the
// check then does not apply, or hangs on the one that judges the GET.
func streamableListen(ctx context.Context, s *mcp.Session, lastID string) (*mcp.Exchange, error) {
	header := map[string]string{}
	if lastID != "" {
		header["Last-Event-ID"] = lastID
	}
	x, ok := streamableHead(ctx, s, http.MethodGet, header)
	switch {
	case !ok:
		return x, conformance.Unprovenf("the GET got no answer within %s", streamablePatience)
	case x.Status == http.StatusMethodNotAllowed:
		return x, conformance.Skipf("the server offers no GET stream")
	case !streamed(x):
		return x, conformance.Blockedf("streamable/get/served", "the GET was answered with HTTP status %d and no event stream", x.Status)
	}
	return x, nil
}
