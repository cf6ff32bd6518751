package checks

import (
	"context"
	"net/http"
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// statelessNotifications judges the answers to notifications:
// basic/transports/streamable-http#sending-messages. A server need not accept
// any, since this revision defines none for clients to send over HTTP.
func statelessNotifications() []conformance.Check {
	return []conformance.Check{{
		ID:     "stateless/notification/accepted",
		Title:  "a notification that is accepted gets 202 and no body",
		Claims: claims{Stateless: ids{"http.notification.accepted-202"}},
		Needs:  "http",
		Reach:  conformance.Provoke,
		Run:    statelessAccepted,
		Fix:    "Answer notifications with 202 and Content-Length: 0.",
	}, {
		ID:     "stateless/notification/refused",
		Title:  "a notification that is unknown or malformed gets 202 or an HTTP error status",
		Claims: claims{Stateless: ids{"http.notification.refused-4xx"}},
		Needs:  "http",
		Reach:  conformance.Provoke,
		Run:    statelessNotAccepted,
		Fix:    "Answer notifications that cannot be accepted with 400.",
	}, {
		ID:     "stateless/notification/without-id",
		Title:  "a JSON-RPC error about a notification has no id",
		Claims: claims{Stateless: ids{"http.notification.error-body-no-id"}},
		Needs:  "http",
		Reach:  conformance.Provoke,
		Run:    statelessNotificationNoID,
		Fix:    "Leave the id out, not null: there was none to answer.",
	}}
}

// statelessCancelled is a cancellation of a request that never was.
func statelessCancelled() mcp.Request {
	return mcp.Request{Method: "notifications/cancelled", Notification: true, Params: map[string]any{"requestId": "mcpctl-none"}}
}

// statelessOddNotifications are notifications that a server may not want to accept.
func statelessOddNotifications() []mcp.Request {
	malformed := statelessCancelled()
	malformed.Raw = []byte(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":7}`)
	other := statelessCancelled()
	other.Meta = map[string]any{mcp.MetaVersion: unknownVersions()[0]}
	return []mcp.Request{{Method: "notifications/mcpctl/unknown", Notification: true}, malformed, other}
}

// statelessBadlyAccepted reports a status that neither accepts a notification nor
// refuses it.
func statelessBadlyAccepted(x *mcp.Exchange) bool {
	return x.Status != http.StatusAccepted && x.Status < 400
}

func statelessAccepted(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	x, err := statelessOnce(ctx, p, statelessCancelled())
	if err != nil {
		return err
	}
	if x.Status >= 400 {
		return conformance.Unprovenf("the server accepts no notifications, as it may: %s", outcome(x))
	}
	j.Saw(x)
	body := slices.ContainsFunc(x.Frames(), func(f mcp.Frame) bool { return f.Direction == mcp.Received && f.Size > 0 })
	switch {
	case statelessBadlyAccepted(x):
		j.Failf(x, "notifications/cancelled was answered with neither 202 nor an HTTP error status: %s", outcome(x))
	case body:
		j.Failf(x, "notifications/cancelled was answered with 202 and a body, expected none")
	}
	return j.Err("")
}

func statelessNotAccepted(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	x, err := statelessOnce(ctx, p, statelessCancelled())
	if err != nil {
		return err
	}
	if statelessBadlyAccepted(x) {
		return conformance.Blockedf("stateless/notification/accepted", "even an ordinary notification is answered in the wrong way")
	}
	for _, r := range statelessOddNotifications() {
		x, err := statelessOnce(ctx, p, r)
		if err != nil {
			return err
		}
		j.Saw(x)
		if statelessBadlyAccepted(x) {
			j.Failf(x, "an odd notification was answered with neither 202 nor an HTTP error status: %s", outcome(x))
		}
		for _, m := range x.Received() {
			if m.Result().Exists() {
				j.Failf(x, "a notification was answered with a result: %.80s", m.Result())
			}
		}
	}
	return j.Err("")
}

func statelessNotificationNoID(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	for _, r := range append(statelessOddNotifications(), statelessCancelled()) {
		x, err := statelessOnce(ctx, p, r)
		if err != nil {
			return err
		}
		if x.Status >= 400 {
			statelessErrorsWithoutID(j, x)
		}
	}
	return j.Err("no notification was refused with a JSON-RPC error")
}
