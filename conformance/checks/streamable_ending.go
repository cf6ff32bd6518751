package checks

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// streamableEndings is the part of the suite about sessions that are missing,
// unknown or over: basic/transports#session-management.
func streamableEndings() []conformance.Check {
	return []conformance.Check{{
		ID:     "streamable/session/missing-id",
		Title:  "a request without the session id that the server requires gets status 400",
		Claims: claims{Handshake: ids{"http.session.missing-id-400"}},
		Needs:  "sessions",
		Reach:  conformance.Provoke,
		Run:    streamableMissingID,
	}, {
		ID:     "streamable/session/unknown-id",
		Title:  "a request with a session id that was never given gets status 404",
		Claims: claims{Handshake: ids{"http.session.unknown-id-404"}},
		Needs:  "sessions",
		Reach:  conformance.Provoke,
		Run:    streamableUnknownID,
		Fix:    "Answer 404, on which clients open a new session.",
	}, {
		ID:     "streamable/session/delete",
		Title:  "DELETE ends the session or gets status 405",
		Claims: claims{Handshake: ids{"http.session.delete-2xx-or-405"}},
		Needs:  "sessions",
		Reach:  conformance.Provoke,
		Run:    streamableDelete,
	}, {
		ID:     "streamable/session/terminated",
		Title:  "a request of a session that was ended gets status 404",
		Claims: claims{Handshake: ids{"http.session.terminated-404"}},
		Needs:  "sessions",
		Reach:  conformance.Provoke,
		Run:    streamableTerminated,
		Fix:    "Answer 404, on which clients open a new session.",
	}, {
		ID:     "streamable/session/reopened",
		Title:  "after a session was ended a new one can be opened, with another id",
		Claims: claims{Handshake: ids{"http.session.new-after-404"}},
		Needs:  "sessions",
		Reach:  conformance.Provoke,
		Run:    streamableReopened,
	}}
}

func streamableMissingID(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Fresh(ctx)
	if err != nil {
		return err
	}
	if _, err := p.Control(ctx, s); err != nil {
		return err
	}
	post := streamableUnder(ctx, s, http.MethodPost, "")
	if post.Result().Is(mcp.Object) {
		return conformance.Skipf("the server does not require its session id")
	}
	j.Saw(post)
	if post.Status != http.StatusBadRequest {
		j.Failf(post, "ping without the session id was not refused with 400: %s", outcome(post))
	}
	// What a server does not offer it may refuse for that reason.
	for _, method := range []string{http.MethodGet, http.MethodDelete} {
		x := streamableUnder(ctx, s, method, "")
		if x.Status == 0 {
			continue
		}
		j.Saw(x)
		if x.Status != http.StatusBadRequest && x.Status != http.StatusMethodNotAllowed {
			j.Failf(x, "%s without the session id was not refused with 400: HTTP status %d", method, x.Status)
		}
	}
	return j.Err("")
}

func streamableUnknownID(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Fresh(ctx)
	if err != nil {
		return err
	}
	if _, err := p.Control(ctx, s); err != nil {
		return err
	}
	x := streamableUnder(ctx, s, http.MethodPost, neverGiven(s.ID()))
	j.Saw(x)
	if x.Status == http.StatusNotFound {
		return j.Err("")
	}
	// A server that does not tell the two apart has one fault, not two.
	if e, err := streamableEnd(ctx, p); err == nil && e.refused() == nil && e.posted.Status == x.Status {
		return conformance.Blockedf("streamable/session/terminated", "a session id that was never given is treated like that of a session that was ended: %s", streamableBoth(x))
	}
	j.Failf(x, "ping with a session id that was never given was not refused with 404: %s", streamableBoth(x))
	return j.Err("")
}

// neverGiven is a session id of the same shape as one that was given: a server
// that looks at the shape alone takes it for one of its own. What is changed is
// the end, as far as it is letters and digits.
func neverGiven(id string) string {
	fresh := []byte(id)
	changed := false
	for i := len(fresh) - 1; i >= max(0, len(fresh)-12); i-- {
		next := nextAlike(fresh[i])
		if next == fresh[i] && changed {
			break
		}
		changed = changed || next != fresh[i]
		fresh[i] = next
	}
	if !changed {
		return "mcpctl" + id
	}
	return string(fresh)
}

// nextAlike is another character of the same kind, c itself when it is neither
// a letter nor a digit.
func nextAlike(c byte) byte {
	for _, kind := range []string{"0123456789", "abcdef", "ABCDEF", "ghijklmnopqrstuvwxyz", "GHIJKLMNOPQRSTUVWXYZ"} {
		if i := strings.IndexByte(kind, c); i >= 0 {
			return kind[(i+1)%len(kind)]
		}
	}
	return c
}

// streamableBoth says how an exchange ended and with which HTTP status.
func streamableBoth(x *mcp.Exchange) string {
	if x.Reply() == nil || x.Status == 0 {
		return outcome(x)
	}
	return fmt.Sprintf("HTTP status %d, %s", x.Status, outcome(x))
}

// streamableEnded is a session that was ended by DELETE, and what its id, and
// a new initialize, were answered with afterwards. When the DELETE was
// refused, the rest is nil.
type streamableEnded struct {
	id                 string
	deleted            *mcp.Exchange
	posted, got, again *mcp.Exchange
}

// streamableEnd ends a session, once for all checks.
func streamableEnd(ctx context.Context, p *conformance.Probe) (*streamableEnded, error) {
	return conformance.Once(ctx, p, "ended session", func(ctx context.Context) (*streamableEnded, error) {
		s, err := p.Fresh(ctx)
		if err != nil {
			return nil, err
		}
		if _, err := p.Control(ctx, s); err != nil {
			return nil, err
		}
		e := &streamableEnded{id: s.ID()}
		e.deleted = streamableUnder(ctx, s, http.MethodDelete, e.id)
		if e.deleted.Status/100 != 2 {
			return e, nil
		}
		// A server may take a moment to end what it was told to end.
		for range 5 {
			e.posted = streamableUnder(ctx, s, http.MethodPost, e.id)
			if e.posted.Status/100 != 2 {
				break
			}
			streamableWait(ctx, nil, streamableBreath/4)
		}
		e.got = streamableUnder(ctx, s, http.MethodGet, e.id)
		other, err := p.Bare(ctx)
		if err != nil {
			return nil, err
		}
		e.again = other.Do(ctx, other.InitializeRequest())
		other.Adopt(e.again)
		return e, nil
	})
}

// refused is the verdict where DELETE did not end the session.
func (e *streamableEnded) refused() error {
	if e.posted != nil {
		return nil
	}
	return conformance.Skipf("the server does not let clients end a session: DELETE got HTTP status %d", e.deleted.Status)
}

func streamableDelete(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	e, err := streamableEnd(ctx, p)
	if err != nil {
		return err
	}
	j.Saw(e.deleted)
	if e.deleted.Status/100 != 2 && e.deleted.Status != http.StatusMethodNotAllowed {
		j.Failf(e.deleted, "DELETE with the session id got neither a status of success nor 405: %s", outcome(e.deleted))
	}
	return j.Err("")
}

func streamableTerminated(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	e, err := streamableEnd(ctx, p)
	if err != nil {
		return err
	}
	if err := e.refused(); err != nil {
		return err
	}
	j.Saw(e.posted)
	if e.posted.Status != http.StatusNotFound {
		j.Failf(e.posted, "ping in the session that was ended was not refused with 404: %s", streamableBoth(e.posted))
	}
	// Where there are no GET streams at all, 405 is as good.
	if e.got.Status != 0 {
		j.Saw(e.got)
		if e.got.Status != http.StatusNotFound && e.got.Status != http.StatusMethodNotAllowed {
			j.Failf(e.got, "GET in the session that was ended was not refused with 404: HTTP status %d", e.got.Status)
		}
	}
	return j.Err("")
}

func streamableReopened(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	e, err := streamableEnd(ctx, p)
	if err != nil {
		return err
	}
	if err := e.refused(); err != nil {
		return err
	}
	j.Saw(e.again)
	switch {
	case !e.again.Result().Is(mcp.Object):
		j.Failf(e.again, "initialize after a session was ended got no result: %s", outcome(e.again))
	case e.again.Header.Get("Mcp-Session-Id") == e.id:
		j.Failf(e.again, "initialize after a session was ended gave its id again: %.60q", e.id)
	}
	return j.Err("")
}
