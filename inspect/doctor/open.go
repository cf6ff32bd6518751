package doctor

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

// newest is the revision that a client of the handshake era proposes.
const newest = mcp.Rev20251125

// attempt is one try to open a session. Its session is there when anything was
// connected, and is closed when err is not nil.
type attempt struct {
	session *mcp.Session
	first   time.Duration // until the server's first answer
	err     *mcp.ConnectError
}

// open opens a session as a client does: by handshake, in the stateless era when
// the server knows no handshake, and over HTTP+SSE when it speaks no Streamable
// HTTP. stated is the transport that the entry names, which is tried first. The
// attempt that failed first is the one that tells.
func open(ctx context.Context, target mcp.Target, stated mcp.TransportKind, limits mcp.Limits) attempt {
	try := func(kind mcp.TransportKind, r mcp.Revision) attempt { return dial(ctx, target, kind, r, limits) }
	first := try(firstKind(target, stated), newest)
	switch {
	case first.err == nil || ctx.Err() != nil:
		return first
	case target.URL == "":
		if stateless(first.err) {
			return either(try(mcp.Stdio, mcp.Rev20260728), first)
		}
		return first
	case stated == mcp.SSE:
		if first.err.Cause == mcp.CauseNoise {
			return either(try(mcp.HTTP, newest), first)
		}
		return first
	}
	second := first
	if stateless(first.err) || noStreamable(first.err) {
		if second = try(mcp.HTTP, mcp.Rev20260728); second.err == nil {
			return second
		}
	}
	if noStreamable(first.err) && ctx.Err() == nil {
		return either(try(mcp.SSE, newest), first)
	}
	return first
}

func firstKind(target mcp.Target, stated mcp.TransportKind) mcp.TransportKind {
	switch {
	case target.URL == "":
		return mcp.Stdio
	case stated == mcp.SSE:
		return mcp.SSE
	}
	return mcp.HTTP
}

// either is a if it worked, else b.
func either(a, b attempt) attempt {
	if a.err == nil {
		return a
	}
	return b
}

// stateless reports whether a refusal of initialize may come from a server of
// the stateless era.
func stateless(why *mcp.ConnectError) bool {
	return why.Cause == mcp.CauseRefused || why.Cause == mcp.CauseRevision && slices.Contains(why.Offered, mcp.Rev20260728)
}

// noStreamable reports whether the address may be that of HTTP+SSE, which has no
// use for a POST there: see basic/transports#backwards-compatibility.
func noStreamable(why *mcp.ConnectError) bool {
	x := why.Exchange
	return x != nil && x.Status >= 400 && (why.Cause == mcp.CauseNoise || why.Cause == mcp.CauseRefused)
}

// dial makes one attempt.
func dial(ctx context.Context, target mcp.Target, kind mcp.TransportKind, r mcp.Revision, limits mcp.Limits) attempt {
	began := time.Now()
	s, err := mcp.Connect(ctx, target, mcp.Options{Revision: r, Negotiate: true, Transport: kind, Limits: limits, Bare: true, Capabilities: map[string]any{}})
	if err != nil {
		return attempt{err: refusal(err)}
	}
	if err = s.Open(ctx); err != nil {
		a := attempt{session: s, err: refusal(err)}
		_ = s.Close(context.WithoutCancel(ctx)) // the reason to tell is err
		return a
	}
	return attempt{session: s, first: time.Since(began)}
}

// refusal is an error of package mcp as what it always is.
func refusal(err error) *mcp.ConnectError {
	var why *mcp.ConnectError
	if errors.As(err, &why) {
		return why
	}
	return &mcp.ConnectError{Cause: mcp.CauseUnreachable, What: err.Error(), Err: err}
}

// status is the HTTP status of the exchange that failed, 0 when there was none.
func status(why *mcp.ConnectError) int {
	var code *mcp.StatusError
	switch {
	case why.Exchange != nil && why.Exchange.Status != 0:
		return why.Exchange.Status
	case errors.As(why.Err, &code):
		return code.Code
	}
	return 0
}

// challenge is what a server says in its WWW-Authenticate header.
func challenge(why *mcp.ConnectError) string {
	if why.Exchange == nil || why.Exchange.Header == nil {
		return ""
	}
	return why.Exchange.Header.Get("WWW-Authenticate")
}
