package checks

import (
	"context"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// listenEndChecks judge how a subscription of 2026-07-28 ends.
func listenEndChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "subscriptions/cancel/silent",
		Title:  "nothing more comes for a subscription once it is cancelled",
		Claims: claims{Stateless: ids{"subscriptions.cancel.stdio-stops"}},
		Needs:  "notifies stdio",
		Reach:  conformance.Provoke,
		Run:    subscriptionCancelled,
	}, {
		ID:      "subscriptions/close/result",
		Title:   "a server that ends a subscription with a response gives a result, not an error",
		Claims:  claims{Stateless: ids{"subscriptions.close.graceful-result"}},
		Needs:   "notifies stdio",
		Reach:   conformance.Provoke,
		Run:     subscriptionResult,
		General: true, // see base/result/type-present
	}, {
		ID:     "subscriptions/close/id",
		Title:  "the result that ends a subscription carries its id",
		Claims: claims{Stateless: ids{"subscriptions.close.result-subscription-id"}},
		Needs:  "notifies stdio",
		Reach:  conformance.Provoke,
		Run:    subscriptionResultID,
	}, {
		ID:     "subscriptions/close/forgotten",
		Title:  "a subscription does not outlive its process",
		Claims: claims{Stateless: ids{"subscriptions.no-state-across-processes"}},
		Needs:  "notifies stdio",
		Reach:  conformance.Provoke,
		Run:    subscriptionForgotten,
	}}
}

func subscriptionCancelled(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	if _, err := acknowledgedListens(ctx, p); err != nil {
		return err
	}
	s, err := p.Fresh(ctx)
	if err != nil {
		return err
	}
	l := openListen(ctx, p, s, "mcpctl-cancelled", fullFilter(ctx, p))
	if l.ack == nil {
		return conformance.Unprovenf("subscriptions/listen was not acknowledged this time: %s", outcome(l.x))
	}
	began := lastFrame(s.Log())
	l.end(ctx, s)
	x, err := p.Control(ctx, s)
	if err != nil {
		j.Failf(x, "the server does not answer after a subscription was cancelled: %v", err)
		return j.Err("")
	}
	// Until here a change may have been on its way; a response cannot have.
	known := lastFrame(s.Log())
	for _, r := range toolErrands(ctx, p) {
		s.Do(ctx, r)
	}
	last, err := p.Control(ctx, s)
	if err != nil {
		return err
	}
	j.Saw(last)
	for _, m := range heard(s.Log(), began) {
		response := m.MessageKind() == mcp.ResponseMessage && mcp.Equal(m.ID(), mcp.ValueOf(l.id))
		switch {
		case response:
			j.Faultf(m, "", "the cancelled subscriptions/listen was answered with %s", named(m))
		case m.Frame.Seq > known && l.has(m, p.Transport):
			j.Faultf(m, "", "%s came for a subscription that was cancelled", named(m))
		}
	}
	return j.Err("")
}

// closedListen is a subscription that was open when the server's standard
// input was closed, and the response to it, nil when there was none.
type closedListen struct {
	*listening
	response *conformance.Seen
}

// closeListen ends a server beneath a subscription, once for all checks.
func closeListen(ctx context.Context, p *conformance.Probe) (*closedListen, error) {
	if _, err := acknowledgedListens(ctx, p); err != nil {
		return nil, err
	}
	return conformance.Once(ctx, p, "closed listen", func(ctx context.Context) (*closedListen, error) {
		s, err := p.Fresh(ctx)
		if err != nil {
			return nil, err
		}
		l := &closedListen{listening: openListen(ctx, p, s, "mcpctl-closed", fullFilter(ctx, p))}
		if l.ack == nil {
			return nil, conformance.Unprovenf("subscriptions/listen was not acknowledged this time: %s", outcome(l.x))
		}
		_ = s.Close(ctx) // how a process ends is the affair of the checks of stdio
		for _, m := range heard(s.Log(), -1) {
			if m.MessageKind() == mcp.ResponseMessage && mcp.Equal(m.ID(), mcp.ValueOf(l.id)) {
				l.response = &m
			}
		}
		return l, nil
	})
}

// unclosed is why nothing is proven when no response comes: the end of the
// connection also ends a subscription, and it was the client that hung up.
const unclosed = "the server sent no result of subscriptions/listen when its standard input was closed"

func subscriptionResult(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	l, err := closeListen(ctx, p)
	if err != nil {
		return err
	}
	if l.response != nil {
		j.Met(*l.response)
		if kind := l.response.Result().Get("resultType"); !l.response.Result().Exists() {
			j.Faultf(*l.response, "/error", "the server ended the subscription with an error: %s", outcome(l.x))
		} else if kind.Text() != "complete" {
			j.Faultf(*l.response, "/result/resultType", `the result that ends the subscription has the resultType %.40s, expected "complete"`, kind)
		}
	}
	return j.Err(unclosed)
}

func subscriptionResultID(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	l, err := closeListen(ctx, p)
	if err != nil {
		return err
	}
	if l.response != nil && l.response.Result().Exists() {
		j.Met(*l.response)
		if got := subscriptionOf(*l.response); !mcp.Equal(got, mcp.ValueOf(l.id)) {
			j.Faultf(*l.response, "/result/_meta", "the result that ends subscription %q carries the subscription id %.60s", l.id, got)
		}
	}
	return j.Err(unclosed)
}

func subscriptionForgotten(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	if _, err := closeListen(ctx, p); err != nil {
		return err
	}
	s, err := p.Fresh(ctx)
	if err != nil {
		return err
	}
	for _, r := range toolErrands(ctx, p) {
		s.Do(ctx, r)
	}
	x, err := p.Control(ctx, s)
	if err != nil {
		return err
	}
	j.Saw(x)
	for _, m := range heard(s.Log(), -1) {
		if subscriptionOf(m).Exists() {
			j.Faultf(m, "", "%s came for the subscription %.60s of a process that has ended", named(m), subscriptionOf(m))
		}
	}
	return j.Err("")
}
