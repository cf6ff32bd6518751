package checks

import (
	"context"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// toolsUnknown is the name of a tool that no server has.
const toolsUnknown = "mcpctl-no-such-tool"

// maxTried bounds the allowed tools that one check calls by itself.
const maxTried = 5

// toolsAttempt is an allowed tool and what came of calling it with arguments that
// fit its inputSchema.
type toolsAttempt struct {
	tool      conformance.Entry
	arguments any
	*mcp.Exchange
}

// toolsTry calls an allowed tool with arguments made for it, once for all
// checks where that is possible. ok is false when none can be made.
func toolsTry(ctx context.Context, p *conformance.Probe, tool conformance.Entry) (t toolsAttempt, ok bool, err error) {
	arguments, ok := toolsExample(tool)
	if !ok {
		return t, false, nil
	}
	r := toolsCall(tool, arguments)
	if len(r.Header) == 0 {
		x, err := p.Ask(ctx, r.Method, r.Params)
		return toolsAttempt{tool, arguments, x}, err == nil, err
	}
	s, err := p.Shared(ctx)
	if err != nil {
		return t, false, err
	}
	return toolsAttempt{tool, arguments, s.Do(ctx, r)}, true, nil
}

// toolsTried calls some allowed tools, each once, and gives those that the
// look chooses; nil chooses all.
func toolsTried(ctx context.Context, p *conformance.Probe, choose func(conformance.Entry) bool) ([]toolsAttempt, error) {
	allowed, err := p.AllowedTools(ctx)
	if err != nil {
		return nil, err
	}
	var all []toolsAttempt
	for _, tool := range allowed {
		if len(all) == maxToolCalls {
			break
		}
		if choose != nil && !choose(tool) {
			continue
		}
		t, ok, err := toolsTry(ctx, p, tool)
		if err != nil {
			return nil, err
		}
		if ok {
			all = append(all, t)
		}
	}
	return all, nil
}

// toolsExample are arguments that fit a tool; ok is false when none can be made.
func toolsExample(tool conformance.Entry) (arguments any, ok bool) {
	arguments, err := tool.Example()
	return arguments, err == nil
}

// toolsCall is a well-formed call, with the headers that the tool asks for.
func toolsCall(tool conformance.Entry, arguments any) mcp.Request {
	return conformance.ToolCall(tool, arguments)
}

// toolsSucceeded reports a final result of tools/call that is no error: not a
// task, and no request for more input.
func toolsSucceeded(result mcp.Value) bool {
	return result.Is(mcp.Object) && !result.Get("isError").True() && toolsComplete(result)
}

// toolsComplete reports whether a result of tools/call is its last word.
func toolsComplete(result mcp.Value) bool {
	kind := result.Get("resultType")
	return (!kind.Exists() || kind.Text() == "complete") && (!result.Has("task") || result.Has("content"))
}
