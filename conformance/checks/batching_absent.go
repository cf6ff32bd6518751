package checks

import (
	"bytes"
	"context"
	"fmt"
	"iter"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

func batchingAbsentChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "batching/server/none",
		Title:  "the server sends no batches where the revision has none",
		Claims: claims{Handshake: ids{"batching.never-sent-2024-11-05", "batching.never-sent"}},
		Watch:  batchingNone,
	}, {
		ID:     "batching/array/refused",
		Title:  "an array is not served where the revision has no batches",
		Claims: claims{Handshake: ids{"batching.array-refused", "batching.array-refused.stdio"}},
		Reach:  conformance.Provoke,
		Run:    batchingArrayRefused,
	}}
}

// batchesOf are the arrays that the server sent as messages, on connections
// that were opened as a client should: others may speak another revision.
func batchesOf(t *conformance.Traffic) iter.Seq[conformance.Seen] {
	return func(yield func(conformance.Seen) bool) {
		for c, f := range t.Frames() {
			whole, err := f.Message()
			m := conformance.Seen{Message: whole, Frame: f, Connection: c, Exchange: exchangeOf(c, f)}
			if err == nil && !c.Bare && whole.Is(mcp.Array) && isEnvelope(t.Transport, m) && !yield(m) {
				return
			}
		}
	}
}

func batchingNone(t *conformance.Traffic) error {
	j := t.Judge()
	for m := range t.Received() {
		j.Met(m)
		break
	}
	for m := range batchesOf(t) {
		// An answer to an array that was sent on purpose is judged by
		// batching/array/refused.
		if !sentArray(m.Connection) {
			j.Faultf(m, "", "the server sent an array in %s: %.80s", t.Revision, m.Value)
		}
	}
	return j.Err("the server sent nothing")
}

// sentArray reports whether an array was sent on a connection.
func sentArray(c conformance.Connection) bool {
	for _, x := range c.Exchanges() {
		if bytes.HasPrefix(x.Sent, []byte("[")) {
			return true
		}
	}
	return false
}

func batchingArrayRefused(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Fresh(ctx)
	if err != nil {
		return err
	}
	if _, err := p.Control(ctx, s); err != nil {
		return err
	}
	before := len(s.Log().Frames())
	text := fmt.Sprintf(`[{"jsonrpc":"2.0","id":"mcpctl-array","method":%q}]`, pulse(p.Revision))
	got := provoke(ctx, p, s, "an array", mcp.Request{Raw: []byte(text)})
	j.Saw(got.Exchange)
	if got.broken() != "" {
		j.Failf(got.Exchange, "%s", got.broken())
	}
	for _, f := range s.Log().Frames()[before:] {
		if !holdsResponse(f, "mcpctl-array") {
			continue
		}
		for _, m := range f.Messages() {
			if m.Result().Exists() && m.ID().Text() == "mcpctl-array" {
				j.Failf(got.Exchange, "an array of one request was served in %s, which has no batches", p.Revision)
			}
		}
	}
	return j.Err("")
}
