package checks

import (
	"context"
	"net/http"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// streamableRefusals is the part of the suite about what a server does not
// take: basic/transports#sending-messages-to-the-server.
func streamableRefusals() []conformance.Check {
	return []conformance.Check{{
		ID:     "streamable/refusal/status",
		Title:  "a notification that cannot be accepted is refused with an HTTP error status",
		Claims: claims{Handshake: ids{"http.post.unacceptable-error-status"}},
		Reach:  conformance.Provoke,
		Run:    streamableRefusalStatus,
		Fix:    "Answer with status 400, not with an error in a body of status 200.",
	}, {
		ID:     "streamable/refusal/body",
		Title:  "a JSON-RPC body that refuses a notification is an error without an id",
		Claims: claims{Handshake: ids{"http.post.unacceptable-error-body"}},
		Reach:  conformance.Provoke,
		Run:    streamableRefusalBody,
	}, {
		ID:     "streamable/accept/refusal",
		Title:  "what is refused for its Accept header is refused with a 4xx status",
		Claims: claims{Handshake: ids{"http.accept.unacceptable-4xx"}},
		Reach:  conformance.Provoke,
		Run:    streamableAcceptRefusal,
		Fix:    "Refuse an Accept that lacks a type with status 406.",
	}}
}

// streamableUnwelcome is a well-made notification. What makes a server refuse
// it stands in the headers.
const streamableUnwelcome = `{"jsonrpc":"2.0","method":"notifications/initialized"}`

// streamableRefused sends notifications that a server may well refuse, once
// for all checks.
func streamableRefused(ctx context.Context, p *conformance.Probe) ([]*mcp.Exchange, error) {
	return conformance.Once(ctx, p, "unacceptable notifications", func(ctx context.Context) ([]*mcp.Exchange, error) {
		s, err := p.Fresh(ctx)
		if err != nil {
			return nil, err
		}
		if _, err := p.Control(ctx, s); err != nil {
			return nil, err
		}
		requests := []mcp.Request{
			{Raw: []byte(`{"jsonrpc":"1.0","method":"notifications/initialized"}`)},
			{Raw: []byte(`{"jsonrpc":"2.0","method":42}`)},
		}
		if p.Sessions {
			requests = append(requests, mcp.Request{
				Raw:    []byte(streamableUnwelcome),
				Header: map[string]string{"Mcp-Session-Id": "mcpctl-no-such-session"},
			})
		}
		if p.Revision >= mcp.Rev20250618 {
			requests = append(requests, mcp.Request{
				Raw:    []byte(streamableUnwelcome),
				Header: map[string]string{"MCP-Protocol-Version": "1900-01-01"},
			})
		}
		var all []*mcp.Exchange
		for _, r := range requests {
			r.Notification = true
			all = append(all, s.Do(ctx, r))
		}
		return all, nil
	})
}

func streamableRefusalStatus(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	all, err := streamableRefused(ctx, p)
	if err != nil {
		return err
	}
	for _, x := range all {
		switch {
		case string(x.Request.Raw) != streamableUnwelcome:
			// What is no JSON-RPC notification is under no rule about notifications.
		case x.Status >= 400:
			j.Saw(x)
		case x.Status == http.StatusAccepted && streamableBody(x) == "": // a lenient server
		case x.Status == 0:
			j.Failf(x, "%.60s got no HTTP answer: %s", x.Sent, outcome(x))
		default:
			j.Failf(x, "%.60s was neither accepted with 202 nor refused with an error status: HTTP status %d", x.Sent, x.Status)
		}
	}
	return j.Err("the server accepted every notification")
}

func streamableRefusalBody(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	all, err := streamableRefused(ctx, p)
	if err != nil {
		return err
	}
	for _, x := range all {
		if x.Status < 400 {
			continue
		}
		j.Saw(x)
		for _, m := range x.Received() {
			// JSON-RPC writes null where there is no id to repeat.
			switch id := m.ID(); {
			case !m.Has("jsonrpc"):
			case !m.Has("error"):
				j.Failf(x, "the body that refuses %.60s is JSON-RPC and no error", x.Sent)
			case id.Exists() && !id.Is(mcp.Null):
				j.Failf(x, "the error that refuses %.60s has the id %.40s", x.Sent, id)
			}
		}
	}
	return j.Err("the server refused no notification")
}

func streamableAcceptRefusal(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Fresh(ctx)
	if err != nil {
		return err
	}
	if _, err := p.Control(ctx, s); err != nil {
		return err
	}
	for _, accept := range []string{"application/json", "text/plain"} {
		x := s.Do(ctx, mcp.Request{Method: "ping", Header: map[string]string{"Accept": accept}})
		streamableAccepted(j, x, "ping with Accept: "+accept)
	}
	if x, answered := streamableHead(ctx, s, http.MethodGet, map[string]string{"Accept": "application/json"}); answered {
		x.Close()
		streamableAccepted(j, x, "GET with Accept: application/json")
	}
	return j.Err("")
}

// streamableAccepted judges that a request was either served or refused with
// a status that blames the client.
func streamableAccepted(j *conformance.Judge, x *mcp.Exchange, what string) {
	j.Saw(x)
	if x.Status/100 != 2 && x.Status/100 != 4 {
		j.Failf(x, "%s was neither served nor refused with a 4xx status: %s", what, outcome(x))
	}
}
