package checks

import (
	"context"
	"slices"
	"time"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// updatedChecks judge notifications/resources/updated of the handshake
// revisions.
func updatedChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "subscriptions/updated/declared",
		Title:  "updates of resources come only from servers that declare subscriptions",
		Claims: claims{Handshake: ids{"subscriptions.updated.requires-capability"}},
		Needs:  "no-resources.subscribe",
		Watch:  updatedUndeclared,
		Fix:    "Declare resources.subscribe, or do not send the notification.",
	}, {
		ID:     "subscriptions/updated/uri",
		Title:  "an update says the uri of the resource",
		Claims: claims{Handshake: ids{"subscriptions.updated.uri"}},
		Needs:  "resources.subscribe",
		Watch:  updatedURI,
	}, {
		ID:     "subscriptions/updated/sent",
		Title:  "a change of a subscribed resource is announced",
		Claims: claims{Handshake: ids{"subscriptions.updated.sent"}},
		Needs:  "resources.subscribe allowed-tools",
		Reach:  conformance.Invoke,
		Run:    updatedSent,
	}, {
		ID:     "subscriptions/updated/only-subscribed",
		Title:  "updates come only for resources that the client subscribed to",
		Claims: claims{Handshake: ids{"subscriptions.updated.only-when-subscribed"}},
		Needs:  "resources.subscribe allowed-tools",
		Reach:  conformance.Invoke,
		Run:    updatedOnlySubscribed,
	}, {
		ID:     "subscriptions/unsubscribe/stops",
		Title:  "no updates come after resources/unsubscribe",
		Claims: claims{Handshake: ids{"subscriptions.unsubscribe.stops"}},
		Needs:  "resources.subscribe allowed-tools",
		Reach:  conformance.Invoke,
		Run:    unsubscribeStops,
	}}
}

// resourceUpdated is the notification that tells of a change of a resource.
const resourceUpdated = "notifications/resources/updated"

func updatedUndeclared(t *conformance.Traffic) error {
	j := t.Judge()
	for m := range t.Received() {
		j.Met(m)
		if m.Method() == resourceUpdated {
			j.Faultf(m, "/method", "%s came, but the server does not declare resources.subscribe", resourceUpdated)
		}
	}
	return j.Err("the server sent nothing")
}

func updatedURI(t *conformance.Traffic) error {
	j := t.Judge()
	for m := range t.Notifications(resourceUpdated) {
		j.Met(m)
		uri := m.Params().Get("uri")
		if !uri.Is(mcp.String) {
			j.Faultf(m, "/params/uri", "uri must be a string, not %s", aKind(uri))
		} else if wrong := uriFault(uri.Text()); wrong != "" {
			j.Faultf(m, "/params/uri", "%.80q is no URI: %s", uri.Text(), wrong)
		}
	}
	return j.Err("no resource was updated")
}

// updates is what a server told of changes before, during and after a
// subscription to one resource, while tools were called in each phase.
type updates struct {
	uri                   string
	before, during, after []conformance.Seen
	// changed is the reading that shows a change during the subscription,
	// nil when there was none.
	changed *mcp.Exchange
}

// of are the updates in a phase that concern the resource subscribed to.
func (u *updates) of(phase []conformance.Seen) []conformance.Seen {
	return slices.DeleteFunc(slices.Clone(phase), func(m conformance.Seen) bool { return !resourcesUpdateOf(u.uri)(m.Message) })
}

// watchUpdates subscribes to a resource and ends that again, once for all
// checks. It prefers a resource that the tools are seen to change.
func watchUpdates(ctx context.Context, p *conformance.Probe) (*updates, error) {
	return conformance.Once(ctx, p, "updates", func(ctx context.Context) (*updates, error) {
		listed, err := resourcesListed(ctx, p)
		if err != nil {
			return nil, err
		}
		if _, err := p.AllowedTools(ctx); err != nil {
			return nil, err
		}
		s, err := p.FreshWith(ctx, func(o *mcp.Options) { o.Listen = true })
		if err != nil {
			return nil, err
		}
		u := &updates{uri: resourcesURIs(listed)[0]}
		w := &watcher{ctx, p, s, steadyResources(ctx, s, resourcesURIs(listed))}
		var changed map[string]*mcp.Exchange
		u.before, changed = w.phase()
		for _, uri := range resourcesURIs(listed) {
			if changed[uri] != nil {
				u.uri = uri
				break
			}
		}
		if x := s.Call(ctx, "resources/subscribe", map[string]any{"uri": u.uri}); !x.Result().Exists() {
			return nil, conformance.Blockedf("subscriptions/subscribe/answers", "resources/subscribe got no result: %s", outcome(x))
		}
		u.during, changed = w.phase()
		u.changed = changed[u.uri]
		if x := s.Call(ctx, "resources/unsubscribe", map[string]any{"uri": u.uri}); !x.Result().Exists() {
			return nil, conformance.Blockedf("subscriptions/unsubscribe/answers", "resources/unsubscribe got no result: %s", outcome(x))
		}
		u.after, _ = w.phase()
		return u, nil
	})
}

// watcher calls tools and looks what becomes of resources.
type watcher struct {
	ctx    context.Context
	p      *conformance.Probe
	s      *mcp.Session
	steady map[string]mcp.Value
}

// steadyResources reads resources twice and keeps the contents of those that
// do not change by themselves, as a clock does.
func steadyResources(ctx context.Context, s *mcp.Session, uris []string) map[string]mcp.Value {
	steady := map[string]mcp.Value{}
	for _, uri := range uris {
		first, second := readContents(ctx, s, uri), readContents(ctx, s, uri)
		if now := second.Result().Get("contents"); now.Exists() && mcp.Equal(now, first.Result().Get("contents")) {
			steady[uri] = now
		}
	}
	return steady
}

func readContents(ctx context.Context, s *mcp.Session, uri string) *mcp.Exchange {
	return s.Call(ctx, "resources/read", map[string]any{"uri": uri})
}

// phase calls the tools and returns the updates that came, and the readings
// that show a change.
func (w *watcher) phase() (came []conformance.Seen, changed map[string]*mcp.Exchange) {
	began := lastFrame(w.s.Log())
	for _, r := range toolErrands(w.ctx, w.p) {
		w.s.Do(w.ctx, r)
	}
	changed = map[string]*mcp.Exchange{}
	for uri, was := range w.steady {
		x := readContents(w.ctx, w.s, uri)
		if now := x.Result().Get("contents"); now.Exists() && !mcp.Equal(was, now) {
			changed[uri], w.steady[uri] = x, now
		}
	}
	// Notifications may go another way than the answers above.
	patience := 100 * time.Millisecond
	if len(changed) > 0 {
		patience *= 3
	}
	settle(w.ctx, w.s, began, patience, func(m mcp.Message) bool { return m.Method() == resourceUpdated })
	return slices.DeleteFunc(heard(w.s.Log(), began), func(m conformance.Seen) bool { return m.Method() != resourceUpdated }), changed
}

func updatedSent(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	u, err := watchUpdates(ctx, p)
	switch {
	case err != nil:
		return err
	case u.changed == nil:
		return conformance.Unprovenf("no allowed tool changed %.80q while it was subscribed to", u.uri)
	}
	j.Saw(u.changed)
	if len(u.of(u.during)) == 0 {
		j.Failf(u.changed, "%.80q changed when tools were called, but no %s came for it", u.uri, resourceUpdated)
	}
	return j.Err("")
}

func updatedOnlySubscribed(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	u, err := watchUpdates(ctx, p)
	if err != nil {
		return err
	}
	for _, m := range u.before {
		j.Faultf(m, "/params/uri", "an update of %.80q came before anything was subscribed to", m.Params().Get("uri").Text())
	}
	for _, m := range u.during {
		j.Met(m)
		if !resourcesUpdateOf(u.uri)(m.Message) {
			j.Faultf(m, "/params/uri", "an update of %.80q came, but only %.80q was subscribed to", m.Params().Get("uri").Text(), u.uri)
		}
	}
	return j.Err("no allowed tool led to an update")
}

func unsubscribeStops(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	u, err := watchUpdates(ctx, p)
	switch {
	case err != nil:
		return err
	case len(u.of(u.during)) == 0:
		return conformance.Unprovenf("no allowed tool led to an update of %.80q while it was subscribed to", u.uri)
	}
	j.Met(u.of(u.during)[0])
	for _, m := range u.of(u.after) {
		j.Faultf(m, "/params/uri", "an update of %.80q came after resources/unsubscribe", m.Params().Get("uri").Text())
	}
	return j.Err("")
}
