package checks

import (
	"context"
	"mime"
	"net/http"
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// batching is the suite about JSON-RPC batches: 2025-03-26 has them, no other
// revision does.
func batching() conformance.Suite {
	return conformance.Suite{ID: "batching", Title: "Batching", Checks: slices.Concat(batchingChecks(), batchingAbsentChecks())}
}

func batchingChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "batching/requests/answered",
		Title:  "all requests of a batch are served",
		Claims: claims{Handshake: ids{"batching.receive-supported"}},
		Reach:  conformance.Provoke,
		Waits:  true,
		Run:    batchingAnswered,
		Fix:    "Accept an array of messages wherever one message is accepted.",
	}, {
		ID:     "batching/requests/each",
		Title:  "each request of a batch gets one response, and a notification none",
		Claims: claims{Handshake: ids{"batching.response-per-request"}},
		Reach:  conformance.Provoke,
		Waits:  true,
		Run:    batchingEach,
	}, {
		ID:     "batching/notifications/silent",
		Title:  "a batch of notifications gets no answer",
		Claims: claims{Handshake: ids{"batching.notifications-silent"}},
		Reach:  conformance.Provoke,
		Waits:  true,
		Run:    batchingSilent,
	}, {
		ID:     "batching/http/accepted",
		Title:  "a POST of notifications or responses alone gets 202 without a body",
		Claims: claims{Handshake: ids{"batching.http.no-requests-202"}},
		Reach:  conformance.Provoke,
		Run:    batchingAccepted,
	}, {
		ID:     "batching/http/content-type",
		Title:  "a POST of requests is answered with JSON or an event stream",
		Claims: claims{Handshake: ids{"batching.http.requests-content-type"}},
		Reach:  conformance.Provoke,
		Run:    batchingContentType,
	}, {
		ID:     "batching/http/stream",
		Title:  "the event stream for a batch holds a response to each request",
		Claims: claims{Handshake: ids{"batching.http.sse-all-responses"}},
		Reach:  conformance.Provoke,
		Run:    batchingStream,
	}, {
		ID:     "batching/empty/refused",
		Title:  "an empty batch is refused with -32600",
		Claims: claims{Handshake: ids{"batching.empty-array"}},
		Reach:  conformance.Provoke,
		Run:    batchingEmpty,
	}, {
		ID:     "batching/invalid/each",
		Title:  "an invalid member of a batch is refused by itself",
		Claims: claims{Handshake: ids{"batching.invalid-members"}},
		Reach:  conformance.Provoke,
		Run:    batchingInvalid,
	}, {
		ID:     "batching/initialize/refused",
		Title:  "initialize is not served as part of a batch",
		Claims: claims{Handshake: ids{"batching.initialize-refused"}},
		Reach:  conformance.Provoke,
		Run:    batchingInitialize,
	}, {
		ID:     "batching/server/well-formed",
		Title:  "the server's batches are not empty and hold responses or other messages, not both",
		Claims: claims{Handshake: ids{"batching.server-batch-wellformed"}},
		Watch:  batchingWellFormed,
	}}
}

// unbatched says that a server without batches is judged by the first check.
func unbatched(b batch) error {
	if b.Exchange == nil || b.responses["mcpctl-b1"].Exists() || b.responses["mcpctl-b2"].Exists() {
		return nil
	}
	return conformance.Blockedf("batching/requests/answered", "the server answers no batch")
}

func batchingAnswered(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	b, err := batchOf(ctx, p, batchRequests)
	if err != nil {
		return err
	}
	j.Saw(b.Exchange)
	for _, id := range []string{"mcpctl-b1", "mcpctl-b2"} {
		switch m := b.responses[id]; {
		case !m.Exists():
			j.Failf(b.Exchange, "the request %s of a batch got no response: %s", id, b.outcome())
		case !m.Result().Exists():
			j.Failf(b.Exchange, "the request %s of a batch was refused: %.100s", id, m.Get("error"))
		}
	}
	return j.Err("")
}

func batchingEach(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	b, err := batchAfterFirst(ctx, p, batchMixed)
	if err != nil {
		return err
	}
	j.Saw(b.Exchange)
	if m := b.responses["mcpctl-b3"]; !m.Result().Exists() {
		j.Failf(b.Exchange, "ping beside an unknown method in a batch got no result: %s", b.outcome())
	}
	if m := b.responses["mcpctl-b4"]; !m.Has("error") {
		j.Failf(b.Exchange, "an unknown method in a batch got no error: %s", b.outcome())
	}
	if b.count > 2 {
		j.Failf(b.Exchange, "a batch of two requests and a notification got %d responses", b.count)
	}
	return j.Err("")
}

func batchingSilent(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	b, err := batchAfterFirst(ctx, p, batchNotifications)
	if err != nil {
		return err
	}
	j.Saw(b.Exchange)
	switch {
	case b.served != nil:
		j.Failf(b.Exchange, "after a batch of notifications the server no longer serves: %v", b.served)
	case b.arrays > 0 || b.count > 0:
		j.Failf(b.Exchange, "a batch of notifications was answered with %.100q", b.last)
	}
	return j.Err("")
}

func batchingAccepted(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	for _, what := range []string{batchNotifications, batchResponses} {
		b, err := batchAfterFirst(ctx, p, what)
		if err != nil {
			return err
		}
		if b.Status >= 400 {
			continue // what is not accepted may be refused
		}
		j.Saw(b.Exchange)
		body := 0
		for _, f := range b.Frames() {
			if f.Direction == mcp.Received {
				body += f.Size
			}
		}
		if b.Status != http.StatusAccepted || body > 0 {
			j.Failf(b.Exchange, "%s got HTTP status %d with %d bytes, expected 202 with none", what, b.Status, body)
		}
	}
	return j.Err("the server accepts no batch without requests")
}

func batchingContentType(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	b, err := batchAfterFirst(ctx, p, batchRequests)
	if err != nil {
		return err
	}
	j.Saw(b.Exchange)
	media, _, _ := mime.ParseMediaType(b.Header.Get("Content-Type"))
	switch {
	case media != "application/json" && media != "text/event-stream":
		j.Failf(b.Exchange, "a batch of requests was answered with the Content-Type %.60q", b.Header.Get("Content-Type"))
	case media == "application/json" && b.arrays == 0:
		j.Failf(b.Exchange, "a batch of requests was answered with JSON that is no array")
	}
	return j.Err("")
}

func batchingStream(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	// The member of a batch that may be missing is that of the first check,
	// if the answer is a stream.
	b, err := batchAfterFirst(ctx, p, batchRequests)
	if err != nil {
		return err
	}
	if media, _, _ := mime.ParseMediaType(b.Header.Get("Content-Type")); media != "text/event-stream" {
		return conformance.Unprovenf("the server answers batches with JSON")
	}
	j.Saw(b.Exchange)
	for _, id := range []string{"mcpctl-b1", "mcpctl-b2"} {
		if !b.responses[id].Exists() {
			j.Failf(b.Exchange, "the event stream for a batch holds no response to %s", id)
		}
	}
	return j.Err("")
}

func batchingEmpty(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	b, err := batchAfterFirst(ctx, p, batchEmpty)
	if err != nil {
		return err
	}
	refusedGarbage(j, p, provoked{b.Exchange, "an empty batch", b.served}, mcp.CodeInvalidRequest)
	return j.Err("")
}

func batchingInvalid(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	b, err := batchAfterFirst(ctx, p, batchInvalid)
	if err != nil {
		return err
	}
	j.Saw(b.Exchange)
	if b.Status >= 400 && b.Status <= 499 {
		return j.Err("") // the transport may refuse a body that is not all messages
	}
	if m := b.responses["mcpctl-b5"]; !m.Result().Exists() {
		j.Failf(b.Exchange, "ping beside a bare number in a batch got no result: %s", b.outcome())
	}
	if code, _ := b.unaddressed.Get("error", "code").Int(); code != mcp.CodeInvalidRequest {
		j.Failf(b.Exchange, "a bare number in a batch got no error %d of its own: %s", mcp.CodeInvalidRequest, b.outcome())
	}
	return j.Err("")
}

func batchingInitialize(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Bare(ctx)
	if err != nil {
		return err
	}
	text, _ := mcp.ValueOf([]any{map[string]any{
		"jsonrpc": "2.0", "id": "mcpctl-b6", "method": "initialize", "params": s.InitializeRequest().Params,
	}}).MarshalJSON() // a Value always marshals
	request := mcp.Request{Raw: text}
	var x *mcp.Exchange
	if s.Kind() == mcp.HTTP {
		x = s.Do(ctx, request)
	} else {
		// Silence is a refusal; an ordinary initialize is answered after it.
		x = s.Start(ctx, request)
		s.Do(ctx, s.InitializeRequest())
		x.Close()
	}
	j.Saw(x)
	for _, m := range x.Received() {
		if m.Result().Exists() && m.ID().Text() == "mcpctl-b6" {
			j.Failf(x, "initialize in a batch was served: %.100s", m.Result())
		}
	}
	return j.Err("")
}

func batchingWellFormed(t *conformance.Traffic) error {
	j := t.Judge()
	for m := range batchesOf(t) {
		j.Met(m)
		responses := 0
		for _, each := range m.Batch() {
			if isResponse(each) {
				responses++
			}
		}
		switch {
		case m.Len() == 0:
			j.Faultf(m, "", "the server sent an empty batch")
		case responses > 0 && responses < m.Len():
			j.Faultf(m, "", "the server sent a batch of %d responses and %d other messages", responses, m.Len()-responses)
		}
	}
	return j.Err("the server sent no batch")
}
