package checks

import (
	"context"
	"strings"
	"sync"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

func baseIDChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "base/response/id",
		Title:  "a response has the id of its request, same value and same type",
		Claims: claims{Handshake: ids{"base.response.id-echo"}, Stateless: ids{"base.jsonrpc.response-id-echo"}},
		Reach:  conformance.Provoke,
		Run:    baseResponseID,
		Fix:    "Keep the id as the JSON value that came and write it back unchanged; 0 and strings are ids too.",
	}, {
		ID:     "base/error/id",
		Title:  "an error response has the id of its request, same value and same type",
		Claims: claims{Handshake: ids{"base.response.id-echo"}, Stateless: ids{"base.jsonrpc.error-id-echo"}},
		Reach:  conformance.Provoke,
		Run:    baseErrorID,
	}, {
		ID:     "base/response/one-per-request",
		Title:  "no request is answered twice",
		Claims: claims{Handshake: ids{"base.response.one-per-request"}},
		Watch:  baseOneResponse,
	}, {
		ID:     "base/request/id-type",
		Title:  "the server's own requests have a string or an integer as id",
		Claims: claims{Handshake: ids{"base.request.id-string-or-integer", "base.request.id-not-null"}},
		Watch:  baseRequestIDType,
	}, {
		ID:     "base/request/id-unique",
		Title:  "the server never uses an id for two of its own requests",
		Claims: claims{Handshake: ids{"base.request.id-unique-per-session"}},
		Watch:  baseRequestIDUnique,
	}, {
		ID:     "base/request/none",
		Title:  "the server sends no requests of its own",
		Claims: claims{Stateless: ids{"base.server-sends-no-requests", "stdio.stdout.no-requests"}},
		Watch:  baseNoRequests,
		Fix:    "Answer with resultType input_required and put the question into inputRequests.",
	}}
}

// oddIDs are proper ids that a careless server gets wrong: one that is false
// in many languages or below all counters, one at the edge of what a double
// can hold, a string of digits, and one beyond ASCII. The counter of a
// session uses none of them, and each of the two lists is for one check.
func oddIDs() []any { return []any{0, 9007199254740991, "9007199254740989", "mcpctl-é"} }

func oddErrorIDs() []any { return []any{-7, 9007199254740990, "9007199254740988", "mcpctl-ë"} }

// callAll makes requests at the same time and waits for all.
func callAll(ctx context.Context, s *mcp.Session, requests []mcp.Request) []*mcp.Exchange {
	all := make([]*mcp.Exchange, len(requests))
	var wait sync.WaitGroup
	for i, r := range requests {
		wait.Go(func() { all[i] = s.Do(ctx, r) })
	}
	wait.Wait()
	return all
}

// withIDs calls a method once with each of the ids.
func withIDs(ctx context.Context, p *conformance.Probe, method string, ids []any) (*mcp.Session, []*mcp.Exchange, error) {
	s, err := p.Shared(ctx)
	if err != nil {
		return nil, nil, err
	}
	if _, err := p.Control(ctx, s); err != nil {
		return nil, nil, err
	}
	var requests []mcp.Request
	for _, id := range ids {
		requests = append(requests, mcp.Request{Method: method, ID: id})
	}
	return s, callAll(ctx, s, requests), nil
}

func baseResponseID(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	method := pulse(p.Revision)
	s, all, err := withIDs(ctx, p, method, oddIDs())
	if err != nil {
		return err
	}
	for _, x := range all {
		j.Saw(x)
		got, answered := answeredID(s, x)
		switch {
		case !answered:
			j.Failf(x, "%s with id %s got no response: %s", method, x.Asked, outcome(x))
		case !sameID(got, x.Asked):
			j.Failf(x, "%s with id %s was answered with id %.60s", method, x.Asked, got)
		case x.Reply() != nil && !x.Result().Exists():
			j.Failf(x, "%s with id %s was refused: %s", method, x.Asked, outcome(x))
		}
	}
	return j.Err("")
}

// unknownMethod is a method that no server has.
const unknownMethod = "mcpctl/does-not-exist"

func baseErrorID(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, all, err := withIDs(ctx, p, unknownMethod, oddErrorIDs())
	if err != nil {
		return err
	}
	for _, x := range all {
		got, answered := answeredID(s, x)
		if !answered {
			continue // errors/method/refused says so
		}
		j.Saw(x)
		switch {
		case nobody(got):
			j.Failf(x, "the error in answer to a request with id %s has the id %s", x.Asked, got)
		case !sameID(got, x.Asked):
			j.Failf(x, "a request with id %s was answered by an error with id %.60s", x.Asked, got)
		}
	}
	return j.Err("the server answers requests for an unknown method with no error")
}

// answeredID is the id of what answers x. When nothing has its id, that is a
// response in its exchange or, where all share one channel, one that came
// after it, answers nothing else and has an id that reads alike.
func answeredID(s *mcp.Session, x *mcp.Exchange) (id mcp.Value, answered bool) {
	if reply := x.Reply(); reply != nil {
		return reply.ID(), true
	}
	for _, m := range x.Received() {
		if isResponse(m) && m.Has("jsonrpc") {
			return m.ID(), true
		}
	}
	asked := strings.Trim(x.Asked.String(), `"`)
	for _, f := range s.Log().Frames() {
		if f.Direction != mcp.Received || f.Exchange != -1 || f.At < x.Started {
			continue
		}
		for _, m := range f.Messages() {
			if isResponse(m) && strings.Trim(m.ID().String(), `"`) == asked || sameID(m.ID(), x.Asked) {
				return m.ID(), true
			}
		}
	}
	return mcp.Value{}, false
}

// idName tells ids of one connection apart.
func idName(id mcp.Value) string {
	if n, whole := id.Int(); whole {
		return mcp.ValueOf(n).String()
	}
	return id.String()
}

func baseOneResponse(t *conformance.Traffic) error {
	j := t.Judge()
	asked := map[*mcp.Log]map[string]int{}
	answered := map[*mcp.Log]map[string]int{}
	for _, c := range t.Connections {
		asked[c.Log], answered[c.Log] = askedIDs(c), map[string]int{}
	}
	for m := range responsesOf(t) {
		replayed := m.Exchange != nil && m.Exchange.Request.HTTPMethod == "GET" && t.Transport == mcp.HTTP
		id := idName(m.ID())
		want := asked[m.Connection.Log][id]
		if nobody(m.ID()) || replayed || want == 0 {
			continue
		}
		j.Met(m)
		if answered[m.Connection.Log][id]++; answered[m.Connection.Log][id] > want {
			j.Faultf(m, "", "the request with id %.60s was answered %d times", m.ID(), answered[m.Connection.Log][id])
		}
	}
	return j.Err("the server sent no response")
}

// askedIDs counts how often each id was sent with a request.
func askedIDs(c conformance.Connection) map[string]int {
	all := map[string]int{}
	for _, x := range c.Exchanges() {
		for _, m := range sentMessages(x) {
			if !nobody(m.ID()) && m.MessageKind() != mcp.ResponseMessage {
				all[idName(m.ID())]++
			}
		}
	}
	return all
}

// sentMessages are the messages that went out with an exchange.
func sentMessages(x *mcp.Exchange) []mcp.Message {
	m, err := x.SentMessage()
	switch {
	case err != nil: // a hand-made HTTP request
		return mcp.NewFrame(mcp.Sent, mcp.ChannelBody, x.Request.Raw).Messages()
	case m.MessageKind() == mcp.BatchMessage:
		return m.Batch()
	}
	return []mcp.Message{m}
}

// requestsOf are the server's own requests, on all connections. What is named
// like a notification is none, see base/notification/no-id.
func requestsOf(t *conformance.Traffic) func(func(conformance.Seen) bool) {
	return func(yield func(conformance.Seen) bool) {
		for m := range t.Everything() {
			if m.MessageKind() == mcp.RequestMessage && !strings.HasPrefix(m.Method(), "notifications/") && !yield(m) {
				return
			}
		}
	}
}

func baseRequestIDType(t *conformance.Traffic) error {
	j := t.Judge()
	for m := range requestsOf(t) {
		j.Met(m)
		if id := m.ID(); !id.Is(mcp.String) && !id.Whole() {
			j.Faultf(m, "/id", "the server's request %.60q has the id %.60s, neither a string nor an integer", m.Method(), id)
		}
	}
	return j.Err("the server sent no requests")
}

func baseRequestIDUnique(t *conformance.Traffic) error {
	j := t.Judge()
	first := map[*mcp.Log]map[string]conformance.Seen{}
	for m := range requestsOf(t) {
		j.Met(m)
		if first[m.Connection.Log] == nil {
			first[m.Connection.Log] = map[string]conformance.Seen{}
		}
		before, again := first[m.Connection.Log][idName(m.ID())]
		if !again {
			first[m.Connection.Log][idName(m.ID())] = m
			continue
		}
		// The same message on another stream is a redelivery, or a
		// broadcast, which is judged elsewhere.
		if t.Transport == mcp.HTTP && before.Exchange != m.Exchange && string(before.Raw()) == string(m.Raw()) {
			continue
		}
		j.Faultf(m, "/id", "the server uses the id %.60s for %.60q after it has used it for %.60q", m.ID(), m.Method(), before.Method())
	}
	return j.Err("the server sent no requests")
}

func baseNoRequests(t *conformance.Traffic) error {
	j := t.Judge()
	for m := range t.Received() {
		j.Met(m)
		if m.MessageKind() == mcp.RequestMessage && !strings.HasPrefix(m.Method(), "notifications/") {
			j.Faultf(m, "", "the server sent a request of its own, %.60q", m.Method())
		}
	}
	return j.Err("the server sent nothing")
}
