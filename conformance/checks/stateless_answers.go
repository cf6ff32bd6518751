package checks

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// statelessAnswers judges the answers to requests, JSON and streams:
// basic/transports/streamable-http#receiving-messages.
func statelessAnswers() []conformance.Check {
	return []conformance.Check{{
		ID:     "stateless/answer/content-type",
		Title:  "a request is answered with application/json or text/event-stream",
		Claims: claims{Stateless: ids{"http.response.content-type"}},
		Needs:  "http",
		Watch:  statelessContentType,
	}, {
		ID:     "stateless/answer/json-object",
		Title:  "an answer in JSON is one response",
		Claims: claims{Stateless: ids{"http.response.json-object"}},
		Needs:  "http",
		Watch:  statelessJSONObject,
	}, {
		ID:     "stateless/answer/events",
		Title:  "the data of each event is one notification or the response",
		Claims: claims{Stateless: ids{"http.response.sse-well-formed"}},
		Needs:  "http",
		Watch:  statelessEventData,
	}, {
		ID:     "stateless/answer/final-last",
		Title:  "nothing follows the response on its stream",
		Claims: claims{Stateless: ids{"http.response.sse-final-ends-stream"}},
		Needs:  "http",
		Watch:  statelessFinalLast,
		Fix:    "Send what belongs to a request before its response.",
	}, {
		ID:     "stateless/answer/ends",
		Title:  "the response ends its stream",
		Claims: claims{Stateless: ids{"http.response.sse-final-ends-stream"}},
		Needs:  "http",
		Reach:  conformance.Observe,
		Run:    statelessEnds,
		Fix:    "Close the stream once the response is written.",
	}, {
		ID:     "stateless/answer/related",
		Title:  "notifications before the response belong to the request",
		Claims: claims{Stateless: ids{"http.response.sse-related-only"}},
		Needs:  "http",
		Watch:  statelessRelated,
		Fix:    "Send changes of lists and resources on the streams of subscriptions/listen alone.",
	}, {
		ID:     "stateless/answer/no-requests",
		Title:  "no stream carries a request of the server's",
		Claims: claims{Stateless: ids{"http.response.sse-no-requests"}},
		Needs:  "http",
		Watch:  statelessNoRequests,
		Fix:    "Ask the client by an input_required result.",
	}, {
		ID:     "stateless/answer/unbuffered",
		Title:  "streams carry X-Accel-Buffering: no",
		Claims: claims{Stateless: ids{"http.response.x-accel-buffering"}},
		Needs:  "http",
		Watch:  statelessUnbuffered,
		Fix:    "Set the header on every text/event-stream answer, so that proxies pass events on at once.",
	}}
}

// statelessPosts are the well-formed requests that were answered over HTTP, on
// connections opened as a client should.
func statelessPosts(t *conformance.Traffic) iter.Seq[*mcp.Exchange] {
	return func(yield func(*mcp.Exchange) bool) {
		for _, c := range t.Connections {
			for _, x := range c.Exchanges() {
				if !c.Bare && statelessPosted(x, t.Revision) && !yield(x) {
					return
				}
			}
		}
	}
}

// statelessPosted reports whether an exchange is a request in a revision, by
// its header and its body, and was answered: one of the two alone may make it
// a request of the handshake era for a server of both. What was written by
// hand bears its header in its text and is no message to begin with.
func statelessPosted(x *mcp.Exchange, r mcp.Revision) bool {
	select {
	case <-x.Opened():
	default:
		return false
	}
	m, err := x.SentMessage()
	return err == nil && x.Method == "POST" && x.Status != 0 && m.MessageKind() == mcp.RequestMessage &&
		m.Params().Get("_meta", mcp.MetaVersion).Text() == string(r) && x.SentHeader.Get("MCP-Protocol-Version") == string(r)
}

// statelessEvents are the events with data on the streams that answer
// requests. What is no JSON comes with an Absent message.
func statelessEvents(t *conformance.Traffic) iter.Seq[conformance.Seen] {
	return func(yield func(conformance.Seen) bool) {
		for _, c := range t.Connections {
			exchanges := c.Exchanges()
			for _, f := range c.Frames() {
				if c.Bare || f.Direction != mcp.Received || f.Channel != mcp.ChannelEvent || f.Size == 0 || f.Cut() {
					continue
				}
				if f.Exchange < 0 || f.Exchange >= len(exchanges) || !statelessPosted(exchanges[f.Exchange], t.Revision) {
					continue
				}
				m, _ := f.Message()
				if !yield(conformance.Seen{Message: m, Frame: f, Connection: c, Exchange: exchanges[f.Exchange]}) {
					return
				}
			}
		}
	}
}

func statelessContentType(t *conformance.Traffic) error {
	j := t.Judge()
	for x := range statelessPosts(t) {
		if x.Status >= 300 && x.Reply() == nil {
			continue // turned away before MCP
		}
		if m, err := x.SentMessage(); err != nil || nobody(m.ID()) {
			continue // a request without a proper id may be taken for a notification
		}
		j.Saw(x)
		if kind := statelessMedia(x); kind != "application/json" && kind != "text/event-stream" {
			j.Failf(x, "%s was answered with HTTP status %d and Content-Type %.80q", x.Request.Method, x.Status, x.Header.Get("Content-Type"))
		}
	}
	return j.Err("no request was answered")
}

func statelessJSONObject(t *conformance.Traffic) error {
	j := t.Judge()
	for x := range statelessPosts(t) {
		if x.Status >= 300 || statelessMedia(x) != "application/json" {
			continue
		}
		body := mcp.Frame{}
		for _, f := range x.Frames() {
			if f.Direction == mcp.Received {
				body = f
			}
		}
		if body.Size == 0 && errors.Is(x.Err(), mcp.ErrNoReply) {
			j.Failf(x, "%s was answered with an empty body", x.Request.Method)
		}
		if body.Size == 0 || body.Cut() {
			continue // given up before it came, or too long to be kept
		}
		j.Saw(x)
		switch m, err := body.Message(); {
		case err != nil:
			j.Failf(x, "the answer to %s is not one JSON value: %v", x.Request.Method, err)
		case m.MessageKind() != mcp.ResponseMessage:
			j.Failf(x, "the answer to %s is no response: %.80s", x.Request.Method, m.Value)
		}
	}
	return j.Err("no request was answered with application/json")
}

func statelessEventData(t *conformance.Traffic) error {
	j := t.Judge()
	for m := range statelessEvents(t) {
		j.Met(m)
		switch m.MessageKind() {
		case mcp.NotificationMessage, mcp.ResponseMessage, mcp.RequestMessage: // requests are another check's
		case mcp.BatchMessage:
			j.Faultf(m, "", "an event in the answer to %s holds an array", m.Exchange.Request.Method)
		default:
			j.Faultf(m, "", "an event in the answer to %s is no JSON-RPC message: %.80q", m.Exchange.Request.Method, m.Frame.Data)
		}
	}
	return j.Err("no request was answered with a stream")
}

func statelessFinalLast(t *conformance.Traffic) error {
	j := t.Judge()
	over := map[*mcp.Exchange]bool{}
	for m := range statelessEvents(t) {
		if over[m.Exchange] {
			j.Faultf(m, "", "after the response to %s its stream carried %.80q", m.Exchange.Request.Method, m.Frame.Data)
		}
		if m.MessageKind() == mcp.ResponseMessage && mcp.Equal(m.ID(), m.Exchange.Asked) {
			j.Met(m)
			over[m.Exchange] = true
		}
	}
	return j.Err("no response came on a stream")
}

// statelessEndPatience bounds the wait for the end of a stream after its
// response.
const statelessEndPatience = 2 * time.Second

// statelessEnds asks once more what was answered with a stream, as one that
// expects no response: such an exchange is over when its stream is.
func statelessEnds(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	method := ""
	for _, what := range statelessLists(p) {
		if l, _ := p.List(ctx, what); l != nil && statelessMedia(l.Pages[0]) == "text/event-stream" {
			method = l.Method
		}
	}
	if method == "" {
		return j.Err("no list was answered with a stream")
	}
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	body := fmt.Appendf(nil, `{"jsonrpc":"2.0","id":"mcpctl-end","method":%q,"params":{"_meta":{%q:%q,%q:{}}}}`,
		method, mcp.MetaVersion, p.Revision, mcp.MetaCapabilities)
	x := s.Do(ctx, mcp.Request{Method: method, Raw: body, Notification: true, Timeout: statelessEndPatience})
	answered := slices.ContainsFunc(x.Received(), func(m mcp.Message) bool { return m.ID().Text() == "mcpctl-end" })
	if !answered || statelessMedia(x) != "text/event-stream" {
		return conformance.Unprovenf("%s was not answered with a stream again: %s", method, outcome(x))
	}
	j.Saw(x)
	if errors.Is(x.Err(), mcp.ErrTimeout) {
		j.Failf(x, "the stream that answers %s was still open %s after the request, past its response", method, statelessEndPatience)
	}
	return j.Err("")
}

// statelessUnrelated are the notifications that belong to no single request.
func statelessUnrelated(method string) bool {
	switch method {
	case "notifications/tools/list_changed", "notifications/prompts/list_changed", "notifications/resources/list_changed",
		"notifications/resources/updated", "notifications/subscriptions/acknowledged", "notifications/cancelled":
		return true
	}
	return false
}

func statelessRelated(t *conformance.Traffic) error {
	j := t.Judge()
	for m := range statelessEvents(t) {
		x := m.Exchange
		if x.Request.Method == "subscriptions/listen" {
			continue
		}
		if m.MessageKind() == mcp.ResponseMessage {
			j.Met(m) // that it came alone, or after fitting notifications, is what is judged
			continue
		}
		sent, _ := x.SentMessage()
		token := sent.Params().Get("_meta", "progressToken")
		switch {
		case statelessUnrelated(m.Method()):
			j.Faultf(m, "/method", "%s came in the answer to %s", m.Method(), x.Request.Method)
		case m.Method() == "notifications/progress" && !mcp.Equal(m.Params().Get("progressToken"), token):
			j.Faultf(m, "/params/progressToken", "progress for token %.40s came in the answer to %s, whose token is %.40s",
				m.Params().Get("progressToken"), x.Request.Method, token)
		}
	}
	return j.Err("no request was answered with a stream")
}

func statelessNoRequests(t *conformance.Traffic) error {
	j := t.Judge()
	for m := range statelessEvents(t) {
		j.Met(m)
		if m.MessageKind() == mcp.RequestMessage {
			j.Faultf(m, "/method", "the server sent the request %.60q on the stream that answers %s", m.Method(), m.Exchange.Request.Method)
		}
	}
	return j.Err("no request was answered with a stream")
}

func statelessUnbuffered(t *conformance.Traffic) error {
	j := t.Judge()
	for x := range statelessPosts(t) {
		if x.Status >= 300 || statelessMedia(x) != "text/event-stream" {
			continue
		}
		j.Saw(x)
		if got := x.Header.Get("X-Accel-Buffering"); !strings.EqualFold(strings.TrimSpace(got), "no") {
			j.Failf(x, "the stream that answers %s has X-Accel-Buffering: %.40q, expected no", x.Request.Method, got)
		}
	}
	return j.Err("no request was answered with a stream")
}
