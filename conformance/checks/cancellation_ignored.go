package checks

import (
	"context"
	"fmt"
	"net/http"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// cancellationIgnoredChecks judge cancellations that have nothing to cancel.
func cancellationIgnoredChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "cancellation/unknown/ignored",
		Title:  "the cancellation of an unknown request is ignored",
		Claims: claims{Handshake: ids{"cancellation.received.unknown-ignored"}, Stateless: ids{"cancellation.unknown-id-ignored"}},
		Reach:  conformance.Provoke,
		Run:    cancellationUnknown,
	}, {
		ID:     "cancellation/finished/ignored",
		Title:  "the cancellation of a finished request is ignored",
		Claims: claims{Handshake: ids{"cancellation.received.race-safe"}, Stateless: ids{"cancellation.completed-id-ignored"}},
		Reach:  conformance.Provoke,
		Run:    cancellationFinished,
	}, {
		ID:     "cancellation/malformed/ignored",
		Title:  "malformed cancellations are ignored",
		Claims: claims{Handshake: ids{"cancellation.received.malformed-ignored"}, Stateless: ids{"cancellation.malformed-ignored"}},
		Reach:  conformance.Provoke,
		Run:    cancellationMalformed,
		Fix:    "Drop notifications that make no sense; nothing may be sent in reply to a notification.",
	}, {
		ID:     "cancellation/race/harmless",
		Title:  "cancellations that race with the response do no harm",
		Claims: claims{Handshake: ids{"cancellation.received.race-safe"}, Stateless: ids{"cancellation.race-safe"}},
		Reach:  conformance.Provoke,
		Run:    cancellationRace,
	}, {
		ID:     "cancellation/listen/harmless",
		Title:  "closing listen streams leaves the server unharmed",
		Claims: claims{Stateless: ids{"cancellation.http.listen-close-harmless"}},
		Needs:  "notifies http",
		Reach:  conformance.Provoke,
		Run:    cancellationListens,
		Fix:    "Free what belongs to a stream when its connection closes.",
	}}
}

// cancelRequest is the cancellation of a request.
func cancelRequest(id any) mcp.Request {
	return mcp.Request{Method: cancelled, Params: map[string]any{"requestId": id}, Notification: true}
}

// ignores sends a cancellation between two other requests on a session and
// judges that nothing comes of it. Over HTTP a malformed one may be refused.
func ignores(ctx context.Context, p *conformance.Probe, s *mcp.Session, r mcp.Request, what string, malformed bool) error {
	j := p.Judge()
	began := lastFrame(s.Log())
	x := s.Do(ctx, r)
	after, err := p.Control(ctx, s)
	j.Saw(x)
	if err != nil {
		j.Failf(x, "after the cancellation of %s the server no longer serves: %v", what, err)
		return nil
	}
	refused := x.Status >= http.StatusMultipleChoices
	if refused && !(malformed && x.Status < http.StatusInternalServerError) {
		j.Failf(x, "the cancellation of %s was answered with HTTP status %d, expected %d", what, x.Status, http.StatusAccepted)
	}
	for _, m := range heard(s.Log(), began) {
		reply := mcp.Equal(m.ID(), after.Asked)
		if m.MessageKind() == mcp.ResponseMessage && !reply && !(refused && m.Exchange == x) {
			j.Faultf(m, "", "the cancellation of %s was answered with %s", what, named(m))
		}
	}
	return nil
}

func cancellationUnknown(ctx context.Context, p *conformance.Probe) error {
	s, err := p.Fresh(ctx)
	if err != nil {
		return err
	}
	if _, err := p.Control(ctx, s); err != nil {
		return err
	}
	for _, id := range []any{"mcpctl-nope", 987654321} {
		if err := ignores(ctx, p, s, cancelRequest(id), fmt.Sprintf("the unknown request %v", id), false); err != nil {
			return err
		}
	}
	return p.Judge().Err("")
}

func cancellationFinished(ctx context.Context, p *conformance.Probe) error {
	s, err := p.Fresh(ctx)
	if err != nil {
		return err
	}
	x, err := p.Control(ctx, s)
	if err != nil {
		return err
	}
	if err := ignores(ctx, p, s, cancelRequest(x.Asked), "a finished request", false); err != nil {
		return err
	}
	return p.Judge().Err("")
}

func cancellationMalformed(ctx context.Context, p *conformance.Probe) error {
	s, err := p.Fresh(ctx)
	if err != nil {
		return err
	}
	if _, err := p.Control(ctx, s); err != nil {
		return err
	}
	for what, r := range malformedCancellations() {
		if err := ignores(ctx, p, s, r, what, true); err != nil {
			return err
		}
	}
	return p.Judge().Err("")
}

// malformedCancellations yields cancellations that name no request.
func malformedCancellations() func(func(string, mcp.Request) bool) {
	return func(yield func(string, mcp.Request) bool) {
		_ = yield("nothing, without params", mcp.Request{Method: cancelled, NoMeta: true, Notification: true}) &&
			yield("nothing, without requestId", mcp.Request{Method: cancelled, Params: map[string]any{}, Notification: true}) &&
			yield("an object for requestId", cancelRequest(map[string]any{}))
	}
}

// races is how many requests are cancelled while they are answered.
const races = 20

func cancellationRace(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Fresh(ctx)
	if err != nil {
		return err
	}
	before, err := p.Control(ctx, s)
	if err != nil {
		return err
	}
	for range races {
		x := s.Start(ctx, mcp.Request{Method: before.Request.Method})
		s.Do(ctx, cancelRequest(x.Asked))
		defer x.Close()
	}
	after, err := p.Control(ctx, s)
	j.Saw(after)
	if err != nil {
		j.Failf(after, "after %d cancellations of requests under way the server no longer serves: %v", races, err)
		return j.Err("")
	}
	responses := map[string]int{}
	for _, m := range heard(s.Log(), -1) {
		if m.MessageKind() != mcp.ResponseMessage {
			continue
		}
		if responses[m.ID().String()]++; responses[m.ID().String()] == 2 {
			j.Faultf(m, "", "request %.60s was answered twice, the second time with %s", m.ID(), named(m))
		}
	}
	return j.Err("")
}

func cancellationListens(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	if _, err := acknowledgedListens(ctx, p); err != nil {
		return err
	}
	s, err := p.Fresh(ctx)
	if err != nil {
		return err
	}
	for i := range races {
		l := openListen(ctx, p, s, fmt.Sprintf("mcpctl-dropped-%d", i), oneFilter(ctx, p))
		j.Saw(l.x)
		l.x.Close()
		if l.ack == nil {
			j.Failf(l.x, "after %d listen streams were opened and closed another one was not acknowledged: %s", i, outcome(l.x))
			return j.Err("")
		}
	}
	if x, err := p.Control(ctx, s); err != nil {
		j.Failf(x, "after %d listen streams were opened and closed the server no longer serves: %v", races, err)
	}
	return j.Err("")
}
