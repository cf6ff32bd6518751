package checks

import (
	"context"

	"github.com/mcpctl/mcpctl/conformance"
)

// statelessSession judges what is left of sessions and resumption, which this
// revision has not: basic/transports/streamable-http#earlier-streamable-http-revisions.
// That their headers are to be ignored is said to servers of this revision
// alone; that no session is made holds wherever a request is stateless.
func statelessSession() []conformance.Check {
	return []conformance.Check{{
		ID:     "stateless/session/ignored",
		Title:  "an Mcp-Session-Id on a request is ignored",
		Claims: claims{Stateless: ids{"http.session.id-ignored"}},
		Needs:  "http stateless-only",
		Reach:  conformance.Provoke,
		Run:    statelessSessionIgnored,
		Fix:    "Do not look at the header at all.",
	}, {
		ID:     "stateless/session/none",
		Title:  "answers carry no Mcp-Session-Id",
		Claims: claims{Stateless: ids{"http.session.id-not-minted"}},
		Needs:  "http",
		Watch:  statelessNoSession,
		Fix:    "Make no session for requests that carry their version in _meta.",
	}, {
		ID:     "stateless/resumption/ignored",
		Title:  "a Last-Event-ID on a request is ignored",
		Claims: claims{Stateless: ids{"http.resume.last-event-id-ignored"}},
		Needs:  "http stateless-only",
		Reach:  conformance.Provoke,
		Run:    statelessResumptionIgnored,
	}}
}

func statelessSessionIgnored(ctx context.Context, p *conformance.Probe) error {
	return statelessIgnores(ctx, p, "Mcp-Session-Id", "mcpctl-made-up")
}

func statelessResumptionIgnored(ctx context.Context, p *conformance.Probe) error {
	return statelessIgnores(ctx, p, "Last-Event-ID", "5")
}

// statelessIgnores judges requests that a header of older revisions must not
// change.
func statelessIgnores(ctx context.Context, p *conformance.Probe, name, value string) error {
	j := p.Judge()
	methods := []string{"server/discover"}
	for _, what := range statelessLists(p) {
		methods = append(methods, what+"/list")
	}
	for _, method := range methods {
		control, err := p.Ask(ctx, method, nil)
		if err != nil {
			return err
		}
		if !control.Result().Exists() {
			continue
		}
		x, err := statelessOnce(ctx, p, statelessWith(method, name, value))
		if err != nil {
			return err
		}
		j.Saw(x)
		if !x.Result().Exists() {
			j.Failf(x, "%s with %s: %s was not served: %s", method, name, value, outcome(x))
		}
	}
	return j.Err("no request was served even without the header")
}

func statelessNoSession(t *conformance.Traffic) error {
	j := t.Judge()
	for x := range statelessPosts(t) {
		if x.Request.Method == "initialize" {
			continue
		}
		j.Saw(x)
		if id := x.Header.Get("Mcp-Session-Id"); id != "" {
			j.Failf(x, "the answer to %s carries Mcp-Session-Id: %.40q", x.Request.Method, id)
		}
	}
	return j.Err("no request was answered")
}
