package checks

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// statelessForeignOrigin is a web page that no server can have reason to trust.
const statelessForeignOrigin = "https://evil.example"

// statelessOrigin judges the defence against DNS rebinding:
// basic/transports/streamable-http#security-endpoint.
//
// Which origins are valid is for the server to say. For one on the user's own
// machine a page from the internet can only be invalid; a public server may
// well admit all, and then nothing can be proven of it.
func statelessOrigin() []conformance.Check {
	return []conformance.Check{{
		ID:     "stateless/origin/foreign",
		Title:  "a request from a foreign web page is refused with 403",
		Claims: claims{Stateless: ids{"http.origin.invalid-403"}},
		Needs:  "http",
		Reach:  conformance.Provoke,
		Run:    statelessForeign,
		Fix:    "Compare Origin with a list of allowed origins before anything else, and answer 403 when it is not among them.",
	}, {
		ID:     "stateless/origin/lookalike",
		Title:  "an origin that only begins like an allowed one is refused",
		Claims: claims{Stateless: ids{"http.origin.invalid-403"}},
		Needs:  "http",
		Reach:  conformance.Provoke,
		Run:    statelessLookalike,
		Fix:    "Compare origins as a whole; a prefix says nothing about whose they are.",
	}, {
		ID:     "stateless/origin/everywhere",
		Title:  "a foreign origin is refused whatever is asked",
		Claims: claims{Stateless: ids{"http.origin.checked-everywhere"}},
		Needs:  "http",
		Reach:  conformance.Provoke,
		Run:    statelessOriginEverywhere,
		Fix:    "Check Origin before the request is routed.",
	}, {
		ID:     "stateless/origin/own",
		Title:  "a request from the server's own origin is served",
		Claims: claims{Stateless: ids{"http.origin.absent-and-valid-accepted"}},
		Needs:  "http",
		Reach:  conformance.Provoke,
		Run:    statelessOwnOrigin,
	}, {
		ID:     "stateless/origin/null",
		Title:  "the origin null, which sandboxed pages have, is refused",
		Claims: claims{Stateless: ids{"http.origin.null-refused"}},
		Needs:  "http",
		Reach:  conformance.Provoke,
		Run:    statelessNullOrigin,
		Fix:    "Do not take Origin: null for an absent one; any sandboxed frame sends it.",
	}, {
		ID:     "stateless/origin/without-id",
		Title:  "a JSON-RPC error that comes with the 403 has no id",
		Claims: claims{Stateless: ids{"http.origin.403-body-without-id"}},
		Needs:  "http",
		Reach:  conformance.Provoke,
		Run:    statelessOriginNoID,
	}, {
		ID:     "stateless/origin/host",
		Title:  "a server on this machine is not led astray by a foreign Host that fits the Origin",
		Claims: claims{Stateless: ids{"http.host.rebinding"}},
		Needs:  "http local",
		Reach:  conformance.Provoke,
		Run:    statelessHost,
		Fix:    "Compare Origin with names that you know, not with Host, which a rebinding page controls too.",
	}, {
		ID:     "stateless/origin/cors",
		Title:  "CORS headers grant nothing to an origin that is refused",
		Claims: claims{Stateless: ids{"http.cors.no-reflection"}},
		Needs:  "http",
		Reach:  conformance.Provoke,
		Run:    statelessCORS,
		Fix:    "Name the allowed origin in Access-Control-Allow-Origin, never whatever Origin says.",
	}}
}

// statelessDiscoverFrom is server/discover as a page of that origin would send it.
func statelessDiscoverFrom(ctx context.Context, p *conformance.Probe, origin string) (*mcp.Exchange, error) {
	return statelessOnce(ctx, p, statelessWith("server/discover", "Origin", origin))
}

func statelessForeign(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	x, err := statelessDiscoverFrom(ctx, p, statelessForeignOrigin)
	if err != nil {
		return err
	}
	switch {
	case x.Result().Exists() && p.Local:
		j.Failf(x, "server/discover with Origin: %s was served, expected 403", statelessForeignOrigin)
	case x.Result().Exists():
		return statelessOpenToAll()
	case x.Status != http.StatusForbidden:
		j.Failf(x, "server/discover with Origin: %s was refused, but not with 403: %s", statelessForeignOrigin, outcome(x))
	}
	j.Saw(x)
	return j.Err("")
}

func statelessOpenToAll() error {
	return conformance.Unprovenf("the server also serves %s; whether it means to serve every web page cannot be told from outside", statelessForeignOrigin)
}

// statelessForeignRefused is an error unless a foreign origin is refused as it should
// be: only then the finer points of the guard can be judged.
func statelessForeignRefused(ctx context.Context, p *conformance.Probe) error {
	x, err := statelessDiscoverFrom(ctx, p, statelessForeignOrigin)
	switch {
	case err != nil:
		return err
	case x.Result().Exists() && !p.Local:
		return statelessOpenToAll()
	case x.Status != http.StatusForbidden:
		return conformance.Blockedf("stateless/origin/foreign", "a foreign origin is not refused with 403")
	}
	return nil
}

// statelessOwnOrigins are the origin of the endpoint and, on this machine, what else a
// page may call it.
func statelessOwnOrigins(p *conformance.Probe, s *mcp.Session) []string {
	at, err := url.Parse(s.Endpoint())
	if err != nil {
		return nil
	}
	all := []string{at.Scheme + "://" + at.Host}
	if p.Local {
		for _, host := range []string{"localhost", "127.0.0.1"} {
			if at.Port() != "" {
				host = net.JoinHostPort(host, at.Port())
			}
			all = append(all, at.Scheme+"://"+host)
		}
	}
	return all
}

func statelessLookalike(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	if err := statelessForeignRefused(ctx, p); err != nil {
		return err
	}
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	for _, own := range statelessOwnOrigins(p, s) {
		u, err := url.Parse(own)
		if err != nil || strings.Contains(u.Hostname(), ":") {
			continue // an IPv6 address cannot be lengthened to a name
		}
		origin := u.Scheme + "://" + u.Hostname() + ".evil.example"
		x, err := statelessDiscoverFrom(ctx, p, origin)
		if err != nil {
			return err
		}
		j.Saw(x)
		if x.Status != http.StatusForbidden {
			j.Failf(x, "server/discover with Origin: %s was not refused with 403: %s", origin, outcome(x))
		}
	}
	return j.Err("the address of the server gives no origin to imitate")
}

func statelessOriginEverywhere(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	if err := statelessForeignRefused(ctx, p); err != nil {
		return err
	}
	methods := []string{"mcpctl/does-not-exist", "subscriptions/listen"}
	for _, what := range statelessLists(p) {
		methods = append(methods, what+"/list")
	}
	for _, method := range methods {
		r := statelessWith(method, "Origin", statelessForeignOrigin)
		if method == "subscriptions/listen" {
			r.Params = map[string]any{"notifications": map[string]any{}}
		}
		x, err := statelessBegin(ctx, p, r)
		if err != nil {
			return err
		}
		j.Saw(x)
		if x.Status != http.StatusForbidden {
			j.Failf(x, "%s with Origin: %s was not refused with 403: %s", method, statelessForeignOrigin, outcome(x))
		}
	}
	// A server may refuse these for other reasons first.
	others := []mcp.Request{
		statelessWith("notifications/cancelled", "Origin", statelessForeignOrigin),
		{HTTPMethod: http.MethodGet, Header: map[string]string{"Origin": statelessForeignOrigin}},
		{HTTPMethod: http.MethodDelete, Header: map[string]string{"Origin": statelessForeignOrigin}},
	}
	for _, r := range others {
		r.Notification = true
		x, err := statelessBegin(ctx, p, r)
		if err != nil {
			return err
		}
		j.Saw(x)
		if x.Status < 400 {
			j.Failf(x, "%s %s with Origin: %s was not refused: %s", x.Method, r.Method, statelessForeignOrigin, outcome(x))
		}
	}
	return j.Err("")
}
