package checks

import (
	"context"
	"net/http"
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

func baseRequiredMetaChecks() []conformance.Check {
	fix := "Check _meta before the method is looked at, and answer -32602 (over HTTP with status 400) when a required key is missing."
	return []conformance.Check{{
		ID:     "base/meta/required",
		Title:  "a request without _meta is refused with -32602",
		Claims: claims{Stateless: ids{"base.meta.missing-rejected"}},
		Reach:  conformance.Provoke,
		Run:    baseMetaRequired,
		Fix:    fix,
	}, {
		ID:      "base/meta/version-required",
		Title:   "a request without a protocol version is refused with -32602",
		Claims:  claims{Stateless: ids{"base.meta.missing-protocol-version-rejected"}},
		Reach:   conformance.Provoke,
		Run:     baseMetaVersionRequired,
		General: true, // see base/meta/required
		Fix:     fix,
	}, {
		ID:      "base/meta/capabilities-required",
		Title:   "a request without client capabilities is refused with -32602",
		Claims:  claims{Stateless: ids{"base.meta.missing-client-capabilities-rejected"}},
		Reach:   conformance.Provoke,
		Run:     baseMetaCapabilitiesRequired,
		General: true, // see base/meta/required
		Fix:     fix,
	}, {
		ID:      "base/meta/types",
		Title:   "required _meta of the wrong type is refused",
		Claims:  claims{Stateless: ids{"base.meta.wrong-types-rejected"}},
		Reach:   conformance.Provoke,
		Run:     baseMetaTypes,
		General: true, // see base/meta/required
	}}
}

// malformed is a request that must be refused, and why.
type malformed struct {
	mcp.Request
	what string
}

// eachPulse makes one malformed request of every method that is tried.
func eachPulse(p *conformance.Probe, what string, make func(method string) mcp.Request) []malformed {
	var all []malformed
	for _, method := range pulseAndList(p) {
		all = append(all, malformed{make(method), what})
	}
	return all
}

// eitherEra reports whether a request without a version may belong to either
// era, since nothing but _meta tells: then a list may be served by the rules
// of the handshake, which do not forbid it to come first.
func eitherEra(p *conformance.Probe) bool {
	return p.Transport == mcp.Stdio && p.Missing("dual-era") == ""
}

// baseRefused sends requests with bad _meta on the shared session, which they
// must leave as it was. untold says that they do not tell their era: where
// that leaves it open, methods of both eras are passed over and that of this
// era alone may be refused in any way.
func baseRefused(ctx context.Context, p *conformance.Probe, all []malformed, untold bool, codes ...int64) error {
	j := p.Judge()
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	if _, err := p.Control(ctx, s); err != nil {
		return err
	}
	if p.Transport == mcp.HTTP {
		// The header then says what the body does not.
		codes = append(codes, mcp.CodeHeaderMismatch)
	}
	anyhow := untold && eitherEra(p)
	for _, r := range all {
		if anyhow && r.Method != pulse(p.Revision) {
			continue
		}
		if good, err := p.Ask(ctx, r.Method, nil); err != nil || !good.Result().Exists() {
			continue // a list that is not given is judged elsewhere
		}
		x := s.Do(ctx, r.Request)
		j.Saw(x)
		switch e := x.RPCError(); {
		case x.Result().Exists():
			j.Failf(x, "%s %s was served", r.Method, r.what)
		case e == nil:
			j.Failf(x, "%s %s got no error response: %s", r.Method, r.what, outcome(x))
		case anyhow:
		case !slices.Contains(codes, e.Code):
			j.Faultf(answerTo(x), "/error/code", "%s %s was refused with error %d, expected %d", r.Method, r.what, e.Code, codes[0])
		case p.Transport == mcp.HTTP && x.Status != http.StatusBadRequest:
			j.Failf(x, "%s %s was refused with HTTP status %d, expected 400", r.Method, r.what, x.Status)
		}
	}
	return j.Err("")
}

func baseMetaRequired(ctx context.Context, p *conformance.Probe) error {
	all := eachPulse(p, "without params", func(method string) mcp.Request {
		return mcp.Request{Method: method, NoMeta: true}
	})
	all = append(all, eachPulse(p, "without _meta", func(method string) mcp.Request {
		return mcp.Request{Method: method, NoMeta: true, Params: map[string]any{}}
	})...)
	return baseRefused(ctx, p, all, true, mcp.CodeInvalidParams)
}

func baseMetaVersionRequired(ctx context.Context, p *conformance.Probe) error {
	all := eachPulse(p, "without a protocol version", func(method string) mcp.Request {
		return mcp.Request{Method: method, Meta: map[string]any{mcp.MetaVersion: nil}}
	})
	return baseRefused(ctx, p, all, true, mcp.CodeInvalidParams)
}

func baseMetaCapabilitiesRequired(ctx context.Context, p *conformance.Probe) error {
	all := eachPulse(p, "without client capabilities", func(method string) mcp.Request {
		return mcp.Request{Method: method, Meta: map[string]any{mcp.MetaCapabilities: nil}}
	})
	return baseRefused(ctx, p, all, false, mcp.CodeInvalidParams)
}

func baseMetaTypes(ctx context.Context, p *conformance.Probe) error {
	method := pulse(p.Revision)
	with := func(key string, value any) mcp.Request {
		return mcp.Request{Method: method, Meta: map[string]any{key: value}}
	}
	all := []malformed{
		{with(mcp.MetaVersion, 20260728), "with a number as protocol version"},
		{with(mcp.MetaCapabilities, []any{}), "with an array as client capabilities"},
		{with(mcp.MetaCapabilities, "x"), "with a string as client capabilities"},
		{mcp.Request{Method: method, NoMeta: true, Params: map[string]any{"_meta": "x"}}, "with a string as _meta"},
	}
	return baseRefused(ctx, p, all, true, mcp.CodeInvalidParams, mcp.CodeInvalidRequest, mcp.CodeUnsupportedVersion)
}
