package checks

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// cancellationReceivedChecks judge what a server does when work under way is
// cancelled.
func cancellationReceivedChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "cancellation/received/stops",
		Title:  "a cancelled tool call stops its work",
		Claims: claims{Handshake: ids{"cancellation.received.stops-work"}, Stateless: ids{"cancellation.stdio.stops-work"}},
		Needs:  "allowed-tools",
		Reach:  conformance.Invoke,
		Run:    cancellationStops,
		Fix:    "Pass a cancellable context down to what does the work, and cancel it.",
	}, {
		ID:     "cancellation/received/no-response",
		Title:  "a cancelled tool call gets no response",
		Claims: claims{Handshake: ids{"cancellation.received.no-response"}, Stateless: ids{"cancellation.stdio.no-response"}},
		Needs:  "allowed-tools",
		Reach:  conformance.Invoke,
		Run:    cancellationNoResponse,
	}, {
		ID:     "cancellation/received/silent",
		Title:  "nothing more is sent for a cancelled tool call",
		Claims: claims{Stateless: ids{"cancellation.stdio.no-further-messages"}},
		Needs:  "allowed-tools",
		Reach:  conformance.Invoke,
		Run:    cancellationSilent,
	}, {
		ID:     "cancellation/disconnect/stops",
		Title:  "closing the stream of a tool call stops its work",
		Claims: claims{Stateless: ids{"cancellation.http.stops-work"}},
		Needs:  "allowed-tools resources http",
		Reach:  conformance.Invoke,
		Run:    cancellationDisconnect,
	}, {
		ID:     "cancellation/late-response/ignored",
		Title:  "a response to a request that the server has cancelled is ignored",
		Claims: claims{Handshake: ids{"cancellation.sent.late-response-ignored"}},
		Needs:  "allowed-tools",
		Reach:  conformance.Invoke,
		Run:    cancellationLateResponse,
	}}
}

// Bounds on the waiting for tools: how long a tool must take at least to be
// cancelled, how long one may take to begin, and how long it is listened for
// what should not come, beside thrice the time that the tool usually takes.
const (
	cancelLeast  = 15 * time.Millisecond
	cancelBegin  = 150 * time.Millisecond
	cancelLinger = 500 * time.Millisecond
)

// cancelledCall is a tool call that was cancelled while it was under way.
type cancelledCall struct {
	x *mcp.Exchange
	// reported says that progress came before it was cancelled.
	reported bool
	// late is what came for it after the server had answered requests that
	// were sent after the cancellation.
	late []conformance.Seen
}

// cancelledCalls calls tools and cancels them, once for all checks. Tools that
// are too quick are left out.
func cancelledCalls(ctx context.Context, p *conformance.Probe) ([]*cancelledCall, error) {
	return conformance.Once(ctx, p, "cancelled calls", func(ctx context.Context) ([]*cancelledCall, error) {
		s, err := p.Fresh(ctx)
		if err != nil {
			return nil, err
		}
		var all []*cancelledCall
		for i, t := range slowErrands(ctx, p, cancelLeast, maxTried) {
			c, err := cancelCall(ctx, p, s, t, fmt.Sprintf("mcpctl-cancel-%d", i))
			if err != nil {
				return nil, err
			}
			if c != nil {
				all = append(all, c)
			}
		}
		return all, nil
	})
}

// cancelCall calls a tool and cancels it; nil when it ended before.
func cancelCall(ctx context.Context, p *conformance.Probe, s *mcp.Session, t timed, token string) (*cancelledCall, error) {
	c := &cancelledCall{x: s.Start(ctx, withMeta(t.call, "progressToken", token))}
	defer c.x.Close()
	concerns := func(m mcp.Message) bool {
		return m.Params().Get("progressToken").Text() == token ||
			m.MessageKind() == mcp.ResponseMessage && mcp.Equal(m.ID(), c.x.Asked)
	}
	settleFirst(ctx, s, cancelBegin, concerns)
	if isDone(c.x) {
		return nil, nil
	}
	for _, m := range heard(s.Log(), -1) {
		c.reported = c.reported || concerns(m.Message)
	}
	s.Do(ctx, cancelRequest(c.x.Asked))
	for range 2 {
		if _, err := p.Control(ctx, s); err != nil {
			return nil, err
		}
	}
	if isDone(c.x) && c.x.Reply() != nil {
		return nil, nil // it crossed the cancellation on its way
	}
	mark := lastFrame(s.Log())
	settle(ctx, s, mark, cancelLinger+3*t.took, concerns)
	c.late = slices.DeleteFunc(heard(s.Log(), mark), func(m conformance.Seen) bool { return !concerns(m.Message) })
	return c, nil
}

// settleFirst waits for the first message that matches.
func settleFirst(ctx context.Context, s *mcp.Session, patience time.Duration, match func(mcp.Message) bool) {
	bounded, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	// That nothing came is seen in the log.
	_, _ = s.Await(bounded, func(f mcp.Frame) bool {
		return f.Direction == mcp.Received && slices.ContainsFunc(f.Messages(), match)
	})
}

// eachCancelled judges calls that were cancelled under way.
func eachCancelled(ctx context.Context, p *conformance.Probe, nothing string, judge func(*conformance.Judge, *cancelledCall)) error {
	j := p.Judge()
	all, err := cancelledCalls(ctx, p)
	if err != nil {
		return err
	}
	for _, c := range all {
		judge(j, c)
	}
	return j.Err(nothing)
}

// tooQuick is why cancelling often proves nothing.
const tooQuick = "no allowed tool took long enough to be cancelled"

func cancellationStops(ctx context.Context, p *conformance.Probe) error {
	return eachCancelled(ctx, p, "no allowed tool that takes its time reports progress, by which its work could be seen", func(j *conformance.Judge, c *cancelledCall) {
		if c.reported || len(c.late) > 0 {
			j.Saw(c.x)
		}
		for _, m := range c.late {
			j.Faultf(m, "", "the tool %.60q went on after it was cancelled: %s came", calledTool(c.x), named(m))
		}
	})
}

func cancellationNoResponse(ctx context.Context, p *conformance.Probe) error {
	return eachCancelled(ctx, p, tooQuick, func(j *conformance.Judge, c *cancelledCall) {
		j.Saw(c.x)
		for _, m := range c.late {
			if m.MessageKind() == mcp.ResponseMessage {
				j.Faultf(m, "", "the cancelled call of %.60q was answered with %s", calledTool(c.x), named(m))
			}
		}
	})
}

func cancellationSilent(ctx context.Context, p *conformance.Probe) error {
	return eachCancelled(ctx, p, tooQuick, func(j *conformance.Judge, c *cancelledCall) {
		j.Saw(c.x)
		for _, m := range c.late {
			j.Faultf(m, "", "%s came for the call of %.60q that was cancelled", named(m), calledTool(c.x))
		}
	})
}

// calledTool is the name of the tool that a request calls.
func calledTool(x *mcp.Exchange) string { return mcp.ValueOf(x.Request.Params).Get("name").Text() }

// cancellationDisconnect looks for resources that change while a tool works,
// and not otherwise: they tell whether it still does.
func cancellationDisconnect(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	uris := watchable(ctx, p)
	s, err := p.Fresh(ctx)
	if err != nil {
		return err
	}
	idle := changing(ctx, s, uris)
	for _, t := range slowErrands(ctx, p, cancelBegin, 3) {
		x := s.Start(ctx, t.call)
		during := changing(ctx, s, uris)
		over := isDone(x)
		x.Close()
		if over {
			continue
		}
		for uri := range during {
			if idle[uri] != nil {
				continue // it changes anyway
			}
			// What was under way may still be finished.
			changing(ctx, s, []string{uri})
			j.Saw(x)
			if after := changing(ctx, s, []string{uri}); after[uri] != nil {
				j.Failf(after[uri], "the tool %.60q went on after its stream was closed: %.80q still changes", calledTool(x), uri)
			}
		}
	}
	return j.Err("no allowed tool that takes its time changes a listed resource meanwhile")
}

// changing are the resources whose contents change within a moment, and the
// reading that shows it.
func changing(ctx context.Context, s *mcp.Session, uris []string) map[string]*mcp.Exchange {
	const moment = 100 * time.Millisecond
	all, before := map[string]*mcp.Exchange{}, map[string]mcp.Value{}
	for _, uri := range uris {
		before[uri] = readContents(ctx, s, uri).Result().Get("contents")
	}
	pause(ctx, moment)
	for _, uri := range uris {
		x := readContents(ctx, s, uri)
		if now := x.Result().Get("contents"); now.Exists() && before[uri].Exists() && !mcp.Equal(before[uri], now) {
			all[uri] = x
		}
	}
	return all
}

// pause waits where only time can tell.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// cancellationLateResponse leaves the server's requests unanswered until it
// cancels them, and answers then.
func cancellationLateResponse(ctx context.Context, p *conformance.Probe) error {
	const patience = time.Second
	j := p.Judge()
	release := make(chan struct{})
	s, err := p.FreshWith(ctx, func(o *mcp.Options) {
		o.Answer = func(m mcp.Message) (any, *mcp.RPCError) {
			if m.Method() != "ping" {
				select {
				case <-release:
				case <-ctx.Done():
				}
			}
			return mcp.DefaultAnswer(m)
		}
	})
	if err != nil {
		return err
	}
	released := false
	defer func() {
		if !released {
			close(release)
		}
	}()
	for _, r := range toolErrands(ctx, p) {
		x := s.Start(ctx, r)
		asks := func(m mcp.Message) bool { return m.MessageKind() == mcp.RequestMessage && m.Method() != "ping" }
		settleFirst(ctx, s, quick, func(m mcp.Message) bool { return asks(m) || mcp.Equal(m.ID(), x.Asked) })
		if !slices.ContainsFunc(heard(s.Log(), -1), func(m conformance.Seen) bool { return asks(m.Message) }) {
			x.Close()
			continue
		}
		settleFirst(ctx, s, patience, func(m mcp.Message) bool { return m.Method() == cancelled })
		gaveUp := slices.ContainsFunc(heard(s.Log(), -1), func(m conformance.Seen) bool { return m.Method() == cancelled })
		began := lastFrame(s.Log())
		close(release)
		released = true
		if gaveUp {
			judgeLateResponse(ctx, p, j, s, x, began)
		}
		x.Close()
		break // from now on every request is answered at once
	}
	return j.Err("no allowed tool asked the client something and gave up on the answer")
}

// judgeLateResponse judges that nothing comes of an answer that is sent after
// the frame began.
func judgeLateResponse(ctx context.Context, p *conformance.Probe, j *conformance.Judge, s *mcp.Session, x *mcp.Exchange, began int) {
	bounded, cancel := context.WithTimeout(ctx, cancelLinger)
	defer cancel()
	answered, err := s.Await(bounded, func(f mcp.Frame) bool {
		return f.Seq > began && f.Direction == mcp.Sent && slices.ContainsFunc(f.Messages(), func(m mcp.Message) bool { return m.MessageKind() == mcp.ResponseMessage })
	})
	if err != nil {
		return // the answer did not get out: nothing to judge
	}
	j.Saw(x)
	if after, err := p.Control(ctx, s); err != nil {
		j.Failf(after, "after a late response the server no longer serves: %v", err)
		return
	}
	id := answered.Messages()[0].ID()
	for _, m := range heard(s.Log(), answered.Seq) {
		if m.MessageKind() == mcp.ResponseMessage && (mcp.Equal(m.ID(), id) || m.ID().Is(mcp.Null)) {
			j.Faultf(m, "", "a late response was answered with %s", named(m))
		}
	}
}
