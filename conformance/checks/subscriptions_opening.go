package checks

import (
	"context"
	"fmt"
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// listens are the subscriptions opened to look at their openings, all on one
// session. Those after full are nil when full was refused or ignored.
type listens struct {
	full, one, empty *listening
	missing, text    *listening // without a filter, with a text for one
	// open says that full was still open when one had been acknowledged
	// and another request answered.
	open bool
}

// opened are the proper subscriptions.
func (l *listens) opened() []*listening {
	return slices.DeleteFunc([]*listening{l.full, l.one}, func(one *listening) bool { return one == nil })
}

// openListens opens subscriptions, once for all checks.
func openListens(ctx context.Context, p *conformance.Probe) (*listens, error) {
	return conformance.Once(ctx, p, "listens", func(ctx context.Context) (*listens, error) {
		s, err := p.Fresh(ctx)
		if err != nil {
			return nil, err
		}
		l := &listens{full: openListen(ctx, p, s, "mcpctl-full", fullFilter(ctx, p))}
		if l.full.ack == nil {
			_, err := p.Control(ctx, s)
			return l, err
		}
		l.one = openListen(ctx, p, s, 7701, oneFilter(ctx, p))
		if _, err := p.Control(ctx, s); err != nil {
			return nil, err
		}
		l.open = !isDone(l.full.x)
		l.empty = openListen(ctx, p, s, "mcpctl-empty", map[string]any{})
		l.missing = openListen(ctx, p, s, "mcpctl-missing", nil)
		l.text = openListen(ctx, p, s, "mcpctl-text", "all")
		for _, one := range []*listening{l.full, l.one, l.empty, l.missing, l.text} {
			one.end(ctx, s)
		}
		_, err = p.Control(ctx, s)
		return l, err
	})
}

// acknowledgedListens are openListens when the first was acknowledged.
func acknowledgedListens(ctx context.Context, p *conformance.Probe) (*listens, error) {
	l, err := openListens(ctx, p)
	switch {
	case err != nil:
		return nil, err
	case l.full.x.Reply() != nil && l.full.ack == nil:
		return nil, conformance.Blockedf("subscriptions/listen/served", "subscriptions/listen was refused: %s", outcome(l.full.x))
	case l.full.ack == nil:
		return nil, conformance.Blockedf("subscriptions/acknowledgement/first", "subscriptions/listen was not acknowledged")
	}
	return l, nil
}

func listenServed(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	l, err := openListens(ctx, p)
	if err != nil {
		return err
	}
	j.Saw(l.full.x)
	refused := l.full.x.Status >= 300 || l.full.x.RPCError() != nil
	if l.full.ack == nil && refused {
		j.Failf(l.full.x, "subscriptions/listen was refused, though changes are declared to be announced: %s", outcome(l.full.x))
	}
	return j.Err("")
}

func listenStream(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	l, err := openListens(ctx, p)
	if err != nil {
		return err
	}
	x := l.full.x
	if x.RPCError() != nil || x.Status >= 300 {
		return conformance.Blockedf("subscriptions/listen/served", "subscriptions/listen was refused: %s", outcome(x))
	}
	j.Saw(x)
	switch {
	case x.Status == 0:
		j.Failf(x, "subscriptions/listen got no answer, not even its header")
	case !isStream(x):
		j.Failf(x, "subscriptions/listen was answered with Content-Type %.60q, expected text/event-stream", x.Header.Get("Content-Type"))
	case l.full.ack != nil && !l.open:
		j.Failf(x, "the stream of subscriptions/listen ended at once: %s", outcome(x))
	}
	return j.Err("")
}

func acknowledgedFirst(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	l, err := openListens(ctx, p)
	if err != nil {
		return err
	}
	if x := l.full.x; l.full.ack == nil {
		if x.RPCError() != nil || x.Status >= 300 {
			return conformance.Blockedf("subscriptions/listen/served", "subscriptions/listen was refused: %s", outcome(x))
		}
		j.Failf(x, "subscriptions/listen got no %s", acknowledged)
		return j.Err("")
	}
	for _, one := range l.opened() {
		if one.ack == nil {
			continue // see subscriptions/listen/concurrent
		}
		j.Met(*one.ack)
		for _, m := range heard(one.x.Log(), -1) {
			if m.Frame.Seq >= one.ack.Frame.Seq {
				break
			}
			if one.has(m, p.Transport) {
				j.Faultf(m, "", "%s came before the acknowledgement of its subscription", named(m))
			}
		}
	}
	return j.Err("")
}

// named says what a message is, for messages to people.
func named(m conformance.Seen) string {
	switch {
	case m.Method() != "":
		return fmt.Sprintf("%.60s", m.Method())
	case m.Get("error").Exists():
		return "an error"
	}
	return "a result"
}

func subscriptionID(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	l, err := acknowledgedListens(ctx, p)
	if err != nil {
		return err
	}
	for _, one := range l.opened() {
		if one.ack == nil || !subscriptionOf(*one.ack).Exists() {
			continue // see subscriptions/id/present
		}
		j.Met(*one.ack)
		if id, got := mcp.ValueOf(one.id), subscriptionOf(*one.ack); !mcp.Equal(id, got) {
			j.Faultf(*one.ack, "/params/_meta/"+mcp.EscapePointer(mcp.MetaSubscriptionID), "the subscription of request %s has the id %.60s", id, got)
		}
	}
	return j.Err("the acknowledgements carry no subscription id")
}

func listenConcurrent(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	l, err := acknowledgedListens(ctx, p)
	if err != nil {
		return err
	}
	j.Saw(l.one.x)
	switch {
	case l.one.ack == nil:
		j.Failf(l.one.x, "a second subscription was not acknowledged while the first was open: %s", outcome(l.one.x))
	case !l.open:
		j.Failf(l.full.x, "the first subscription ended when a second one was opened: %s", outcome(l.full.x))
	}
	return j.Err("")
}

func listenNoFilter(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	l, err := acknowledgedListens(ctx, p)
	if err != nil {
		return err
	}
	for _, one := range []*listening{l.missing, l.text} {
		how := "without notifications"
		if one == l.text {
			how = "with a text for notifications"
		}
		j.Saw(one.x)
		switch e := one.x.RPCError(); {
		case one.ack != nil:
			j.Faultf(*one.ack, "", "subscriptions/listen %s was acknowledged, not refused", how)
		case e == nil:
			j.Failf(one.x, "subscriptions/listen %s was not refused with an error: %s", how, outcome(one.x))
		case e.Code != mcp.CodeInvalidParams:
			j.Faultf(answerTo(one.x), "/error/code", "subscriptions/listen %s was refused with error %d, expected %d", how, e.Code, mcp.CodeInvalidParams)
		}
	}
	return j.Err("")
}

func listenEmptyFilter(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	l, err := acknowledgedListens(ctx, p)
	if err != nil {
		return err
	}
	x := l.empty.x
	j.Saw(x)
	switch e := x.RPCError(); {
	case l.empty.ack != nil:
		if granted := grants(l.empty.ack.Params().Get("notifications")); len(granted) > 0 {
			j.Faultf(*l.empty.ack, "/params/notifications", "an empty filter was acknowledged with %q", granted)
		}
	case x.Result().Exists(): // nothing was asked for, and all of it was sent
	case e == nil:
		j.Failf(x, "subscriptions/listen with an empty filter was neither acknowledged nor refused: %s", outcome(x))
	case e.Code != mcp.CodeInvalidParams:
		j.Faultf(answerTo(x), "/error/code", "subscriptions/listen with an empty filter was refused with error %d, expected %d", e.Code, mcp.CodeInvalidParams)
	}
	return j.Err("")
}
