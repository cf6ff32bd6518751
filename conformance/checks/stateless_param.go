package checks

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// statelessParamHeader judges the headers that mirror arguments of tools:
// basic/transports/streamable-http#server-behavior-for-custom-headers. A
// server that does not refuse what it should runs the tool, so only tools that
// the user has allowed are called.
func statelessParamHeader() []conformance.Check {
	return []conformance.Check{
		statelessParamCheck("match", "a call whose Mcp-Param headers are those of its arguments is served", "match-accepted", statelessParamMatch, ""),
		statelessParamCheck("mismatch", "a call whose Mcp-Param header differs from the argument is refused", "mismatch-rejected", statelessParamMismatch,
			"Compare the headers with the arguments before the tool runs."),
		statelessParamCheck("missing", "a call without the Mcp-Param header of an argument is refused", "missing-rejected", statelessParamMissing,
			"Ask for the header of every annotated argument that is there."),
		statelessParamCheck("null", "no Mcp-Param header is asked for where the argument is null", "null-not-expected",
			statelessParamUnexpected(func(at map[string]any, name string) { at[name] = nil }), ""),
		statelessParamCheck("absent", "no Mcp-Param header is asked for where the argument is absent", "absent-not-expected",
			statelessParamUnexpected(func(at map[string]any, name string) { delete(at, name) }), ""),
		statelessParamCheck("nested", "the header of a nested parameter is compared with the argument at its place", "nested-path", statelessParamNested,
			"Walk down the same properties in the arguments as in the schema."),
	}
}

// statelessParamCheck is a check that calls allowed tools with x-mcp-header.
func statelessParamCheck(id, title, claim string, run func(context.Context, *conformance.Probe) error, fix string) conformance.Check {
	return conformance.Check{
		ID: "stateless/param-header/" + id, Title: title, Claims: claims{Stateless: ids{"http.param." + claim}},
		Needs: "http tools allowed-tools", Reach: conformance.Invoke, Run: run, Fix: fix,
	}
}

// statelessParamRefused judges a call that must be refused for its headers.
func statelessParamRefused(ctx context.Context, p *conformance.Probe, a statelessParam, value string) error {
	j := p.Judge()
	x, err := statelessOnce(ctx, p, a.withHeader(value))
	if err != nil {
		return err
	}
	j.Saw(x)
	switch {
	case !statelessRefused(x, a.control):
		j.Failf(x, "a call of %.60q with %.40q as the argument and %.100s was not refused for it: %s",
			toolName(a.tool), a.value(), statelessHeaderLine(a.header(), value), outcome(x))
	case statelessCode(x) != mcp.CodeHeaderMismatch || x.Status != http.StatusBadRequest:
		j.Failf(x, "a call of %.60q with a wrong %s was refused with HTTP status %d and %s, expected 400 and -32020",
			toolName(a.tool), a.header(), x.Status, outcome(x))
	}
	return j.Err("")
}

// statelessParamServed judges a call that must not be refused for its headers.
func statelessParamServed(ctx context.Context, p *conformance.Probe, a statelessParam, r mcp.Request, what string) error {
	j := p.Judge()
	x, err := statelessOnce(ctx, p, r)
	if err != nil {
		return err
	}
	j.Saw(x)
	if statelessHeaderError(x) {
		j.Failf(x, "a call of %.60q with %s was refused for its headers: %s", toolName(a.tool), what, outcome(x))
	}
	return j.Err("")
}

// statelessParamMatch calls every allowed tool that has mirrored parameters.
func statelessParamMatch(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	allowed, err := p.AllowedTools(ctx)
	if err != nil {
		return err
	}
	for _, tool := range allowed {
		a, ok := statelessExample(tool)
		for _, at := range statelessMirrored(tool) {
			value, plain := statelessAnyParam(at)
			if !plain {
				continue
			}
			a.at = at
			a = a.with(func(at map[string]any, name string) {
				if at[name] == nil {
					at[name] = value
				}
			})
		}
		if !ok || a.at.path == nil {
			continue
		}
		if err := statelessParamServed(ctx, p, a, a.call(), "matching headers"); err != nil && !j.Bad() {
			return err
		}
	}
	return j.Err("no allowed tool has an x-mcp-header")
}

func statelessParamMismatch(ctx context.Context, p *conformance.Probe) error {
	a, err := statelessParams(ctx, p, "a parameter", statelessAnyParam)
	if err != nil {
		return err
	}
	return statelessParamRefused(ctx, p, a, statelessOther(a.value()))
}

func statelessParamMissing(ctx context.Context, p *conformance.Probe) error {
	a, err := statelessParams(ctx, p, "a parameter", statelessAnyParam)
	if err != nil {
		return err
	}
	return statelessParamRefused(ctx, p, a, "")
}

// statelessParamUnexpected judges a call whose argument a change has taken
// away, and with it the header. That the argument may be needed does not
// matter: it is not for its headers that such a call is to be refused.
func statelessParamUnexpected(change func(at map[string]any, name string)) func(context.Context, *conformance.Probe) error {
	return func(ctx context.Context, p *conformance.Probe) error {
		a, err := statelessParams(ctx, p, "a parameter", statelessAnyParam)
		if err != nil {
			return err
		}
		without := a.with(change)
		shown := mcp.ValueOf(without.arguments).Get(a.at.path...)
		return statelessParamServed(ctx, p, a, without.call(), fmt.Sprintf("%s for %s and no %s", shown, strings.Join(a.at.path, "."), a.header()))
	}
}

// statelessParamNested needs no call with proper headers of its own: the
// control of every parameter is one.
func statelessParamNested(ctx context.Context, p *conformance.Probe) error {
	a, err := statelessParams(ctx, p, "a nested parameter", func(at toolsMirrored) (any, bool) {
		value, ok := statelessAnyParam(at)
		return value, ok && len(at.path) > 1
	})
	if err != nil {
		return err
	}
	return statelessParamRefused(ctx, p, a, statelessOther(a.value()))
}
