package checks

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// statelessParamValues judges how the values of Mcp-Param headers are read:
// basic/transports/streamable-http#value-encoding.
func statelessParamValues() []conformance.Check {
	return []conformance.Check{
		statelessParamCheck("decoded", "an Mcp-Param header in base64 is decoded before it is compared", "base64-decoded", statelessParamDecoded,
			"Decode values that begin with =?base64? and end with ?= to UTF-8."),
		statelessParamCheck("malformed", "an Mcp-Param header in broken base64 is refused", "malformed-base64-rejected", statelessParamMalformed,
			"Decode strictly: lenient decoders pass over what is no base64."),
		statelessParamCheck("characters", "an Mcp-Param header with characters beyond visible ASCII is refused", "invalid-characters-rejected", statelessParamCharacters,
			"Refuse raw bytes beyond ASCII even where they equal the argument; such values come in the base64 form."),
		statelessParamCheck("integer", "an integer is compared by its number, not by its spelling", "integer-numeric-compare", statelessParamInteger,
			"Parse both sides before comparing them, so that 42.0 is 42."),
		statelessParamCheck("boolean", "a boolean is spelt true or false, in lower case only", "boolean-lowercase", statelessParamBoolean,
			"Compare the header with true and false byte by byte."),
	}
}

func statelessParamDecoded(ctx context.Context, p *conformance.Probe) error {
	a, err := statelessParams(ctx, p, "a parameter", statelessAnyParam)
	if err != nil {
		return err
	}
	text := statelessSentinel(a.value())
	if err := statelessParamServed(ctx, p, a, a.withHeader(text), "the right value in base64"); err != nil {
		return err
	}
	if err := statelessParamRefused(ctx, p, a, statelessSentinel(a.value()+"1")); err != nil {
		return err
	}
	const unsafe = "mcpctl \u00f1 \u4e16\u754c"
	free, err := statelessParams(ctx, p, "a free text", statelessFreeText("mcpctl"))
	if err != nil {
		return p.Judge().Err("")
	}
	free = free.with(func(at map[string]any, name string) { at[name] = unsafe })
	return statelessParamServed(ctx, p, free, free.call(), "a value beyond ASCII in base64")
}

func statelessParamMalformed(ctx context.Context, p *conformance.Probe) error {
	a, err := statelessParams(ctx, p, "a parameter", statelessAnyParam)
	if err != nil {
		return err
	}
	if err := statelessParamRefused(ctx, p, a, statelessBrokenSentinel(a.value())); err != nil {
		return err
	}
	// Who takes it literally is found only where the argument is the same.
	free, err := statelessParams(ctx, p, "a free text", statelessFreeText("mcpctl"))
	if err != nil {
		return p.Judge().Err("")
	}
	literal := statelessBrokenSentinel("mcpctl")
	free = free.with(func(at map[string]any, name string) { at[name] = literal })
	return statelessParamRefused(ctx, p, free, literal)
}

// statelessParamCharacters writes the header by hand, with an argument that is
// the same.
func statelessParamCharacters(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	const value = "mcpctl-\u00f1"
	a, err := statelessParams(ctx, p, "a free text", statelessFreeText(value))
	if err != nil {
		return err
	}
	if err := statelessRawWorks(ctx, p); err != nil {
		return err
	}
	lines := []string{"MCP-Protocol-Version: " + string(p.Revision), "Mcp-Method: tools/call", "Mcp-Name: " + mcp.HeaderValue(toolName(a.tool))}
	for name, text := range a.withHeader(value).Header {
		lines = append(lines, name+": "+text)
	}
	x, err := statelessRaw(ctx, p, "tools/call", map[string]any{"name": toolName(a.tool), "arguments": a.arguments}, lines...)
	if err != nil {
		return err
	}
	j.Saw(x)
	hungUp := x.Status == 0 && x.Err() != nil // below HTTP
	if !hungUp && x.Status != http.StatusBadRequest && !statelessRefused(x, a.control) {
		j.Failf(x, "a call of %.60q with %s: %q as it is was not refused for it: %s", toolName(a.tool), a.header(), value, outcome(x))
	}
	return j.Err("")
}

func statelessParamInteger(ctx context.Context, p *conformance.Probe) error {
	a, err := statelessParams(ctx, p, "an integer", func(at toolsMirrored) (any, bool) {
		value, ok := statelessAnyParam(at)
		v := mcp.ValueOf(value)
		_, whole := v.Int()
		return value, ok && whole && at.schema.Get("type").Text() == "integer"
	})
	if err != nil {
		return err
	}
	header := a.value() + ".0"
	return statelessParamServed(ctx, p, a, a.withHeader(header), fmt.Sprintf("%s as the argument and %s: %s", a.value(), a.header(), header))
}

func statelessParamBoolean(ctx context.Context, p *conformance.Probe) error {
	a, err := statelessParams(ctx, p, "a boolean", func(at toolsMirrored) (any, bool) {
		value, ok := statelessAnyParam(at)
		return value, ok && at.schema.Get("type").Text() == "boolean"
	})
	if err != nil {
		return err
	}
	v := a.value() // the control has shown that it is accepted as it is
	return statelessParamRefused(ctx, p, a, strings.ToUpper(v[:1])+v[1:])
}
