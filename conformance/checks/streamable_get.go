package checks

import (
	"context"
	"errors"
	"net/http"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// streamableGets is the part of the suite about the standalone GET stream:
// basic/transports#listening-for-messages-from-the-server.
func streamableGets() []conformance.Check {
	return []conformance.Check{{
		ID:     "streamable/get/served",
		Title:  "GET on the endpoint gives an event stream or status 405",
		Claims: claims{Handshake: ids{"http.endpoint.single-path", "http.get.sse-or-405"}},
		Reach:  conformance.Observe,
		Run:    streamableGetServed,
		Fix:    "Answer GET at the path of POST, with status 405 when there is no stream to offer.",
	}, {
		ID:     "streamable/get/no-responses",
		Title:  "no response travels on the GET stream",
		Claims: claims{Handshake: ids{"http.get.no-responses"}},
		Reach:  conformance.Observe,
		Run:    streamableGetNoResponses,
		Fix:    "Send every response as the answer to the POST that asked for it.",
	}, {
		ID:     "streamable/get/second-stream",
		Title:  "a second GET stream is opened or refused with a 4xx status",
		Claims: claims{Handshake: ids{"http.streams.multiple-allowed"}},
		Reach:  conformance.Provoke,
		Run:    streamableGetSecond,
	}, {
		ID:     "streamable/get/no-broadcast",
		Title:  "a message is sent on one stream only",
		Claims: claims{Handshake: ids{"http.streams.no-broadcast"}},
		Reach:  conformance.Provoke,
		Waits:  true,
		Run:    streamableNoBroadcast,
		Fix:    "Choose one of the session's open streams for each message.",
	}}
}

func streamableGetServed(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Fresh(ctx)
	if err != nil {
		return err
	}
	x, answered := streamableHead(ctx, s, http.MethodGet, nil)
	if !answered && errors.Is(x.Err(), mcp.ErrClosed) {
		return conformance.Unprovenf("the GET got no answer within %s", streamablePatience)
	}
	j.Saw(x)
	defer x.Close()
	switch {
	case x.Status == http.StatusMethodNotAllowed, x.Status == http.StatusOK && streamed(x):
	case x.Status/100 == 2:
		j.Failf(x, "GET was answered with HTTP status %d and Content-Type %.60q, not with an event stream", x.Status, x.Header.Get("Content-Type"))
	default:
		j.Failf(x, "GET was answered neither with an event stream nor with 405: %s", outcome(x))
	}
	return j.Err("")
}

func streamableGetNoResponses(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Fresh(ctx)
	if err != nil {
		return err
	}
	stream, err := streamableListen(ctx, s, "")
	if err != nil {
		return err
	}
	defer stream.Close()
	methods := []string{"ping"}
	for _, what := range streamableLists(p) {
		methods = append(methods, what+"/list")
	}
	for _, method := range methods {
		s.Do(ctx, mcp.Request{Method: method, Timeout: streamablePatience})
	}
	// The two streams are two connections: one may lag behind the other.
	soon, cancel := context.WithTimeout(ctx, streamableBreath)
	defer cancel()
	isResponse := func(f mcp.Frame) bool {
		for _, m := range f.Messages() {
			if m.MessageKind() == mcp.ResponseMessage {
				return true
			}
		}
		return false
	}
	j.Saw(stream)
	if f, err := stream.Await(soon, isResponse); err == nil {
		j.Failf(stream, "a response came on the GET stream: %.80q", f.Data)
	}
	return j.Err("")
}

func streamableGetSecond(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Fresh(ctx)
	if err != nil {
		return err
	}
	first, err := streamableListen(ctx, s, "")
	if err != nil {
		return err
	}
	defer first.Close()
	second, answered := streamableHead(ctx, s, http.MethodGet, nil)
	if !answered && errors.Is(second.Err(), mcp.ErrClosed) {
		return conformance.Unprovenf("the second GET got no answer within %s", streamablePatience)
	}
	defer second.Close()
	streamableAccepted(j, second, "a second GET")
	return j.Err("")
}

// streamableNoBroadcast holds two streams open and looks whether what the
// server sends on its own comes on both.
func streamableNoBroadcast(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Fresh(ctx)
	if err != nil {
		return err
	}
	first, err := streamableListen(ctx, s, "")
	if err != nil {
		return err
	}
	defer first.Close()
	second, err := streamableListen(ctx, s, "")
	if err != nil {
		return conformance.Unprovenf("the server opens no second GET stream: %s", outcome(second))
	}
	defer second.Close()
	// What a server sends whenever a stream opens is another message on
	// each; it has come when this is answered.
	control, err := p.Control(ctx, s)
	if err != nil {
		return err
	}
	began := control.Started + control.Took()
	streamableStir(ctx, p, s)
	fresh := func(f mcp.Frame) bool {
		return f.Direction == mcp.Received && f.Size > 0 && f.At > began && (f.Exchange == first.Seq || f.Exchange == second.Seq)
	}
	soon, cancel := context.WithTimeout(ctx, streamableSoon)
	defer cancel()
	if _, err := s.Await(soon, fresh); err != nil {
		return conformance.Unprovenf("the server sent nothing on its GET streams; a tool that changes something may help, see --allow-tool")
	}
	breath, cancel := context.WithTimeout(ctx, streamableBreath)
	defer cancel()
	_, _ = s.Await(breath, func(f mcp.Frame) bool { return fresh(f) && len(streamableTwice(s, fresh)) > 0 })
	j.Saw(first)
	j.Saw(second)
	for _, f := range streamableTwice(s, fresh) {
		j.Failf(first, "the same message came on both GET streams of the session: %.80q", f.Data)
	}
	return j.Err("")
}

// streamableTwice are the frames whose text came in two exchanges.
func streamableTwice(s *mcp.Session, which func(mcp.Frame) bool) []mcp.Frame {
	var twice []mcp.Frame
	seen := map[string]int{}
	for _, f := range s.Log().Frames() {
		if !which(f) {
			continue
		}
		if at, again := seen[string(f.Data)]; again && at != f.Exchange {
			twice = append(twice, f)
		}
		seen[string(f.Data)] = f.Exchange
	}
	return twice
}

// streamableStir asks for what may make a server send something on its own:
// log messages, updates of a resource, and the calls that the user allowed.
func streamableStir(ctx context.Context, p *conformance.Probe, s *mcp.Session) {
	if p.Missing("logging") == "" {
		s.Call(ctx, "logging/setLevel", map[string]any{"level": "debug"})
	}
	if p.Missing("resources.subscribe") == "" {
		if l, err := p.List(ctx, "resources"); err == nil && len(l.Entries) > 0 {
			s.Call(ctx, "resources/subscribe", map[string]any{"uri": l.Entries[0].Get("uri").Text()})
		}
	}
	for _, what := range streamableLists(p) {
		s.Call(ctx, what+"/list", nil)
	}
	// No tools, no calls: the lists may be enough.
	_ = streamableCall(ctx, p, "mcpctl-stir", func(r mcp.Request) (enough bool) {
		s.Do(ctx, r)
		return false
	})
}
