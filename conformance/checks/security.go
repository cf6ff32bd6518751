package checks

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// security is the suite about what keeps strangers and hostile input out.
// DNS rebinding in 2026-07-28 is in the suite of its transport.
func security() conformance.Suite {
	return conformance.Suite{ID: "security", Title: "Security", Checks: slices.Concat(
		securityOriginChecks(),
		securitySecretChecks(),
		securityInputChecks(),
	)}
}

// securityOriginChecks judge the defence against DNS rebinding in the
// handshake era: basic/transports#security-warning. Which origins are valid is
// for the server to say; on the user's own machine a page from the internet is
// not.
func securityOriginChecks() []conformance.Check {
	first := "Compare Origin with a list of allowed origins before anything else; a browser sends it with every request of a page."
	return []conformance.Check{{
		ID:     "security/origin/foreign",
		Title:  "a foreign web page cannot open a session",
		Claims: claims{Handshake: ids{"security.origin.validated"}},
		Needs:  "http",
		Reach:  conformance.Provoke,
		Run:    securityForeign,
		Fix:    first,
	}, {
		ID:     "security/origin/status",
		Title:  "a foreign origin is refused with 403, and no session is opened",
		Claims: claims{Handshake: ids{"security.origin.403"}},
		Needs:  "http",
		Reach:  conformance.Provoke,
		Run:    securityOriginStatus,
	}, {
		ID:     "security/origin/everywhere",
		Title:  "a foreign web page cannot use a session either, whatever the HTTP method",
		Claims: claims{Handshake: ids{"security.origin.validated"}},
		Needs:  "http",
		Reach:  conformance.Provoke,
		Run:    securityOriginEverywhere,
		Fix:    first,
	}, {
		ID:     "security/origin/null",
		Title:  "the origin null, which sandboxed pages have, is refused",
		Claims: claims{Handshake: ids{"security.origin.validated"}},
		Needs:  "http",
		Reach:  conformance.Provoke,
		Run:    securityNullOrigin,
		Fix:    "Do not take Origin: null for an absent one; any sandboxed frame sends it.",
	}, {
		ID:     "security/origin/without-id",
		Title:  "a JSON-RPC error that comes with the 403 has no id",
		Claims: claims{Handshake: ids{"security.origin.403-body"}},
		Needs:  "http",
		Reach:  conformance.Provoke,
		Run:    securityOriginNoID,
	}, {
		ID:     "security/origin/absent",
		Title:  "a request without Origin, as all but browsers send it, is not refused for that",
		Claims: claims{Handshake: ids{"security.origin.absent-accepted"}},
		Needs:  "http",
		Reach:  conformance.Provoke,
		Run:    securityAbsentOrigin,
	}, {
		ID:     "security/origin/event-stream",
		Title:  "over HTTP+SSE a foreign web page can neither open the stream nor post to it",
		Claims: claims{Handshake: ids{"security.origin.validated-sse"}},
		Needs:  "sse",
		Reach:  conformance.Provoke,
		Run:    securityOriginStream,
		Fix:    first,
	}}
}

// securityInitialize is initialize as a page of that origin would send it, on
// a connection of its own. A session that it opened is ended.
func securityInitialize(ctx context.Context, p *conformance.Probe, origin string) (*mcp.Exchange, error) {
	return conformance.Once(ctx, p, "security origin "+origin, func(ctx context.Context) (*mcp.Exchange, error) {
		s, err := p.Bare(ctx)
		if err != nil {
			return nil, err
		}
		r := s.InitializeRequest()
		r.Header = map[string]string{"Origin": origin}
		x := s.Do(ctx, r)
		if id := x.Header.Get("Mcp-Session-Id"); id != "" && x.Result().Exists() {
			s.Do(ctx, mcp.Request{HTTPMethod: http.MethodDelete, Notification: true, Header: map[string]string{"Mcp-Session-Id": id}})
		}
		return x, nil
	})
}

func securityForeign(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	x, err := securityInitialize(ctx, p, statelessForeignOrigin)
	if err != nil {
		return err
	}
	switch {
	case x.Result().Exists() && p.Local:
		j.Failf(x, "initialize with Origin: %s was served; expected a refusal", statelessForeignOrigin)
	case x.Result().Exists():
		return statelessOpenToAll()
	case x.Status == 0:
		return conformance.Unprovenf("initialize with Origin: %s got no answer: %s", statelessForeignOrigin, outcome(x))
	}
	j.Saw(x)
	return j.Err("")
}

// securityGuarded gives the refusal of a foreign origin, or an error when it
// is not refused: only then the finer points of the guard can be judged.
func securityGuarded(ctx context.Context, p *conformance.Probe) (*mcp.Exchange, error) {
	x, err := securityInitialize(ctx, p, statelessForeignOrigin)
	switch {
	case err != nil:
		return nil, err
	case x.Result().Exists() && !p.Local:
		return nil, statelessOpenToAll()
	case x.Result().Exists():
		return nil, conformance.Blockedf("security/origin/foreign", "a foreign origin is not refused")
	case x.Status == 0:
		return nil, conformance.Unprovenf("initialize with Origin: %s got no answer: %s", statelessForeignOrigin, outcome(x))
	}
	return x, nil
}

func securityOriginStatus(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	x, err := securityGuarded(ctx, p)
	if err != nil {
		return err
	}
	j.Saw(x)
	switch id := x.Header.Get("Mcp-Session-Id"); {
	case x.Status != http.StatusForbidden:
		j.Failf(x, "initialize with Origin: %s was refused, but not with 403: %s", statelessForeignOrigin, outcome(x))
	case id != "":
		j.Failf(x, "initialize with Origin: %s was refused, and yet got the session id %.60q", statelessForeignOrigin, id)
	}
	return j.Err("")
}

func securityOriginEverywhere(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	if _, err := securityGuarded(ctx, p); err != nil {
		return err
	}
	s, err := p.Fresh(ctx)
	if err != nil {
		return err
	}
	if _, err := p.Control(ctx, s); err != nil {
		return err
	}
	from := map[string]string{"Origin": statelessForeignOrigin}
	requests := []mcp.Request{
		{Method: "ping", Header: from},
		{Method: "notifications/initialized", Notification: true, Header: from},
		{HTTPMethod: http.MethodGet, Notification: true, Header: from},
		{HTTPMethod: http.MethodDelete, Notification: true, Header: from},
	}
	for _, r := range requests {
		x := s.Start(ctx, r)
		select {
		case <-x.Opened():
		case <-ctx.Done():
			x.Close()
			return ctx.Err()
		}
		x.Close() // a stream that did open has no end
		j.Saw(x)
		if x.Status >= 200 && x.Status < 300 {
			what := strings.TrimSpace(x.Method + " " + r.Method)
			j.Failf(x, "%s with Origin: %s was not refused: HTTP status %d", what, statelessForeignOrigin, x.Status)
		}
	}
	return j.Err("")
}

func securityNullOrigin(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	if _, err := securityGuarded(ctx, p); err != nil {
		return err
	}
	x, err := securityInitialize(ctx, p, "null")
	if err != nil {
		return err
	}
	j.Saw(x)
	if x.Result().Exists() {
		j.Failf(x, "initialize with Origin: null was served, though foreign origins are refused")
	}
	return j.Err("")
}

func securityOriginNoID(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	x, err := securityGuarded(ctx, p)
	if err != nil {
		return err
	}
	if x.Status == http.StatusForbidden {
		statelessErrorsWithoutID(j, x)
	}
	return j.Err("a foreign origin gets no 403 with a JSON-RPC error")
}

// securityAbsentOrigin judges the whole of a session, as one that cannot be
// opened without Origin is not judged at all.
func securityAbsentOrigin(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	x, err := p.Ask(ctx, "ping", nil)
	if err != nil {
		return err
	}
	j.Saw(x)
	if x.Result().Exists() || x.Status < 400 {
		return j.Err("")
	}
	for _, origin := range statelessOwnOrigins(p, s) {
		if s.Do(ctx, mcp.Request{Method: "ping", Header: map[string]string{"Origin": origin}}).Result().Exists() {
			j.Failf(x, "ping without Origin was refused, with Origin: %s it is served: %s", origin, outcome(x))
			return j.Err("")
		}
	}
	return conformance.Unprovenf("ping is refused with and without Origin: %s", outcome(x))
}

func securityOriginStream(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Fresh(ctx)
	if err != nil {
		return err
	}
	if _, err := p.Control(ctx, s); err != nil {
		return err
	}
	posted := s.Start(ctx, mcp.Request{Method: "ping", Header: map[string]string{"Origin": statelessForeignOrigin}})
	select {
	case <-posted.Opened():
	case <-ctx.Done():
	}
	posted.Close()
	opened := securityRawStream(ctx, s)
	for _, x := range []*mcp.Exchange{opened, posted} {
		if x == nil || x.Status == 0 {
			continue
		}
		j.Saw(x)
		switch {
		case x.Status >= 300:
		case !p.Local:
			return statelessOpenToAll()
		default:
			j.Failf(x, "%s with Origin: %s was not refused: HTTP status %d", x.Method, statelessForeignOrigin, x.Status)
		}
	}
	return j.Err("neither GET nor POST with a foreign Origin got an answer")
}

// securityRawStream asks for the event stream of HTTP+SSE as a foreign page
// would. It waits no longer than the head of an answer may take.
func securityRawStream(ctx context.Context, s *mcp.Session) *mcp.Exchange {
	all := s.Log().Exchanges()
	if len(all) == 0 {
		return nil
	}
	_, path, ok := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(all[0].URL, "https://"), "http://"), "/")
	if !ok {
		path = ""
	}
	brief, cancel := context.WithTimeout(ctx, settling)
	defer cancel()
	return s.RawHTTP(brief, "GET /"+path+" HTTP/1.1\r\nHost: {host}\r\nAccept: text/event-stream\r\nOrigin: "+
		statelessForeignOrigin+"\r\nConnection: close\r\n{headers}", nil)
}
