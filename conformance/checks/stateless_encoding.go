package checks

import (
	"context"
	"encoding/base64"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
)

// statelessNameEncoding judges the base64 form of Mcp-Name, by calls of tools
// that do not exist: basic/transports/streamable-http#value-encoding.
func statelessNameEncoding() []conformance.Check {
	check := func(id, title, claim string, run func(context.Context, *conformance.Probe) error, fix string) conformance.Check {
		return conformance.Check{
			ID: "stateless/name-header/" + id, Title: title, Claims: claims{Stateless: ids{"http.headers." + claim}},
			Needs: "http tools", Reach: conformance.Provoke, Run: run, Fix: fix,
		}
	}
	return []conformance.Check{
		check("decoded", "Mcp-Name in base64 is decoded before it is compared", "name-base64-decoded", statelessDecoded,
			"Decode values that begin with =?base64? and end with ?= to UTF-8."),
		check("decoded-mismatch", "Mcp-Name in base64 that says something else is refused", "name-base64-mismatch",
			statelessEncodedWrong(func(name string) string { return statelessSentinel(name + "-other") }), ""),
		check("sentinel-case", "markers of the base64 form that are not in lower case are taken literally", "name-sentinel-case",
			statelessEncodedWrong(func(name string) string { return strings.Replace(statelessSentinel(name), "base64", "BASE64", 1) }),
			"Compare the markers byte by byte."),
		check("malformed", "Mcp-Name in broken base64 is refused", "name-sentinel-malformed", statelessMalformedName,
			"Decode strictly: lenient decoders pass over what is no base64."),
		check("decoded-once", "a name that itself looks like base64 is decoded only once", "name-sentinel-literal", statelessDecodedOnce,
			"Decode the header once, and the body never."),
	}
}

// statelessDecoded calls under names that do and do not need the form.
func statelessDecoded(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	plain, err := statelessUnknownTool(ctx, p, toolsUnknown)
	if err != nil {
		return err
	}
	for _, name := range []string{toolsUnknown, "mcpctl-\u00f1-\u4e16", " mcpctl none "} {
		if err := statelessEncodedAccepted(ctx, p, plain, name); err != nil {
			return err
		}
	}
	return j.Err("")
}

func statelessDecodedOnce(ctx context.Context, p *conformance.Probe) error {
	plain, err := statelessUnknownTool(ctx, p, toolsUnknown)
	if err != nil {
		return err
	}
	if err := statelessEncodedAccepted(ctx, p, plain, "=?base64?literal?="); err != nil {
		return err
	}
	return p.Judge().Err("")
}

// statelessEncodedAccepted judges a call of a tool of that name with Mcp-Name
// in base64. The tool does not exist, so that plain, a call like it under a
// plain name, shows what is to come.
func statelessEncodedAccepted(ctx context.Context, p *conformance.Probe, plain statelessNamedCall, name string) error {
	n := plain
	n.request.Params = map[string]any{"name": name, "arguments": map[string]any{}}
	header := statelessSentinel(name)
	x, err := statelessOnce(ctx, p, n.withName(header))
	if err != nil {
		return err
	}
	p.Judge().Saw(x)
	if statelessHeaderError(x) {
		p.Judge().Failf(x, "tools/call of %q with Mcp-Name: %s, which says the same, was refused: %s", name, header, outcome(x))
	}
	return nil
}

// statelessEncodedWrong judges a call whose Mcp-Name does not say its name.
func statelessEncodedWrong(header func(name string) string) func(context.Context, *conformance.Probe) error {
	return func(ctx context.Context, p *conformance.Probe) error {
		n, err := statelessUnknownTool(ctx, p, toolsUnknown)
		if err != nil {
			return err
		}
		return statelessNameRefused(ctx, p, n, header(toolsUnknown))
	}
}

// statelessBrokenSentinel is a base64 form with what is no base64 in it: a decoder that
// passes over it finds s.
func statelessBrokenSentinel(s string) string {
	text := base64.StdEncoding.EncodeToString([]byte(s))
	return "=?base64?" + text[:4] + "!!!" + text[4:] + "?="
}

// statelessMalformedName tries both mistakes: to decode what can be decoded,
// and to take the rest for a literal.
func statelessMalformedName(ctx context.Context, p *conformance.Probe) error {
	header := statelessBrokenSentinel(toolsUnknown)
	for _, name := range []string{toolsUnknown, header} {
		n, err := statelessUnknownTool(ctx, p, name)
		if err != nil {
			return err
		}
		if err := statelessNameRefused(ctx, p, n, header); err != nil {
			return err
		}
	}
	return p.Judge().Err("")
}
