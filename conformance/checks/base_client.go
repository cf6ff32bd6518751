package checks

import (
	"context"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

func baseClientChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "base/meta/client-info-optional",
		Title:  "a request without clientInfo is served",
		Claims: claims{Stateless: ids{"base.meta.client-info-optional"}},
		Reach:  conformance.Observe,
		Run:    baseClientInfoOptional,
	}, {
		ID:     "base/meta/client-info-neutral",
		Title:  "a list is the same whatever clientInfo says",
		Claims: claims{Stateless: ids{"base.meta.client-info-not-behavioural"}},
		Reach:  conformance.Observe,
		Run:    baseClientInfoNeutral,
	}, {
		ID:     "base/meta/unknown-tolerated",
		Title:  "unknown keys in the _meta of a request do no harm",
		Claims: claims{Handshake: ids{"base.meta.reserved-values-no-assumption"}, Stateless: ids{"base.meta.unknown-keys-tolerated"}},
		Reach:  conformance.Observe,
		Run:    baseUnknownMeta,
		Fix:    "Read the keys of _meta that you know and pass over all others.",
	}}
}

// baseServed sends requests that must be served as they are without meta.
func baseServed(ctx context.Context, p *conformance.Probe, meta map[string]any, what string) error {
	j := p.Judge()
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	for _, method := range pulseAndList(p) {
		if plain, err := p.Ask(ctx, method, nil); err != nil || !plain.Result().Exists() {
			continue
		}
		x := s.Do(ctx, mcp.Request{Method: method, Meta: meta})
		j.Saw(x)
		if !x.Result().Exists() {
			j.Failf(x, "%s %s got no result: %s", method, what, outcome(x))
		}
	}
	return j.Err("the server serves neither " + pulse(p.Revision) + " nor a list")
}

func baseClientInfoOptional(ctx context.Context, p *conformance.Probe) error {
	return baseServed(ctx, p, map[string]any{mcp.MetaClientInfo: nil}, "without clientInfo")
}

func baseUnknownMeta(ctx context.Context, p *conformance.Probe) error {
	meta := map[string]any{
		"com.example/mcpctl-probe": map[string]any{"x": 1},
		"mcpctl":                   "probe",
	}
	if p.Revision.Era() == mcp.Stateless {
		meta["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01"
		meta["tracestate"] = "mcpctl=probe"
		meta["baggage"] = "mcpctl=probe"
	} else {
		meta["io.modelcontextprotocol/mcpctl-probe"] = map[string]any{"x": 1}
	}
	return baseServed(ctx, p, meta, "with unknown keys in _meta")
}

// asClient is the first page of a list as it is shown to a client; nil is one
// that does not say who it is.
func asClient(ctx context.Context, s *mcp.Session, method string, client any) (*mcp.Exchange, []mcp.Value) {
	x := s.Do(ctx, mcp.Request{Method: method, Meta: map[string]any{mcp.MetaClientInfo: client}})
	what := strings.TrimSuffix(method, "/list")
	entries := slices.Clone(x.Result().Get(what).Items())
	slices.SortStableFunc(entries, func(a, b mcp.Value) int {
		return strings.Compare(a.Get(surfaceKey(what)).Text(), b.Get(surfaceKey(what)).Text())
	})
	return x, entries
}

func baseClientInfoNeutral(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	lists := listed(p)
	if len(lists) == 0 {
		return conformance.Unprovenf("the server declares no list to compare")
	}
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	same := func(a, b []mcp.Value) bool { return slices.EqualFunc(a, b, mcp.Equal) }
	mcpctl := map[string]any{"name": "mcpctl", "version": "1"}
	x, before := asClient(ctx, s, lists[0], mcpctl)
	if !x.Result().Exists() {
		return conformance.Unprovenf("%s got no result: %s", lists[0], outcome(x))
	}
	clients := []any{nil, map[string]any{"name": "example-client", "version": "0.0.1"}, map[string]any{"name": "mcpctl", "version": "99.0.0"}}
	for _, client := range clients {
		x, shown := asClient(ctx, s, lists[0], client)
		j.Saw(x)
		if same(before, shown) {
			continue
		}
		// The list may change over time, so each is asked for again.
		_, again := asClient(ctx, s, lists[0], client)
		_, after := asClient(ctx, s, lists[0], mcpctl)
		if !same(shown, again) || !same(before, after) {
			return conformance.Unprovenf("%s changes from one request to the next", lists[0])
		}
		j.Failf(x, "%s is answered differently for the clientInfo %.80s: %d entries, not the same %d", lists[0], mcp.ValueOf(client), len(shown), len(before))
	}
	return j.Err("")
}
