package checks

import (
	"context"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// removedMethods is about what 2026-07-28 has no more.
func removedMethods() []conformance.Check {
	gone := func(id, title, needs string, claim string, methods ...mcp.Request) conformance.Check {
		return conformance.Check{
			ID: "lifecycle/removed/" + id, Title: title, Needs: needs,
			Claims: claims{Stateless: ids{claim}}, Reach: conformance.Provoke,
			Run: func(ctx context.Context, p *conformance.Probe) error { return lifecycleRemoved(ctx, p, methods) },
			Fix: "Answer methods that this revision does not have with -32601 when the request carries its _meta.",
		}
	}
	uri := map[string]any{"uri": "mcpctl-none://x"}
	initialize := mcp.Request{Method: "initialize", Params: map[string]any{
		"protocolVersion": mcp.Rev20260728, "capabilities": struct{}{},
		"clientInfo": map[string]any{"name": "mcpctl", "version": "1"},
	}}
	return []conformance.Check{
		gone("initialize", "initialize is an unknown method", "stateless-only", "lifecycle.removed.initialize", initialize),
		gone("ping", "ping is an unknown method", "", "lifecycle.removed.ping", mcp.Request{Method: "ping"}),
		gone("set-level", "logging/setLevel is an unknown method", "", "lifecycle.removed.logging-set-level",
			mcp.Request{Method: "logging/setLevel", Params: map[string]any{"level": "info"}}),
		gone("subscribe", "resources/subscribe and unsubscribe are unknown methods", "", "lifecycle.removed.resources-subscribe",
			mcp.Request{Method: "resources/subscribe", Params: uri}, mcp.Request{Method: "resources/unsubscribe", Params: uri}),
		{
			ID:     "lifecycle/removed/notifications",
			Title:  "the server sends only notifications that the revision has",
			Claims: claims{Stateless: ids{"lifecycle.removed.server-notifications"}},
			Watch:  lifecycleRemovedNotifications,
		},
	}
}

func lifecycleRemoved(ctx context.Context, p *conformance.Probe, methods []mcp.Request) error {
	j := p.Judge()
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	unknown, err := p.Ask(ctx, unknownMethod, nil)
	if err != nil {
		return err
	}
	switch e := unknown.RPCError(); {
	case e == nil:
		return conformance.Blockedf("errors/method/refused", "no unknown method gets an error")
	case e.Code != mcp.CodeMethodNotFound:
		return conformance.Blockedf("errors/method/code", "unknown methods are refused with error %d", e.Code)
	}
	for _, r := range methods {
		x := s.Do(ctx, r)
		j.Saw(x)
		if e := x.RPCError(); e == nil || e.Code != mcp.CodeMethodNotFound {
			j.Failf(x, "%s was not refused with -32601: %s", r.Method, outcome(x))
		}
	}
	return j.Err("")
}

func lifecycleRemovedNotifications(t *conformance.Traffic) error {
	j := t.Judge()
	defined := []string{
		"notifications/cancelled", "notifications/message", "notifications/progress", "notifications/prompts/list_changed",
		"notifications/resources/list_changed", "notifications/resources/updated", "notifications/subscriptions/acknowledged",
		"notifications/tools/list_changed",
	}
	for m := range t.Notifications() {
		j.Met(m)
		if !slices.Contains(defined, m.Method()) && !extends(t, m.Method()) {
			j.Faultf(m, "/method", "%.60q is no notification of %s", m.Method(), t.Revision)
		}
	}
	return j.Err("the server sent no notification")
}

// extends reports whether a method may belong to an extension that the server
// declares: what an extension defines is its own business.
func extends(t *conformance.Traffic, method string) bool {
	return t.Facts.Capability("extensions").Len() > 0 && strings.HasPrefix(method, "notifications/")
}
