package checks

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// toolsCallChecks judge how tools/call refuses what it cannot route.
func toolsCallChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "tools/call/unknown-tool",
		Title:  "a call of an unknown tool gets a JSON-RPC error, not a result",
		Claims: claims{Handshake: ids{"tools.call.unknown-tool-protocol-error"}, Stateless: ids{"tools.call.unknown-tool-error"}},
		Needs:  "tools",
		Reach:  conformance.Provoke,
		Run:    toolsCallUnknown,
		Fix:    "Answer with error -32602; isError in a result is for tools that exist.",
	}, {
		ID:     "tools/call/unknown-tool-code",
		Title:  "the error for an unknown tool is -32602",
		Claims: claims{Handshake: ids{"tools.call.unknown-tool-code"}},
		Needs:  "tools",
		Reach:  conformance.Provoke,
		Run:    toolsCallUnknownCode,
		Fix:    "Answer with error -32602; -32601 is for methods that do not exist.",
	}, {
		ID:     "tools/call/malformed-name",
		Title:  "a call without the name of a tool gets a JSON-RPC error",
		Claims: claims{Handshake: ids{"tools.call.malformed-request-protocol-error"}, Stateless: ids{"tools.call.malformed-request-error"}},
		Needs:  "tools",
		Reach:  conformance.Provoke,
		Run:    toolsCallMalformedName,
		Fix:    "Check the params of tools/call before looking for the tool, and answer with error -32602.",
	}, {
		ID:     "tools/call/malformed-arguments",
		Title:  "a call whose arguments are no object gets a JSON-RPC error",
		Claims: claims{Handshake: ids{"tools.call.malformed-request-protocol-error"}, Stateless: ids{"tools.call.malformed-request-error"}},
		Needs:  "tools",
		Reach:  conformance.Provoke,
		Run:    toolsCallMalformedArguments,
		Fix:    "Check the params of tools/call before looking for the tool, and answer with error -32602.",
	}, {
		ID:     "tools/names/case-sensitive",
		Title:  "a tool is not found under its name in other case",
		Claims: claims{Handshake: ids{"tools.name.case-sensitive"}, Stateless: ids{"tools.name.case-sensitive"}},
		Needs:  "tools allowed-tools",
		Reach:  conformance.Invoke,
		Run:    toolsNamesCase,
		Fix:    "Compare tool names exactly.",
	}}
}

// toolsAskUnknown calls a tool that does not exist, on a session of its own:
// some servers get their tools ready at the first call, and are then busy.
func toolsAskUnknown(ctx context.Context, p *conformance.Probe) (*mcp.Exchange, error) {
	if _, err := p.List(ctx, "tools"); err != nil {
		return nil, err
	}
	return conformance.Once(ctx, p, "call of an unknown tool", func(ctx context.Context) (*mcp.Exchange, error) {
		s, err := p.Fresh(ctx)
		if err != nil {
			return nil, err
		}
		return s.Call(ctx, "tools/call", map[string]any{"name": toolsUnknown, "arguments": map[string]any{}}), nil
	})
}

func toolsCallUnknown(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	x, err := toolsAskUnknown(ctx, p)
	if err != nil {
		return err
	}
	j.Saw(x)
	if x.RPCError() == nil {
		j.Failf(x, "a call of the unknown tool %q must get a JSON-RPC error, not %s", toolsUnknown, outcome(x))
	}
	return j.Err("")
}

func toolsCallUnknownCode(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	x, err := toolsAskUnknown(ctx, p)
	if err != nil {
		return err
	}
	failure := x.RPCError()
	if failure == nil {
		return conformance.Blockedf("tools/call/unknown-tool", "a call of the unknown tool %q got no JSON-RPC error", toolsUnknown)
	}
	j.Saw(x)
	if failure.Code != mcp.CodeInvalidParams {
		j.Faultf(answerTo(x), "/error/code", "the error for an unknown tool is %d, not %d", failure.Code, mcp.CodeInvalidParams)
	}
	return j.Err("")
}

// toolsMalformed sends calls that are no CallToolRequest on a session of its
// own, and then sees whether the server still answers. Each params has a name
// of no tool or none, so that nothing can run.
func toolsMalformed(ctx context.Context, p *conformance.Probe, calls []toolsBadParams) error {
	j := p.Judge()
	s, err := p.Fresh(ctx)
	if err != nil {
		return err
	}
	if _, err := p.Control(ctx, s); err != nil {
		return err
	}
	for _, c := range calls {
		x := s.Call(ctx, "tools/call", c.params)
		j.Saw(x)
		if x.RPCError() == nil {
			j.Failf(x, "tools/call with %s must get a JSON-RPC error, not %s", c.what, outcome(x))
		}
	}
	if x, err := p.Control(ctx, s); err != nil {
		j.Failf(x, "after malformed calls of tools the server serves no more: %v", err)
	}
	return j.Err("")
}

// toolsBadParams are params that do not fit a method, and what is wrong with them.
type toolsBadParams struct {
	what   string
	params map[string]any
}

func toolsCallMalformedName(ctx context.Context, p *conformance.Probe) error {
	return toolsMalformed(ctx, p, []toolsBadParams{
		{"no name", map[string]any{"arguments": map[string]any{}}},
		{"the number 5 as name", map[string]any{"name": 5, "arguments": map[string]any{}}},
		{"an object as name", map[string]any{"name": map[string]any{}, "arguments": map[string]any{}}},
	})
}

func toolsCallMalformedArguments(ctx context.Context, p *conformance.Probe) error {
	calls := []toolsBadParams{
		{"a string as arguments", map[string]any{"name": toolsUnknown, "arguments": "x"}},
		{"an array as arguments", map[string]any{"name": toolsUnknown, "arguments": []any{}}},
	}
	if p.AllowsTools {
		if allowed, err := p.AllowedTools(ctx); err == nil {
			calls = append(calls,
				toolsBadParams{"a string as arguments", map[string]any{"name": toolName(allowed[0]), "arguments": "x"}},
				toolsBadParams{"an array as arguments", map[string]any{"name": toolName(allowed[0]), "arguments": []any{1}}})
		}
	}
	return toolsMalformed(ctx, p, calls)
}

func toolsNamesCase(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	listed, err := p.List(ctx, "tools")
	if err != nil {
		return err
	}
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	names := toolsNames(listed)
	all, err := toolsTried(ctx, p, func(e conformance.Entry) bool {
		other := toolsSwapCase(toolName(e))
		return other != toolName(e) && !slices.Contains(names, other)
	})
	if err != nil {
		return err
	}
	for _, t := range all {
		if !toolsSucceeded(t.Result()) {
			continue // nor need it under another name
		}
		r := toolsCall(t.tool, t.arguments)
		r.Params = map[string]any{"name": toolsSwapCase(toolName(t.tool)), "arguments": t.arguments}
		x := s.Do(ctx, r)
		j.Saw(x)
		if toolsSucceeded(x.Result()) {
			j.Failf(x, "a call of %.60q ran the tool %.60q", toolsSwapCase(toolName(t.tool)), toolName(t.tool))
		}
		break // one tool tells
	}
	return j.Err("no allowed tool has letters in its name and can be called with arguments made up for it")
}

// toolsSwapCase turns capital letters into small ones and the reverse.
func toolsSwapCase(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsUpper(r) {
			return unicode.ToLower(r)
		}
		return unicode.ToUpper(r)
	}, name)
}
