package checks

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

func baseCapabilityChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "base/capability/forgotten",
		Title:  "capabilities that one request declared are not assumed for the next",
		Claims: claims{Stateless: ids{"base.stateless.capabilities-not-remembered"}},
		Needs:  "tools allowed-tools",
		Reach:  conformance.Invoke,
		Run:    baseCapabilityForgotten,
	}, {
		ID:     "base/capability/missing",
		Title:  "what needs a capability that the client lacks is refused with -32021",
		Claims: claims{Stateless: ids{"base.meta.missing-client-capability-error"}},
		Needs:  "tools allowed-tools",
		Reach:  conformance.Invoke,
		Run:    baseCapabilityMissing,
	}, {
		ID:     "base/capability/missing-data",
		Title:  "the refusal names the missing capabilities",
		Claims: claims{Stateless: ids{"base.meta.missing-client-capability-data"}},
		Needs:  "tools allowed-tools",
		Reach:  conformance.Invoke,
		Run:    baseCapabilityData,
	}}
}

// asking is a call of a tool that asks the client something, and the same
// call by a client that declares no capability.
type asking struct {
	request       mcp.Request
	asked, unable *mcp.Exchange
}

func (a asking) tool() string { return mcp.ValueOf(a.request.Params).Get("name").Text() }

// askingTools are the calls of allowed tools that ask the client something.
func askingTools(ctx context.Context, p *conformance.Probe) ([]asking, error) {
	return conformance.Once(ctx, p, "tools that ask", func(ctx context.Context) ([]asking, error) {
		allowed, err := p.AllowedTools(ctx)
		if err != nil {
			return nil, err
		}
		s, err := p.Shared(ctx)
		if err != nil {
			return nil, err
		}
		var all []asking
		for _, tool := range allowed[:min(maxToolCalls, len(allowed))] {
			t, ok, err := toolsTry(ctx, p, tool)
			if err != nil {
				return nil, err
			}
			if !ok || t.Result().Get("resultType").Text() != "input_required" {
				continue
			}
			r := toolsCall(tool, t.arguments)
			r.Meta = map[string]any{mcp.MetaCapabilities: map[string]any{}}
			all = append(all, asking{toolsCall(tool, t.arguments), t.Exchange, s.Do(ctx, r)})
		}
		if len(all) == 0 {
			return nil, conformance.Unprovenf("no allowed tool asks the client for anything")
		}
		return all, nil
	})
}

// eachAsking looks at every call that asks.
func eachAsking(ctx context.Context, p *conformance.Probe, nothing string, look func(*conformance.Judge, asking)) error {
	all, err := askingTools(ctx, p)
	if err != nil {
		return err
	}
	for _, a := range all {
		look(p.Judge(), a)
	}
	return p.Judge().Err(nothing)
}

func baseCapabilityForgotten(ctx context.Context, p *conformance.Probe) error {
	return eachAsking(ctx, p, "", func(j *conformance.Judge, a asking) {
		j.Saw(a.unable)
		if a.unable.Result().Get("resultType").Text() == "input_required" {
			j.Failf(a.unable, "the tool %.60q asks a client that declares no capability, after another request declared them", a.tool())
		}
	})
}

func baseCapabilityMissing(ctx context.Context, p *conformance.Probe) error {
	// A tool that ends in some other way may do without the capability.
	return eachAsking(ctx, p, "the tools that ask the client do without when it declares no capability", func(j *conformance.Judge, a asking) {
		e := a.unable.RPCError()
		switch {
		case a.unable.Result().Get("resultType").Text() == "input_required":
			j.Failf(a.unable, "the tool %.60q asks a client that declares no capability instead of refusing the call", a.tool())
		case e == nil:
		case e.Code != mcp.CodeMissingCapability:
			j.Faultf(answerTo(a.unable), "/error/code", "the tool %.60q refuses a client without capabilities with error %d, expected %d", a.tool(), e.Code, mcp.CodeMissingCapability)
		case p.Transport == mcp.HTTP && a.unable.Status != http.StatusBadRequest:
			j.Failf(a.unable, "the refusal for want of a capability came with HTTP status %d, expected 400", a.unable.Status)
		default:
			j.Saw(a.unable)
		}
	})
}

func baseCapabilityData(ctx context.Context, p *conformance.Probe) error {
	return eachAsking(ctx, p, "the server refuses no call with -32021", func(j *conformance.Judge, a asking) {
		e := a.unable.RPCError()
		if e == nil || e.Code != mcp.CodeMissingCapability {
			return
		}
		j.Saw(a.unable)
		if v := e.Data.Get("requiredCapabilities"); !v.Is(mcp.Object) || v.Len() == 0 {
			j.Faultf(answerTo(a.unable), "/error/data/requiredCapabilities", "requiredCapabilities must be an object that names what is missing, not %.60s", v)
		}
	})
}

func baseExtensionChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "base/extension/identifier",
		Title:  "the extensions that the server declares have well-formed names with a prefix",
		Claims: claims{Stateless: ids{"base.extension.identifier-format"}},
		Needs:  "extensions",
		Reach:  conformance.Observe,
		Run:    baseExtensionIdentifier,
	}, {
		ID:     "base/extension/unknown",
		Title:  "an extension that only the client has breaks nothing",
		Claims: claims{Stateless: ids{"base.extension.unknown-client-extension"}},
		Reach:  conformance.Observe,
		Run:    baseExtensionUnknown,
	}, {
		ID:     "base/extension/fallback",
		Title:  "a client without the server's extensions gets results of the core protocol",
		Claims: claims{Stateless: ids{"base.extension.fallback"}},
		Needs:  "extensions",
		Watch:  baseExtensionFallback,
	}}
}

func baseExtensionIdentifier(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	seen := answerTo(s.Opening())
	extensions := p.Capability("extensions")
	j.Met(seen)
	if !extensions.Is(mcp.Object) {
		j.Faultf(seen, "/result/capabilities/extensions", "extensions must be an object, not %s", theKind(extensions.Kind()))
	}
	for _, m := range extensions.Members() {
		at := "/result/capabilities/extensions/" + mcp.EscapePointer(m.Name)
		prefix, name, prefixed := strings.Cut(m.Name, "/")
		badLabel := slices.ContainsFunc(strings.Split(prefix, "."), func(l string) bool { return !isMetaLabel.MatchString(l) })
		switch {
		case !prefixed:
			j.Faultf(seen, at, "the extension %.80q has no prefix", m.Name)
		case badLabel || !isMetaName.MatchString(name):
			j.Faultf(seen, at, "the extension %.80q is not named like a _meta key", m.Name)
		case !m.Value.Is(mcp.Object):
			j.Faultf(seen, at, "the settings of the extension %.80q must be an object, not %s", m.Name, theKind(m.Value.Kind()))
		}
	}
	return j.Err("")
}

func baseExtensionUnknown(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	capabilities := mcp.FullCapabilities(p.Revision)
	capabilities["extensions"] = map[string]any{"com.example/none": map[string]any{}}
	for _, method := range pulseAndList(p) {
		if plain, err := p.Ask(ctx, method, nil); err != nil || !fitsMethod(plain) {
			continue
		}
		x := s.Do(ctx, mcp.Request{Method: method, Meta: map[string]any{mcp.MetaCapabilities: capabilities}})
		j.Saw(x)
		switch e := x.RPCError(); {
		case e != nil && e.Code != mcp.CodeInternalError: // a refusal is allowed
		case !fitsMethod(x):
			j.Failf(x, "%s by a client with an unknown extension went wrong: %s", method, outcome(x))
		}
	}
	return j.Err("the server serves neither server/discover nor a list")
}

func baseExtensionFallback(t *conformance.Traffic) error {
	j := t.Judge()
	for m := range modernResults(t) {
		kind := m.Result().Get("resultType")
		if sentMeta(m.Exchange).Get(mcp.MetaCapabilities, "extensions").Len() > 0 || !kind.Is(mcp.String) {
			continue
		}
		j.Met(m)
		if kind.Text() != "complete" && kind.Text() != "input_required" {
			j.Faultf(m, "/result/resultType", "a client that declared no extension got a result of type %.60q from %s", kind.Text(), m.Exchange.Request.Method)
		}
	}
	return j.Err("the server sent no result")
}
