package checks

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/schema"
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

// statelessParam is a parameter that is mirrored into a header, and a call of its tool
// that gives it a value.
type statelessParam struct {
	tool      conformance.Entry
	at        toolsMirrored
	arguments map[string]any
	// control is how the call with proper headers was answered.
	control *mcp.Exchange
}

func (a statelessParam) header() string { return "Mcp-Param-" + a.at.header.Text() }

// value is the argument as the header says it.
func (a statelessParam) value() string {
	v := mcp.ValueOf(a.arguments).Get(a.at.path...)
	if v.Is(mcp.String) {
		return v.Text()
	}
	return v.String()
}

// call is the call, with proper headers.
func (a statelessParam) call() mcp.Request { return conformance.ToolCall(a.tool, a.arguments) }

// withHeader is the call with another value in the parameter's header, or
// without it.
func (a statelessParam) withHeader(value string) mcp.Request {
	r := a.call()
	if r.Header == nil {
		r.Header = map[string]string{}
	}
	r.Header[a.header()] = value
	return r
}

// with is the call after a change of the object that holds the argument.
func (a statelessParam) with(change func(at map[string]any, name string)) statelessParam {
	a.arguments = statelessCopy(a.arguments)
	at := a.arguments
	for _, name := range a.at.path[:len(a.at.path)-1] {
		below, _ := at[name].(map[string]any)
		if below == nil {
			below = map[string]any{}
			at[name] = below
		}
		at = below
	}
	change(at, a.at.path[len(a.at.path)-1])
	return a
}

// statelessCopy is a deep copy of arguments.
func statelessCopy(arguments any) map[string]any {
	out := map[string]any{}
	if v := mcp.ValueOf(arguments); v.Is(mcp.Object) {
		_ = v.Decode(&out) // an object always fits
	}
	return out
}

// statelessParams finds a mirrored parameter that choose accepts, among those
// of the allowed tools, and makes a call that gives it a value: its own
// example, or what choose says. Without one the check is unproven.
func statelessParams(ctx context.Context, p *conformance.Probe, kind string, choose func(toolsMirrored) (value any, ok bool)) (statelessParam, error) {
	allowed, err := p.AllowedTools(ctx)
	if err != nil {
		return statelessParam{}, err
	}
	for _, tool := range allowed {
		example, ok := statelessExample(tool)
		if !ok {
			continue
		}
		for _, at := range statelessMirrored(tool) {
			value, ok := choose(at)
			if !ok {
				continue
			}
			a := example
			a.at = at
			a = a.with(func(at map[string]any, name string) { at[name] = value })
			if a.control, err = statelessOnce(ctx, p, a.call()); err != nil {
				return a, err
			}
			if statelessHeaderError(a.control) {
				return a, conformance.Blockedf("stateless/param-header/match", "a call of %.60q with proper headers is refused", toolName(tool))
			}
			return a, nil
		}
	}
	return statelessParam{}, conformance.Unprovenf("no allowed tool has an x-mcp-header on %s", kind)
}

// statelessMirrored are the parameters of a tool that clients must mirror.
func statelessMirrored(tool conformance.Entry) []toolsMirrored {
	return slices.DeleteFunc(toolsMirroredIn(tool.Get("inputSchema")), func(at toolsMirrored) bool {
		return !at.static || at.header.Text() == ""
	})
}

// statelessExample is a call of a tool, about no parameter yet. An empty text
// is given some content, since an empty header may get lost on the way; ok is
// false where that cannot be, or no example can be made.
func statelessExample(tool conformance.Entry) (a statelessParam, ok bool) {
	r, err := conformance.ExampleCall(tool)
	if err != nil {
		return a, false
	}
	a = statelessParam{tool: tool, arguments: statelessCopy(mcp.ValueOf(r.Params).Get("arguments"))}
	for _, at := range statelessMirrored(tool) {
		v := mcp.ValueOf(a.arguments).Get(at.path...)
		if !v.Is(mcp.String) || v.Text() != "" {
			continue
		}
		text, ok := statelessAnyParam(at)
		if !ok {
			return a, false
		}
		a.at = at
		a = a.with(func(at map[string]any, name string) { at[name] = text })
	}
	return a, true
}

// statelessAnyParam chooses any parameter, with an example of it.
func statelessAnyParam(at toolsMirrored) (any, bool) {
	value, err := schema.Example(at.schema.Raw())
	switch v := mcp.ValueOf(value); {
	case err != nil:
		return nil, false
	case v.Is(mcp.String) && v.Text() == "":
		return statelessFreeText("mcpctl")(at)
	default:
		return value, v.Is(mcp.String) || v.Is(mcp.Number) || v.Is(mcp.Bool)
	}
}

// statelessFreeText chooses a string that may be anything, and makes it text.
func statelessFreeText(text string) func(toolsMirrored) (any, bool) {
	return func(at toolsMirrored) (any, bool) {
		for _, limit := range []string{"enum", "const", "pattern", "format", "maxLength", "allOf", "anyOf", "oneOf", "not", "$ref"} {
			if at.schema.Has(limit) {
				return nil, false
			}
		}
		return text, at.schema.Get("type").Text() == "string"
	}
}

// statelessOther is a header value that is another than the one given, of its kind.
func statelessOther(value string) string {
	switch value {
	case "true":
		return "false"
	case "false":
		return "true"
	case "":
		return "other"
	}
	if strings.Trim(value, "-0123456789") == "" {
		return value + "1"
	}
	return mcp.HeaderValue(value + "-other")
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
