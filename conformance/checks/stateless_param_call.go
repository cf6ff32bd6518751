package checks

import (
	"context"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/schema"
	"github.com/mcpctl/mcpctl/mcp"
)

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
