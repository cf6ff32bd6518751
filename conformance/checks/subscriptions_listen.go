package checks

import (
	"context"
	"mime"
	"slices"
	"time"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// listenChecks judge how subscriptions/listen of 2026-07-28 opens.
func listenChecks() []conformance.Check {
	listen := func(id, title, claim, needs string, run func(context.Context, *conformance.Probe) error) conformance.Check {
		return conformance.Check{ID: "subscriptions/" + id, Title: title, Claims: claims{Stateless: ids{claim}}, Needs: needs, Reach: conformance.Provoke, Run: run}
	}
	served := listen("listen/served", "a server that declares listChanged or subscribe serves subscriptions/listen",
		"subscriptions.listen.supported", "notifies", listenServed)
	served.Fix = "Serve subscriptions/listen, or declare neither listChanged nor subscribe."
	first := listen("acknowledgement/first", "the acknowledgement comes before everything else of the subscription",
		"subscriptions.ack.first", "notifies", acknowledgedFirst)
	first.Claims.Stateless = append(first.Claims.Stateless, "subscriptions.ack.nothing-before")
	return []conformance.Check{
		served,
		listen("listen/stream", "subscriptions/listen is answered with an event stream that stays open",
			"subscriptions.listen.sse", "notifies http", listenStream),
		first,
		listen("acknowledgement/shape", "the acknowledgement holds a filter of booleans and a list of URIs",
			"subscriptions.ack.shape", "notifies", acknowledgedShape),
		listen("acknowledgement/subset", "only what was asked for and is declared is acknowledged",
			"subscriptions.ack.subset", "notifies", acknowledgedSubset),
		listen("acknowledgement/complete", "what is declared and asked for is acknowledged",
			"subscriptions.ack.advertised-honoured", "notifies", acknowledgedComplete),
		listen("id/request", "the subscription id is the id of the request, value and type unchanged",
			"subscriptions.id.equals-request-id", "notifies", subscriptionID),
		listen("listen/concurrent", "several subscriptions can be open at once",
			"subscriptions.concurrent", "notifies", listenConcurrent),
		listen("filter/missing", "a listen without a proper filter is refused with error -32602",
			"subscriptions.missing-filter", "notifies", listenNoFilter),
		listen("filter/empty", "an empty filter subscribes to nothing or is refused",
			"subscriptions.empty-filter", "notifies", listenEmptyFilter),
	}
}

// acknowledged is the notification that begins a subscription.
const acknowledged = "notifications/subscriptions/acknowledged"

// listening is a subscriptions/listen request.
type listening struct {
	x      *mcp.Exchange
	id     any
	filter mcp.Value
	// ack is the acknowledgement, nil when none came.
	ack *conformance.Seen
}

// openListen sends subscriptions/listen and waits until it is acknowledged or
// refused, or for a while after another request was answered. A filter that
// is nil is left out.
func openListen(ctx context.Context, p *conformance.Probe, s *mcp.Session, id, filter any) *listening {
	const promptly, patience = 200 * time.Millisecond, 2 * time.Second
	params := map[string]any{}
	if filter != nil {
		params["notifications"] = filter
	}
	began := lastFrame(s.Log())
	l := &listening{id: id, filter: mcp.ValueOf(filter)}
	l.x = s.Start(ctx, mcp.Request{Method: "subscriptions/listen", ID: id, Params: params})
	if l.await(ctx, p, began, promptly); l.ack == nil && !isDone(l.x) {
		if _, err := p.Control(ctx, s); err == nil {
			l.await(ctx, p, began, patience)
		}
	}
	if p.Transport == mcp.HTTP && !isOpen(l.x) {
		l.x.Close() // not even a header came; from here on none will
		<-l.x.Done()
	}
	return l
}

// await waits for the acknowledgement. Listens are opened one after the other,
// so on stdio the next one is theirs, whatever id it carries.
func (l *listening) await(ctx context.Context, p *conformance.Probe, began int, patience time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	over := make(chan struct{})
	defer close(over)
	go func() {
		select {
		case <-l.x.Done():
			cancel()
		case <-over:
		}
	}()
	matches := func(m mcp.Message) bool { return m.Method() == acknowledged }
	f, err := l.x.Log().Await(ctx, func(f mcp.Frame) bool {
		own := p.Transport != mcp.HTTP || f.Exchange == l.x.Seq
		return own && f.Seq > began && f.Direction == mcp.Received && slices.ContainsFunc(f.Messages(), matches)
	})
	if err != nil {
		return
	}
	for _, m := range heard(l.x.Log(), f.Seq-1) {
		if matches(m.Message) {
			l.ack = &m
			return
		}
	}
}

// has reports whether a message belongs to the subscription: over HTTP what
// comes on its stream, on stdio what carries its id.
func (l *listening) has(m conformance.Seen, kind mcp.TransportKind) bool {
	if kind == mcp.HTTP {
		return m.Frame.Exchange == l.x.Seq
	}
	return mcp.Equal(subscriptionOf(m), mcp.ValueOf(l.id))
}

// end cancels the subscription as the transport has it.
func (l *listening) end(ctx context.Context, s *mcp.Session) {
	if s.Kind() != mcp.HTTP {
		s.Do(ctx, mcp.Request{Method: "notifications/cancelled", Params: map[string]any{"requestId": l.id}, Notification: true})
	}
	l.x.Close()
}

// subscriptionOf is the subscription id that a message carries.
func subscriptionOf(m conformance.Seen) mcp.Value {
	if m.MessageKind() == mcp.ResponseMessage {
		return m.Result().Get("_meta", mcp.MetaSubscriptionID)
	}
	return m.Params().Get("_meta", mcp.MetaSubscriptionID)
}

func isDone(x *mcp.Exchange) bool { return isClosed(x.Done()) }

func isOpen(x *mcp.Exchange) bool { return isClosed(x.Opened()) }

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// changeFilters pairs the members of a filter that are booleans with the
// capability that each needs and the notification that it asks for.
func changeFilters() []struct{ member, capability, method string } {
	return []struct{ member, capability, method string }{
		{"toolsListChanged", "tools.listChanged", "notifications/tools/list_changed"},
		{"promptsListChanged", "prompts.listChanged", "notifications/prompts/list_changed"},
		{"resourcesListChanged", "resources.listChanged", "notifications/resources/list_changed"},
	}
}

// fullFilter asks for all that there is, declared or not.
func fullFilter(ctx context.Context, p *conformance.Probe) map[string]any {
	filter := map[string]any{}
	for _, f := range changeFilters() {
		filter[f.member] = true
	}
	if uris := watchable(ctx, p); len(uris) > 0 {
		filter["resourceSubscriptions"] = uris[:1]
	}
	return filter
}

// watchable are the uris of listed resources, none when there are none.
func watchable(ctx context.Context, p *conformance.Probe) []string {
	if p.Missing("resources") != "" {
		return nil
	}
	listed, err := resourcesListed(ctx, p)
	if err != nil {
		return nil
	}
	return resourcesURIs(listed)
}

// oneFilter asks for the first thing that is declared.
func oneFilter(ctx context.Context, p *conformance.Probe) map[string]any {
	for _, f := range changeFilters() {
		if p.Missing(f.capability) == "" {
			return map[string]any{f.member: true}
		}
	}
	return map[string]any{"resourceSubscriptions": append([]string{}, watchable(ctx, p)...)}
}

// isStream reports whether an answer is an event stream.
func isStream(x *mcp.Exchange) bool {
	kind, _, err := mime.ParseMediaType(x.Header.Get("Content-Type"))
	return err == nil && kind == "text/event-stream"
}
