package checks

import (
	"context"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

func baseNotificationChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "base/notification/no-id",
		Title:  "the server's notifications have no id",
		Claims: claims{Handshake: ids{"base.notification.no-id"}, Stateless: ids{"base.notification.no-id"}},
		Watch:  baseNotificationID,
	}, {
		ID:     "base/notification/no-response",
		Title:  "notifications get no response, not even an error",
		Claims: claims{Handshake: ids{"base.notification.no-response"}, Stateless: ids{"base.notification.no-response"}},
		Reach:  conformance.Provoke,
		Run:    baseNotificationSilent,
		Fix:    "Look for the id before anything else: what has none is never answered.",
	}}
}

func baseNotificationID(t *conformance.Traffic) error {
	j := t.Judge()
	for m := range t.Everything() {
		if !strings.HasPrefix(m.Method(), "notifications/") {
			continue
		}
		j.Met(m)
		if m.Has("id") {
			j.Faultf(m, "/id", "the notification %.60q has the id %.60s", m.Method(), m.ID())
		}
	}
	return j.Err("the server sent no notifications")
}

// idleNotifications are notifications that change nothing, known and unknown.
func idleNotifications(r mcp.Revision) []mcp.Request {
	all := []mcp.Request{
		{Method: "notifications/cancelled", Params: map[string]any{"requestId": "mcpctl-no-such-request", "reason": "test"}},
		{Method: "notifications/mcpctl-unknown"},
	}
	if r.Era() == mcp.Handshake {
		all = append(all, mcp.Request{Method: "notifications/initialized"})
	}
	for i := range all {
		all[i].Notification = true
	}
	return all
}

func baseNotificationSilent(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Fresh(ctx)
	if err != nil {
		return err
	}
	if _, err := p.Control(ctx, s); err != nil {
		return err
	}
	for _, r := range idleNotifications(p.Revision) {
		x := s.Do(ctx, r)
		j.Saw(x)
		// An HTTP answer that refuses a notification may hold an error.
		if x.Status >= 400 {
			continue
		}
		for _, m := range x.Received() {
			if isResponse(m) && m.Has("jsonrpc") {
				j.Failf(x, "%s was answered with %.100s", r.Method, m.Value)
			}
		}
	}
	after, err := p.Control(ctx, s)
	if err != nil {
		j.Failf(after, "after notifications the server no longer serves: %v", err)
	}
	// On a shared channel nothing was asked that is not answered by now, so
	// a response that belongs to nothing answers a notification.
	for _, f := range s.Log().Frames() {
		if f.Direction != mcp.Received || f.Exchange != -1 {
			continue
		}
		for _, m := range f.Messages() {
			if isResponse(m) {
				j.Faultf(conformance.Seen{Message: m, Frame: f, Connection: conformance.Connection{Log: s.Log()}}, "", "a notification was answered with %.100s", m.Value)
			}
		}
	}
	return j.Err("")
}
