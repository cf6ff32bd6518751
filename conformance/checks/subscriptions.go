package checks

import (
	"context"
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// subscriptions is the suite about subscriptions to changes: resources/subscribe
// of the handshake revisions (server/resources#subscriptions), and
// subscriptions/listen of 2026-07-28 (basic/patterns/subscriptions).
func subscriptions() conformance.Suite {
	return conformance.Suite{ID: "subscriptions", Title: "Subscriptions", Checks: slices.Concat(
		subscribeChecks(),
		updatedChecks(),
		listenChecks(),
		listenStreamChecks(),
		listenEndChecks(),
	)}
}

// subscribeChecks judge resources/subscribe and resources/unsubscribe.
func subscribeChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "subscriptions/subscribe/answers",
		Title:  "resources/subscribe for a listed resource is answered with an empty result",
		Claims: claims{Handshake: ids{"subscriptions.subscribe.empty-result"}},
		Needs:  "resources.subscribe",
		Reach:  conformance.Provoke,
		Run:    subscribeAnswers,
	}, {
		ID:     "subscriptions/subscribe/unknown",
		Title:  "resources/subscribe for an unknown resource is refused with error -32002 or -32602",
		Claims: claims{Handshake: ids{"subscriptions.unknown-uri-error"}},
		Needs:  "resources.subscribe",
		Reach:  conformance.Provoke,
		Run:    subscribeUnknown,
	}, {
		ID:     "subscriptions/subscribe/undeclared",
		Title:  "resources/subscribe is refused when subscriptions are not declared",
		Claims: claims{Handshake: ids{"subscriptions.undeclared-rejected"}},
		Needs:  "resources no-resources.subscribe",
		Reach:  conformance.Provoke,
		Run:    subscribeUndeclared,
		Fix:    "Declare resources.subscribe, or answer resources/subscribe with error -32601.",
	}, {
		ID:     "subscriptions/unsubscribe/answers",
		Title:  "resources/unsubscribe is answered with an empty result",
		Claims: claims{Handshake: ids{"subscriptions.unsubscribe.empty-result"}},
		Needs:  "resources.subscribe",
		Reach:  conformance.Provoke,
		Run:    unsubscribeAnswers,
	}}
}

// unknownURI is a resource that no server has.
const unknownURI = "mcpctl://no/such"

// subscribed is what came of subscribing, on a session of its own.
type subscribed struct {
	// on are the attempts with listed resources, up to the first that
	// succeeded; off ends it, and is nil when none did.
	on           []*mcp.Exchange
	off, unknown *mcp.Exchange
}

// subscribeOnce subscribes, once for all checks.
func subscribeOnce(ctx context.Context, p *conformance.Probe) (*subscribed, error) {
	return conformance.Once(ctx, p, "resources/subscribe", func(ctx context.Context) (*subscribed, error) {
		const most = 3
		listed, err := resourcesListed(ctx, p)
		if err != nil {
			return nil, err
		}
		s, err := p.Fresh(ctx)
		if err != nil {
			return nil, err
		}
		all := &subscribed{}
		for _, uri := range resourcesURIs(listed[:min(most, len(listed))]) {
			x := s.Call(ctx, "resources/subscribe", map[string]any{"uri": uri})
			all.on = append(all.on, x)
			if x.Result().Exists() {
				all.off = s.Call(ctx, "resources/unsubscribe", map[string]any{"uri": uri})
				break
			}
		}
		all.unknown = s.Call(ctx, "resources/subscribe", map[string]any{"uri": unknownURI})
		return all, nil
	})
}

func subscribeAnswers(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	all, err := subscribeOnce(ctx, p)
	if err != nil {
		return err
	}
	last := all.on[len(all.on)-1]
	j.Saw(last)
	if all.off == nil {
		j.Failf(last, "resources/subscribe got no result for any of %d listed resources: %s", len(all.on), outcome(last))
		return j.Err("")
	}
	emptyResult(j, last, "resources/subscribe")
	return j.Err("")
}

func subscribeUnknown(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	all, err := subscribeOnce(ctx, p)
	if err != nil {
		return err
	}
	x := all.unknown
	switch e := x.RPCError(); {
	case all.off == nil:
		return conformance.Blockedf("subscriptions/subscribe/answers", "resources/subscribe gets no result")
	case x.Result().Exists():
		return conformance.Unprovenf("the server accepts subscriptions to resources that it does not list; they may yet come to be")
	case e == nil:
		j.Failf(x, "resources/subscribe for %s got no error response: %s", unknownURI, outcome(x))
	case e.Code != mcp.CodeResourceNotFound && e.Code != mcp.CodeInvalidParams:
		j.Faultf(answerTo(x), "/error/code", "resources/subscribe for %s was refused with error %d, expected %d or %d",
			unknownURI, e.Code, mcp.CodeResourceNotFound, mcp.CodeInvalidParams)
	}
	j.Saw(x)
	return j.Err("")
}

func subscribeUndeclared(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	listed, err := resourcesListed(ctx, p)
	if err != nil {
		return err
	}
	x, err := p.Ask(ctx, "resources/subscribe", map[string]any{"uri": resourcesURIs(listed)[0]})
	if err != nil {
		return err
	}
	j.Saw(x)
	if x.Result().Exists() {
		j.Failf(x, "the server answers resources/subscribe with a result, but does not declare resources.subscribe")
	}
	return j.Err("")
}

func unsubscribeAnswers(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	all, err := subscribeOnce(ctx, p)
	switch {
	case err != nil:
		return err
	case all.off == nil:
		return conformance.Blockedf("subscriptions/subscribe/answers", "resources/subscribe gets no result")
	}
	j.Saw(all.off)
	if !all.off.Result().Exists() {
		j.Failf(all.off, "resources/unsubscribe got no result: %s", outcome(all.off))
		return j.Err("")
	}
	emptyResult(j, all.off, "resources/unsubscribe")
	return j.Err("")
}
