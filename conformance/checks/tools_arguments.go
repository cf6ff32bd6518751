package checks

import (
	"context"
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/schema"
	"github.com/mcpctl/mcpctl/mcp"
)

// toolsMaxBadCalls bounds the calls with bad arguments that one tool gets.
const toolsMaxBadCalls = 6

// toolsArgumentChecks judge what allowed tools make of their arguments.
func toolsArgumentChecks() []conformance.Check {
	return []conformance.Check{{
		ID:    "tools/call/invalid-arguments",
		Title: "a call without a required argument, or with one of a wrong type, does not succeed",
		Claims: claims{
			Handshake: ids{"tools.security.validate-inputs"},
			Stateless: ids{"tools.call.input-validation-error", "tools.call.validates-inputs"},
		},
		Needs: "tools allowed-tools",
		Reach: conformance.Invoke,
		Run:   toolsInvalidArguments,
		Fix:   "Validate arguments by the inputSchema before the tool runs.",
	}, {
		ID:     "tools/call/schema-limits",
		Title:  "a call with a value outside an enum, or with an argument too many, does not succeed",
		Claims: claims{Handshake: ids{"tools.call.invalid-arguments-rejected"}, Stateless: ids{"tools.call.validates-inputs"}},
		Needs:  "tools allowed-tools",
		Reach:  conformance.Invoke,
		Run:    toolsSchemaLimits,
		Fix:    "Validate arguments by the inputSchema, or publish a schema that admits what the tool takes.",
	}, {
		ID:     "tools/call/invalid-arguments-as-result",
		Title:  "arguments that do not fit are answered with a result that has isError",
		Claims: claims{Handshake: ids{"tools.call.input-validation-as-tool-error"}},
		Needs:  "tools allowed-tools",
		Reach:  conformance.Invoke,
		Run:    toolsInvalidAsResult,
		Fix:    "Say in the content of a result with isError what does not fit, so that the model can mend it.",
	}, {
		ID:     "tools/call/arguments-optional",
		Title:  "arguments may be left out where none is required",
		Claims: claims{Handshake: ids{"tools.call.arguments-optional"}},
		Needs:  "tools allowed-tools",
		Reach:  conformance.Invoke,
		Run:    toolsArgumentsOptional,
		Fix:    "Take a missing arguments member for {}.",
	}}
}

// toolsEachBad calls allowed tools with arguments that their inputSchema
// refuses. Tools that fail with good arguments, too, would prove nothing.
func toolsEachBad(ctx context.Context, p *conformance.Probe, choose func(schema.Bad) bool, look func(*conformance.Judge, toolsAttempt, schema.Bad)) error {
	j := p.Judge()
	all, err := toolsTried(ctx, p, nil)
	if err != nil {
		return err
	}
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	tools := 0
	for _, t := range all {
		bad, err := schema.Breaking(t.tool.Get("inputSchema").Raw())
		bad = slices.DeleteFunc(bad, func(b schema.Bad) bool { return !choose(b) })
		if err != nil || len(bad) == 0 || !toolsSucceeded(t.Result()) {
			continue
		}
		if tools++; tools > maxTried {
			break
		}
		for _, b := range bad[:min(len(bad), toolsMaxBadCalls)] {
			x := s.Do(ctx, toolsCall(t.tool, b.Value))
			if x.Reply() == nil || x.RPCError() == nil && !toolsComplete(x.Result()) {
				continue // silence and questions are judged elsewhere
			}
			j.Saw(x)
			look(j, toolsAttempt{t.tool, b.Value, x}, b)
		}
	}
	return j.Err("no allowed tool works and could be given arguments that its inputSchema refuses in this way")
}

// toolsOutsideLimits tells values and members beyond what is listed from arguments
// that are missing or of a wrong type.
func toolsOutsideLimits(b schema.Bad) bool {
	return b.Message == "is none of the listed values" || b.Message == "is a member too many"
}

// toolsAccepted faults a call that succeeded with bad arguments.
func toolsAccepted(j *conformance.Judge, t toolsAttempt, b schema.Bad) {
	if toolsSucceeded(t.Result()) {
		j.Failf(t.Exchange, "the tool %.60q succeeded although %s %s", toolName(t.tool), b.Pointer, b.Message)
	}
}

func toolsInvalidArguments(ctx context.Context, p *conformance.Probe) error {
	return toolsEachBad(ctx, p, func(b schema.Bad) bool { return !toolsOutsideLimits(b) }, toolsAccepted)
}

func toolsSchemaLimits(ctx context.Context, p *conformance.Probe) error {
	return toolsEachBad(ctx, p, toolsOutsideLimits, toolsAccepted)
}

func toolsInvalidAsResult(ctx context.Context, p *conformance.Probe) error {
	every := func(schema.Bad) bool { return true }
	accepted := ""
	err := toolsEachBad(ctx, p, every, func(j *conformance.Judge, t toolsAttempt, b schema.Bad) {
		switch failure := t.RPCError(); {
		case failure != nil:
			j.Failf(t.Exchange, "the tool %.60q answered with the JSON-RPC error %d, not with isError, when %s %s",
				toolName(t.tool), failure.Code, b.Pointer, b.Message)
		case toolsSucceeded(t.Result()) && accepted == "" && !toolsOutsideLimits(b):
			accepted = toolName(t.tool)
		}
	})
	if err == nil && accepted != "" {
		return conformance.Blockedf("tools/call/invalid-arguments", "the tool %.60q takes arguments that do not fit", accepted)
	}
	return err
}

func toolsArgumentsOptional(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	all, err := toolsTried(ctx, p, func(e conformance.Entry) bool {
		return e.Get("inputSchema", "required").Len() == 0
	})
	if err != nil {
		return err
	}
	for _, t := range all {
		if mcp.ValueOf(t.arguments).Len() > 0 || !toolsSucceeded(t.Result()) {
			continue
		}
		s, err := p.Shared(ctx) // a tool may have ended the one before
		if err != nil {
			return err
		}
		x := s.Call(ctx, "tools/call", map[string]any{"name": toolName(t.tool)})
		j.Saw(x)
		if !toolsSucceeded(x.Result()) && toolsComplete(x.Result()) {
			j.Failf(x, "the tool %.60q takes {} as arguments, but without any it got %s", toolName(t.tool), outcome(x))
		}
	}
	return j.Err("no allowed tool works without arguments")
}
