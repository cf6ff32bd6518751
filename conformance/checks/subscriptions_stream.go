package checks

import (
	"context"
	"slices"
	"time"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// listenStreamChecks judge what comes on a subscription of 2026-07-28.
func listenStreamChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "subscriptions/id/present",
		Title:  "every notification of a subscription carries its id",
		Claims: claims{Stateless: ids{"subscriptions.id.on-every-notification"}},
		Needs:  "notifies",
		Reach:  conformance.Provoke,
		Run:    subscriptionTagged,
		Fix:    "Set " + mcp.MetaSubscriptionID + " in _meta of every notification of the subscription.",
	}, {
		ID:     "subscriptions/filter/types",
		Title:  "changes that were not asked for are not announced",
		Claims: claims{Stateless: ids{"subscriptions.filter.respected"}},
		Needs:  "notifies allowed-tools",
		Reach:  conformance.Invoke,
		Run:    filterTypes,
	}, {
		ID:     "subscriptions/filter/uris",
		Title:  "updates come only for the resources that were asked for",
		Claims: claims{Stateless: ids{"subscriptions.filter.uris-respected"}},
		Needs:  "resources.subscribe allowed-tools",
		Reach:  conformance.Invoke,
		Run:    filterURIs,
	}, {
		ID:     "subscriptions/stream/no-progress",
		Title:  "progress does not flow on a subscription",
		Claims: claims{Stateless: ids{"subscriptions.no-request-scoped"}},
		Needs:  "notifies",
		Reach:  conformance.Provoke,
		Run:    streamNoProgress,
	}, {
		ID:     "subscriptions/unsolicited/none",
		Title:  "no change is announced outside a subscription",
		Claims: claims{Stateless: ids{"subscriptions.unsolicited-none"}},
		Watch:  unsolicitedNone,
		Fix:    "Announce changes only in answer to subscriptions/listen.",
	}}
}

// busy are two subscriptions that were open while errands were run: one asks
// for one thing, the other for everything else.
type busy struct {
	log      *mcp.Log
	all      []*listening
	received []conformance.Seen
}

// of is the subscription that a message belongs to, nil when it is none's.
func (b *busy) of(m conformance.Seen, kind mcp.TransportKind) *listening {
	for _, l := range b.all {
		if l.has(m, kind) {
			return l
		}
	}
	return nil
}

// busyListens runs errands, with progress tokens and log levels, beside open
// subscriptions; once for all checks.
func busyListens(ctx context.Context, p *conformance.Probe) (*busy, error) {
	if _, err := acknowledgedListens(ctx, p); err != nil {
		return nil, err
	}
	return conformance.Once(ctx, p, "busy", func(ctx context.Context) (*busy, error) {
		s, err := p.Fresh(ctx)
		if err != nil {
			return nil, err
		}
		b := &busy{log: s.Log()}
		for i, filter := range splitFilters(ctx, p) {
			l := openListen(ctx, p, s, []any{"mcpctl-a", 7702}[i], filter)
			if l.ack == nil {
				return nil, conformance.Blockedf("subscriptions/listen/concurrent", "subscriptions/listen was not acknowledged: %s", outcome(l.x))
			}
			b.all = append(b.all, l)
		}
		began := lastFrame(s.Log())
		for _, r := range errands(ctx, p) {
			r = withMeta(r, "progressToken", "mcpctl-busy")
			if p.Missing("logging") == "" {
				r = withMeta(r, mcp.MetaLogLevel, "debug")
			}
			s.Do(ctx, r)
		}
		if _, err := p.Control(ctx, s); err != nil {
			return nil, err
		}
		// A subscription may lag behind the answers above.
		settle(ctx, s, began, 100*time.Millisecond, func(m mcp.Message) bool { return m.MessageKind() == mcp.NotificationMessage })
		b.received = heard(s.Log(), -1)
		for _, l := range b.all {
			l.end(ctx, s)
		}
		return b, nil
	})
}

// splitFilters are one filter for the first thing that is declared, and one
// for the rest if there is any; of resources it watches one.
func splitFilters(ctx context.Context, p *conformance.Probe) []map[string]any {
	first, rest := map[string]any{}, map[string]any{}
	for _, f := range changeFilters() {
		switch {
		case p.Missing(f.capability) != "":
		case len(first) == 0:
			first[f.member] = true
		default:
			rest[f.member] = true
		}
	}
	if uris := watchable(ctx, p); len(uris) > 0 && p.Missing("resources.subscribe") == "" {
		rest["resourceSubscriptions"] = uris[:1]
	}
	var all []map[string]any
	for _, filter := range []map[string]any{first, rest} {
		if len(filter) > 0 {
			all = append(all, filter)
		}
	}
	return all
}

// isChange reports a notification that belongs to a subscription by its kind.
func isChange(m mcp.Message) bool {
	return m.Method() == resourceUpdated || m.Method() == acknowledged ||
		slices.ContainsFunc(changeFilters(), func(f struct{ member, capability, method string }) bool { return f.method == m.Method() })
}

func subscriptionTagged(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	b, err := busyListens(ctx, p)
	if err != nil {
		return err
	}
	for _, m := range b.received {
		on := isChange(m.Message) || p.Transport == mcp.HTTP && b.of(m, p.Transport) != nil
		if m.MessageKind() != mcp.NotificationMessage || !on {
			continue
		}
		j.Met(m)
		if !subscriptionOf(m).Exists() {
			j.Faultf(m, "/params", "%s carries no %s", named(m), mcp.MetaSubscriptionID)
		}
	}
	return j.Err("no notification came on a subscription")
}

func filterTypes(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	b, err := busyListens(ctx, p)
	if err != nil {
		return err
	}
	for _, m := range b.received {
		l := b.of(m, p.Transport)
		if l == nil || !isChange(m.Message) || m.Method() == acknowledged {
			continue
		}
		j.Met(m)
		wanted := m.Method() == resourceUpdated && l.filter.Has("resourceSubscriptions")
		for _, f := range changeFilters() {
			wanted = wanted || f.method == m.Method() && l.filter.Get(f.member).True()
		}
		if !wanted {
			j.Faultf(m, "/method", "%s came on a subscription that asks for %s", named(m), l.filter)
		}
	}
	return j.Err("no allowed tool led to a change")
}

func filterURIs(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	b, err := busyListens(ctx, p)
	if err != nil {
		return err
	}
	for _, m := range b.received {
		l := b.of(m, p.Transport)
		if m.Method() != resourceUpdated || l == nil || !l.filter.Has("resourceSubscriptions") {
			continue // without any uri asked for, see subscriptions/filter/types
		}
		j.Met(m)
		uri := m.Params().Get("uri").Text()
		if !slices.ContainsFunc(l.filter.Get("resourceSubscriptions").Items(), func(v mcp.Value) bool { return uriWithin(uri, v.Text()) }) {
			j.Faultf(m, "/params/uri", "an update of %.80q came on a subscription to %s", uri, l.filter.Get("resourceSubscriptions"))
		}
	}
	return j.Err("no allowed tool led to an update of a resource")
}

func streamNoProgress(ctx context.Context, p *conformance.Probe) error {
	return requestScoped(ctx, p, "notifications/progress", noProgress)
}

func loggingOwnStream(ctx context.Context, p *conformance.Probe) error {
	return requestScoped(ctx, p, logMessage, noLogs)
}

// requestScoped judges whether notifications of a method, which belong to one
// request, keep away from subscriptions.
func requestScoped(ctx context.Context, p *conformance.Probe, method, nothing string) error {
	j := p.Judge()
	b, err := busyListens(ctx, p)
	if err != nil {
		return err
	}
	for _, m := range b.received {
		if m.Method() != method {
			continue
		}
		j.Met(m)
		if b.of(m, p.Transport) != nil || subscriptionOf(m).Exists() {
			j.Faultf(m, "", "%s came on a subscription", method)
		}
	}
	return j.Err(nothing)
}

func unsolicitedNone(t *conformance.Traffic) error {
	j := t.Judge()
	for _, c := range t.Connections {
		if c.Bare {
			continue
		}
		var listens []conformance.Seen
		for _, m := range dialogue(c) {
			switch {
			case m.Frame.Direction == mcp.Sent:
				if m.Method() == "subscriptions/listen" {
					listens = append(listens, m)
				}
			case !isChange(m.Message):
				j.Met(m)
			case !solicited(m, listens, t.Transport):
				j.Faultf(m, "", "%s came, but nothing that was subscribed to brought it", named(m))
			default:
				j.Met(m)
			}
		}
	}
	return j.Err("the server sent nothing")
}

// solicited reports whether one of the listens may have brought a message:
// over HTTP its stream tells, on stdio its subscription id, which another
// check asks for.
func solicited(m conformance.Seen, listens []conformance.Seen, kind mcp.TransportKind) bool {
	return slices.ContainsFunc(listens, func(l conformance.Seen) bool {
		if kind == mcp.HTTP {
			return l.Frame.Exchange == m.Frame.Exchange
		}
		return !subscriptionOf(m).Exists() || mcp.Equal(subscriptionOf(m), l.ID())
	})
}
