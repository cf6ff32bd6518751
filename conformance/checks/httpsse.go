package checks

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// httpSSE is the suite about the HTTP+SSE transport:
// basic/transports#http-with-sse of 2024-11-05, which later revisions keep for
// old clients (basic/transports#backwards-compatibility).
func httpSSE() conformance.Suite {
	return conformance.Suite{ID: "http-sse", Title: "HTTP with SSE", Checks: []conformance.Check{{
		ID:     "http-sse/endpoint/announced",
		Title:  "the stream names the address to post to",
		Claims: claims{Handshake: ids{"sse.endpoints.two", "sse.endpoint-event.sent", "sse.compat.legacy-endpoints"}},
		Reach:  conformance.Observe,
		Run:    sseAnnounced,
		Fix:    "Send a URI as it is, absolute or relative, without quotes and blanks.",
	}, {
		ID:     "http-sse/endpoint/first",
		Title:  "the first event of the stream is the endpoint event",
		Claims: claims{Handshake: ids{"sse.endpoint-event.first"}},
		Watch:  sseFirst,
	}, {
		ID:     "http-sse/endpoint/accepts",
		Title:  "the address takes every message of the client's",
		Claims: claims{Handshake: ids{"sse.endpoint.accepts-post"}},
		Reach:  conformance.Provoke,
		Run:    sseAccepts,
	}, {
		ID:     "http-sse/message/event-name",
		Title:  "messages come as events of the name message",
		Claims: claims{Handshake: ids{"sse.message-event.name"}},
		Watch:  sseMessageName,
	}, {
		ID:     "http-sse/message/json",
		Title:  "each message event holds one message in JSON",
		Claims: claims{Handshake: ids{"sse.message-event.json-data"}},
		Watch:  sseMessageJSON,
		Fix:    "Keep a stream alive by comments, not by events.",
	}, {
		ID:     "http-sse/response/on-stream",
		Title:  "responses come on the stream, not as the answer to the POST",
		Claims: claims{Handshake: ids{"sse.response.on-stream"}},
		Reach:  conformance.Observe,
		Run:    sseOnStream,
	}, {
		ID:     "http-sse/connections/independent",
		Title:  "two clients at once each get their own answers",
		Claims: claims{Handshake: ids{"sse.connections.independent"}},
		Reach:  conformance.Observe,
		Run:    sseIndependent,
		Fix:    "Give every stream a transport object of its own, found by the address that its endpoint event names.",
	}, {
		ID:     "http-sse/compat/post-refused",
		Title:  "POST to the address of the stream fails in a way that clients fall back on",
		Claims: claims{Handshake: ids{"sse.compat.post-to-sse-url-4xx"}},
		Reach:  conformance.Provoke,
		Run:    ssePostRefused,
		Fix:    "Answer with status 405.",
	}}}
}

// sseStream is the GET that opened a connection.
func sseStream(l *mcp.Log) *mcp.Exchange { return l.Exchanges()[0] }

func sseAnnounced(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Fresh(ctx)
	if err != nil {
		return err
	}
	x := sseStream(s.Log())
	j.Saw(x)
	for _, f := range streamableEvents(x) {
		if f.Event.Name != "endpoint" {
			continue
		}
		if why := sseAddressFault(string(f.Data)); why != "" {
			j.Failf(x, "the endpoint event holds %.80q, which is no URI: %s", f.Data, why)
		}
	}
	if _, err := p.Control(ctx, s); err != nil {
		return err
	}
	return j.Err("")
}

// sseAddressFault is why a text is no URI, absolute or relative; "" when it
// is one.
func sseAddressFault(text string) string {
	if _, err := url.Parse(text); err != nil {
		return err.Error()
	}
	return uriCharacterFault(text)
}

func sseFirst(t *conformance.Traffic) error {
	j := t.Judge()
	for _, c := range t.Connections {
		for _, f := range streamableEvents(sseStream(c.Log)) {
			// A retry time, say, is no message.
			if f.Event.Name != "endpoint" && f.Size == 0 {
				continue
			}
			seen := conformance.Seen{Frame: f, Connection: c, Exchange: sseStream(c.Log)}
			j.Met(seen)
			if f.Event.Name != "endpoint" {
				j.Faultf(seen, "", "the first event of the stream has the name %.40q, not endpoint", f.Event.Name)
			}
			break
		}
	}
	return j.Err("the stream sent no events")
}

// ssePost posts a message and waits for the HTTP answer alone: what comes on
// the stream may come before or after it.
func ssePost(ctx context.Context, s *mcp.Session, message any) *mcp.Exchange {
	return s.Do(ctx, mcp.Request{Raw: mcp.ValueOf(message).Raw(), Notification: true})
}

// sseRequest is a request as ssePost takes it.
func sseRequest(id, method string, params any) map[string]any {
	m := map[string]any{"jsonrpc": "2.0", "id": id, "method": method}
	if params != nil {
		m["params"] = params
	}
	return m
}

// sseAnswer waits until the response with an id has come as an event of the
// stream.
func sseAnswer(ctx context.Context, s *mcp.Session, id string) error {
	ctx, cancel := context.WithTimeout(ctx, streamablePatience)
	defer cancel()
	_, err := s.Await(ctx, func(f mcp.Frame) bool { return f.Event != nil && isResponseTo(f, mcp.ValueOf(id)) })
	return err
}

func sseAccepts(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Bare(ctx)
	if err != nil {
		return err
	}
	opening := s.InitializeRequest()
	accepts := func(what string, message any) {
		x := ssePost(ctx, s, message)
		j.Saw(x)
		if x.Status/100 != 2 {
			j.Failf(x, "%s, posted to the address that the stream names, was not accepted: %s", what, outcome(x))
		}
	}
	accepts("initialize", sseRequest("mcpctl-1", opening.Method, opening.Params))
	if err := sseAnswer(ctx, s, "mcpctl-1"); err != nil && !j.Bad() {
		return conformance.Blockedf("http-sse/response/on-stream", "no response to initialize came on the stream")
	}
	accepts("notifications/initialized", map[string]any{"jsonrpc": "2.0", "method": "notifications/initialized"})
	accepts("ping", sseRequest("mcpctl-2", "ping", nil))
	// A response that nobody asked for may be refused, but not for lack of
	// a place to send responses to.
	x := ssePost(ctx, s, map[string]any{"jsonrpc": "2.0", "id": "mcpctl-never-asked", "result": map[string]any{}})
	if x.Status/100 != 4 || x.Status == http.StatusMethodNotAllowed {
		j.Saw(x)
		if x.Status/100 != 2 {
			j.Failf(x, "a response, posted to the address that the stream names, was not accepted: %s", outcome(x))
		}
	}
	return j.Err("")
}

func sseMessageName(t *conformance.Traffic) error {
	j := t.Judge()
	for c, f := range t.Frames() {
		if f.Event == nil || f.Event.Name == "endpoint" || f.Cut() {
			continue
		}
		m, err := f.Message()
		if err != nil || m.MessageKind() == mcp.Malformed {
			continue // no message: events of other names have no meaning
		}
		seen := conformance.Seen{Message: m, Frame: f, Connection: c, Exchange: streamableOf(c, f)}
		j.Met(seen)
		if f.Event.Name != "" && f.Event.Name != "message" {
			j.Faultf(seen, "", "a message came as an event of the name %.40q", f.Event.Name)
		}
	}
	return j.Err("no message came on the stream")
}

func sseMessageJSON(t *conformance.Traffic) error {
	j := t.Judge()
	for c, f := range t.Frames() {
		if f.Event == nil || f.Cut() || f.Size == 0 || f.Event.Name != "" && f.Event.Name != "message" {
			continue
		}
		m, err := f.Message()
		seen := conformance.Seen{Message: m, Frame: f, Connection: c, Exchange: streamableOf(c, f)}
		j.Met(seen)
		if why := streamableNoMessage(t.Revision, seen, err); why != "" {
			j.Faultf(seen, "", "a message event holds %s, not a message: %.80q", why, f.Data)
		}
	}
	return j.Err("no message came on the stream")
}

func sseOnStream(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Bare(ctx)
	if err != nil {
		return err
	}
	if err := s.Open(ctx); err != nil {
		return err
	}
	x := ssePost(ctx, s, sseRequest("mcpctl-ping", "ping", nil))
	j.Saw(x)
	for _, m := range x.Received() {
		if m.MessageKind() == mcp.ResponseMessage {
			j.Failf(x, "the response to ping came as the answer to the POST: %.80q", m.Raw())
		}
	}
	if j.Bad() {
		return j.Err("")
	}
	if err := sseAnswer(ctx, s, "mcpctl-ping"); err != nil {
		j.Failf(x, "the response to ping did not come on the stream; the POST was answered with %s", outcome(x))
	}
	return j.Err("")
}

func sseIndependent(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	clients := map[string]*mcp.Session{}
	for _, name := range []string{"a", "b"} {
		s, err := p.Fresh(ctx)
		if err != nil {
			return err
		}
		clients[name] = s
	}
	for round := range crossingRounds {
		asked := map[string]*mcp.Exchange{}
		for name, s := range clients {
			asked[name] = s.Start(ctx, mcp.Request{Method: "ping", ID: fmt.Sprintf("mcpctl-%s-%d", name, round)})
		}
		for name, x := range asked {
			streamableWait(ctx, x.Done(), streamablePatience)
			x.Close()
			j.Saw(x)
			if !x.Result().Is(mcp.Object) {
				j.Failf(x, "the ping of client %s, with another client connected, got no result: %s", name, outcome(x))
			}
		}
		if j.Bad() {
			break
		}
	}
	for name, s := range clients {
		for _, f := range s.Log().Frames() {
			for _, m := range f.Messages() {
				id := m.ID().Text()
				if f.Direction == mcp.Received && strings.HasPrefix(id, "mcpctl-") && !strings.HasPrefix(id, "mcpctl-"+name+"-") {
					j.Failf(sseStream(s.Log()), "the stream of client %s brought the response to %q of the other client", name, id)
				}
			}
		}
	}
	return j.Err("")
}

func ssePostRefused(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Fresh(ctx)
	if err != nil {
		return err
	}
	u, err := url.Parse(sseStream(s.Log()).URL)
	if err != nil {
		return err
	}
	r := s.InitializeRequest()
	body := mcp.ValueOf(map[string]any{"jsonrpc": "2.0", "id": "mcpctl-old", "method": r.Method, "params": r.Params}).Raw()
	x := s.RawHTTP(ctx, fmt.Sprintf("POST %s HTTP/1.1\r\nHost: {host}\r\n{headers}Content-Type: application/json\r\n"+
		"Accept: application/json, text/event-stream\r\nContent-Length: %d\r\nConnection: close\r\n\r\n", u.RequestURI(), len(body)), body)
	if x.Result().Has("protocolVersion") {
		return conformance.Skipf("the address serves Streamable HTTP as well")
	}
	j.Saw(x)
	exact := x.Status == http.StatusBadRequest || x.Status == http.StatusNotFound || x.Status == http.StatusMethodNotAllowed
	switch {
	case x.Status/100 != 4:
		j.Failf(x, "initialize, posted to the address of the stream, was not refused with a 4xx status: %s", outcome(x))
	case p.Revision >= mcp.Rev20251125 && !exact:
		j.Failf(x, "initialize, posted to the address of the stream, was refused with HTTP status %d; clients fall back on 400, 404 and 405", x.Status)
	}
	return j.Err("")
}
