package inspect

import (
	"context"
	"errors"
	"slices"

	"github.com/mcpctl/mcpctl/mcp"
)

// Open opens a session with target. Without Options.Revision it is the newest
// handshake revision that the server agrees to, and the stateless one with a
// server that knows no handshake: every server has an answer to initialize,
// while some never answer what they do not know. A URL that speaks no Streamable
// HTTP is tried over HTTP+SSE. Every failure is a *mcp.ConnectError.
func Open(ctx context.Context, target mcp.Target, o Options) (*Client, error) {
	o = o.settled()
	var first error
	for attempt, way := range ways(target, o) {
		c, err := connect(ctx, target, o, way, attempt)
		if err == nil {
			return c, nil
		}
		if first == nil || tellsMore(err) {
			first = err
		}
		if ctx.Err() != nil || !way.leadsOn(err) {
			break
		}
	}
	return nil, first
}

// way is one way to open a session.
type way struct {
	revision mcp.Revision
	kind     mcp.TransportKind
	strict   bool
	next     func(*mcp.ConnectError) bool // whether another way may do; nil for the last
}

// ways are the ways to try, in order.
func ways(target mcp.Target, o Options) []way {
	newest := mcp.Rev20251125
	kind := o.Transport
	if target.URL == "" {
		kind = mcp.Stdio
	} else if kind == "" {
		kind = mcp.HTTP
	}
	sse := way{revision: newest, kind: mcp.SSE, strict: o.Revision != ""}
	if o.Revision != "" {
		sse.revision = o.Revision
	}
	var all []way
	switch {
	case kind == mcp.SSE:
		return []way{sse}
	case o.Revision != "":
		all = []way{{revision: o.Revision, kind: kind, strict: true}}
	default:
		all = []way{{revision: newest, kind: kind, next: noHandshake}, {revision: mcp.Rev20260728, kind: kind, strict: true}}
	}
	if kind == mcp.HTTP && o.Transport == "" && sse.revision.Era() == mcp.Handshake {
		all[len(all)-1].next = noStreamable
		all = append(all, sse)
	}
	return all
}

func (w way) leadsOn(err error) bool {
	var why *mcp.ConnectError
	return w.next != nil && errors.As(err, &why) && w.next(why)
}

// noHandshake reports whether a refusal of initialize may come from a server of
// the stateless era, or from one of HTTP+SSE.
func noHandshake(why *mcp.ConnectError) bool {
	switch why.Cause {
	case mcp.CauseRevision:
		return slices.Contains(why.Offered, mcp.Rev20260728)
	case mcp.CauseRefused:
		return true
	}
	return noStreamable(why)
}

// noStreamable reports whether the address may be that of HTTP+SSE, which has no
// use for a POST there: see basic/transports#backwards-compatibility.
func noStreamable(why *mcp.ConnectError) bool {
	x := why.Exchange
	return x != nil && x.Status >= 400 && (why.Cause == mcp.CauseNoise || why.Cause == mcp.CauseRefused)
}

// tellsMore reports whether an error tells more than that of the way before.
func tellsMore(err error) bool {
	var why *mcp.ConnectError
	return errors.As(err, &why) && why.Cause == mcp.CauseAuth
}

func connect(ctx context.Context, target mcp.Target, o Options, w way, attempt int) (*Client, error) {
	c := &Client{options: o, proposed: w.revision, waits: map[int64]chan struct{}{}, used: map[string]int{}, open: map[string]context.CancelFunc{}}
	c.life, c.end = context.WithCancel(context.WithoutCancel(ctx))
	options := mcp.Options{
		Revision: w.revision, Negotiate: !w.strict, Transport: w.kind, Limits: o.limits(),
		Answer: c.answer, Observe: c.observe, Stderr: o.Stderr,
	}
	if o.Frame != nil {
		options.Frame = func(f mcp.Frame, x *mcp.Exchange) { o.Frame(attempt, f, x) }
	}
	session, err := mcp.Connect(ctx, target, options)
	if err != nil {
		c.end()
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.session = session
	if ended := session.Ended(); ended != nil {
		go func() {
			select {
			case <-ended:
				c.end()
			case <-c.life.Done():
			}
		}()
	}
	return c, nil
}
