package checks

import (
	"context"
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// securityInputChecks judge what hostile input does.
func securityInputChecks() []conformance.Check {
	hostile := func(what, title string) conformance.Check {
		return conformance.Check{
			ID:     "security/hostile/" + strings.ReplaceAll(what, " ", "-"),
			Title:  title,
			Claims: claims{Stateless: ids{"security.hostile-input-survival"}},
			Reach:  conformance.Provoke,
			Run:    func(ctx context.Context, p *conformance.Probe) error { return securitySurvives(ctx, p, what) },
			Fix:    "Bound what is read, answer what is beyond the bound with an error, and go on.",
		}
	}
	return []conformance.Check{
		hostile(hostileLong, "a string of a megabyte does not take the server down"),
		hostile(hostileDeep, "nine thousand nested arrays do not take the server down"),
		hostile(hostileSurrogate, "half a surrogate pair does not take the server down"),
		hostile(hostileNUL, "NUL characters do not take the server down"),
		{
			ID:     "security/resources/uri-validated",
			Title:  "resources/read refuses what is no URI",
			Claims: claims{Handshake: ids{"resources.security.validate-uris"}},
			Needs:  "resources",
			Reach:  conformance.Provoke,
			Run:    securityURIs,
			Fix:    "Parse the URI before it is used, and answer with an error when that fails.",
		}, {
			ID:     "security/resources/path-traversal",
			Title:  "file:// resources cannot be left by way of their paths",
			Claims: claims{Handshake: ids{"resources.security.validate-uris"}},
			Needs:  "resources",
			Reach:  conformance.Provoke,
			Run:    readTraversal,
			Fix:    "Resolve the path fully decoded, links included, and serve it only beneath the folder that is offered (os.Root in Go).",
		}, {
			ID:     "security/completion/types",
			Title:  "completion/complete refuses inputs of the wrong type",
			Claims: claims{Handshake: ids{"completion.security.validate-inputs"}},
			Needs:  "completions",
			Reach:  conformance.Provoke,
			Run:    securityCompletion,
			Fix:    "Check params against the schema of CompleteRequestParams before they are used.",
		},
	}
}

// What hostile requests hold.
const (
	hostileNUL       = "nul character"
	hostileSurrogate = "lone surrogate"
	hostileLong      = "long string"
	hostileDeep      = "deep nesting"
)

// hostileValues are JSON texts in the order in which they are sent, the
// gentlest first. The long one is past the buffers of common line readers and
// still far from what memory holds; the deep one is within what JSON parsers
// with a limit commonly read.
func hostileValues() []struct{ what, value string } {
	const long, deep = 1 << 17, 9_000
	return []struct{ what, value string }{
		{hostileNUL, `"a\u0000b\u0000"`},
		{hostileSurrogate, `"\ud800 \udc00"`},
		{hostileLong, `"` + strings.Repeat("x", long) + `"`},
		{hostileDeep, strings.Repeat("[", deep) + strings.Repeat("]", deep)},
	}
}

// hostile sends requests of the method that every server has with a member of
// params that nobody asked for, one after another on a connection of their
// own, once for all checks that look at what came of them.
func hostile(ctx context.Context, p *conformance.Probe) (map[string]provoked, error) {
	return conformance.Once(ctx, p, "hostile", func(ctx context.Context) (map[string]provoked, error) {
		all := map[string]provoked{}
		var s *mcp.Session
		for _, h := range hostileValues() {
			if s == nil {
				fresh, err := p.Fresh(ctx)
				if err != nil {
					return nil, err
				}
				if _, err := p.Control(ctx, fresh); err != nil {
					return nil, err
				}
				s = fresh
			}
			text := fmt.Sprintf(`{"jsonrpc":"2.0","id":"mcpctl-%s","method":%q,"params":{"mcpctl":%s,"_meta":{%q:%q,%q:{}}}}`,
				strings.ReplaceAll(h.what, " ", "-"), pulse(p.Revision), h.value, mcp.MetaVersion, p.Revision, mcp.MetaCapabilities)
			got := provoke(ctx, p, s, "a request with a "+h.what, mcp.Request{Raw: []byte(text), Method: pulse(p.Revision)})
			if got.silent() && got.served == nil {
				_, got.served = p.Control(ctx, s) // it may still have been at work
			}
			if all[h.what] = got; got.served != nil {
				s = nil
			}
		}
		return all, ctx.Err()
	})
}

func securitySurvives(ctx context.Context, p *conformance.Probe, what string) error {
	j := p.Judge()
	all, err := hostile(ctx, p)
	if err != nil {
		return err
	}
	got := all[what]
	j.Saw(got.Exchange)
	why := got.broken()
	if why == "" {
		return j.Err("")
	}
	if bad, err := garbageOf(ctx, p, garbageTruncated); err == nil && bad[0].broken() != "" {
		return conformance.Blockedf("errors/parse/code", "the server ends the connection on anything that it cannot read")
	}
	j.Failf(got.Exchange, "%s", why)
	return j.Err("")
}

// securityURIs sends resources/read with params that no list can hold. How
// they are refused is left open by the handshake revisions.
func securityURIs(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	if _, err := p.Control(ctx, s); err != nil {
		return err
	}
	for _, uri := range []any{"", "not a uri", "://", 7, nil} {
		params := map[string]any{"uri": uri}
		x := s.Call(ctx, "resources/read", params)
		j.Saw(x)
		contents := x.Result().Get("contents")
		switch {
		case x.Result().Exists() && contents.Len() == 0:
			return conformance.Blockedf("resources/read/not-found", "what does not exist is read as empty")
		case x.Result().Exists():
			j.Failf(x, "resources/read with params %.60s was not refused: %s", mcp.ValueOf(params), outcome(x))
		}
	}
	return j.Err("")
}

// securityCompletion sends completion/complete with params of wrong types. How
// they are refused is left open by the handshake revisions.
func securityCompletion(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	if err := completionControl(ctx, p); err != nil {
		return err
	}
	c, _ := completionAnything(ctx, p)
	for _, params := range []map[string]any{
		{"ref": c.ref, "argument": map[string]any{"name": c.argument, "value": 7}},
		{"ref": c.ref, "argument": c.argument},
		{"ref": "mcpctl", "argument": map[string]any{"name": c.argument, "value": ""}},
	} {
		x, err := complete(ctx, p, params)
		if err != nil {
			return err
		}
		j.Saw(x)
		if x.Result().Exists() {
			j.Failf(x, "completion/complete with params %.100s was not refused: %s", mcp.ValueOf(params), outcome(x))
		}
	}
	return j.Err("")
}
