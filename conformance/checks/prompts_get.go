package checks

import (
	"context"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// promptsGetChecks judge how prompts/get answers what it should and refuses
// what it should not.
func promptsGetChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "prompts/get/unknown-name",
		Title:  "getting a prompt that does not exist is invalid params",
		Claims: claims{Handshake: ids{"prompts.get.unknown-name-32602"}, Stateless: ids{"prompts.get.unknown-name"}},
		Needs:  "prompts",
		Reach:  conformance.Provoke,
		Run:    promptsUnknown,
		Fix:    "Answer with error -32602.",
	}, {
		ID:     "prompts/get/missing-argument",
		Title:  "leaving out a required argument is invalid params",
		Claims: claims{Handshake: ids{"prompts.get.missing-argument-32602"}, Stateless: ids{"prompts.get.missing-arguments"}},
		Needs:  "prompts",
		Reach:  conformance.Provoke,
		Run:    promptsMissingArgument,
		Fix:    "Look for the required arguments before anything else, and answer -32602 when one is missing.",
	}, {
		ID:     "prompts/get/bad-arguments",
		Title:  "arguments that are no strings are refused as such, or at least do no harm",
		Claims: claims{Handshake: ids{"errors.invalid-params.code", "prompts.get.validates-arguments"}},
		Needs:  "prompts",
		Reach:  conformance.Provoke,
		Run:    promptsBadArguments,
		// A server that says -32603 whatever is wrong with params is charged
		// with that once, by errors/params/code.
		General: true,
		Fix:     "Check the types of arguments before they are used, and answer -32602.",
	}, {
		ID:     "prompts/get/malformed",
		Title:  "prompts/get without a name or with arguments that are no strings is refused",
		Claims: claims{Stateless: ids{"prompts.get.malformed-request"}},
		Needs:  "prompts",
		Reach:  conformance.Provoke,
		Run:    promptsMalformed,
		Fix:    "Check params against the schema of GetPromptRequestParams, and answer -32602.",
	}, {
		ID:     "prompts/get/internal-error",
		Title:  "when getting a listed prompt fails inside, the error is -32603",
		Claims: claims{Handshake: ids{"prompts.get.internal-32603"}, Stateless: ids{"prompts.get.internal-error"}},
		Needs:  "prompts",
		Reach:  conformance.Provoke,
		Run:    promptsInternal,
		Fix:    "Answer failures of the server's own with -32603: other codes blame the client.",
	}}
}

// promptsMost bounds how many listed prompts a check gets, the tour's number,
// so that most were got already.
const promptsMost = 5

// promptsListed are the first few listed prompts that have a name.
func promptsListed(ctx context.Context, p *conformance.Probe) ([]conformance.Entry, error) {
	l, err := p.List(ctx, "prompts")
	if err != nil && (l == nil || len(l.Entries) == 0) {
		return nil, err
	}
	var all []conformance.Entry
	for _, e := range l.Entries[:min(len(l.Entries), promptsMost)] {
		if e.Get("name").Text() != "" {
			all = append(all, e)
		}
	}
	if len(all) == 0 {
		return nil, conformance.Unprovenf("the server lists no prompts")
	}
	return all, nil
}

// promptsGetParams ask for a listed prompt as the tour does.
func promptsGetParams(e conformance.Entry) map[string]any {
	return map[string]any{"name": e.Get("name").Text(), "arguments": conformance.PromptArguments(e.Value)}
}

func promptsUnknown(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	if _, err := p.Control(ctx, s); err != nil {
		return err
	}
	x, err := p.Ask(ctx, "prompts/get", map[string]any{"name": "mcpctl-no-such-prompt"})
	if err != nil {
		return err
	}
	j.Saw(x)
	switch e := x.RPCError(); {
	case e == nil:
		j.Failf(x, "getting a prompt that does not exist gave no error but %s", outcome(x))
	case e.Code != mcp.CodeInvalidParams:
		j.Faultf(answerTo(x), "/error/code", "getting a prompt that does not exist gave error %d, expected -32602", e.Code)
	}
	return j.Err("")
}

func promptsMissingArgument(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	listed, err := promptsListed(ctx, p)
	if err != nil {
		return err
	}
	for _, e := range listed {
		name := e.Get("name").Text()
		if len(conformance.PromptArguments(e.Value)) == 0 {
			continue
		}
		for _, params := range []map[string]any{{"name": name}, {"name": name, "arguments": map[string]any{}}} {
			x, err := p.Ask(ctx, "prompts/get", params)
			if err != nil {
				return err
			}
			j.Saw(x)
			switch e := x.RPCError(); {
			case incomplete(x.Result()): // it asks for what is missing, which 2026-07-28 allows
			case e == nil:
				j.Failf(x, "getting %.60q without its required arguments gave no error but %s", name, outcome(x))
			case e.Code != mcp.CodeInvalidParams:
				j.Faultf(answerTo(x), "/error/code", "getting %.60q without its required arguments gave error %d, expected -32602", name, e.Code)
			}
		}
	}
	return j.Err("no listed prompt has a required argument")
}

// promptsBad are params of a listed prompt, one that has arguments if there
// is any, whose arguments are of the wrong types.
func promptsBad(ctx context.Context, p *conformance.Probe) ([]map[string]any, error) {
	listed, err := promptsListed(ctx, p)
	if err != nil {
		return nil, err
	}
	for _, e := range listed {
		argument := e.Get("arguments").Items()
		if len(argument) == 0 || argument[0].Get("name").Text() == "" {
			continue
		}
		arguments := map[string]any{}
		for name, value := range conformance.PromptArguments(e.Value) {
			arguments[name] = value
		}
		arguments[argument[0].Get("name").Text()] = map[string]any{"mcpctl": []any{1}}
		name := e.Get("name").Text()
		return []map[string]any{{"name": name, "arguments": []any{1}}, {"name": name, "arguments": arguments}}, nil
	}
	return []map[string]any{{"name": listed[0].Get("name").Text(), "arguments": []any{1}}}, nil
}

func promptsBadArguments(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	bad, err := promptsBad(ctx, p)
	if err != nil {
		return err
	}
	s, err := p.Fresh(ctx)
	if err != nil {
		return err
	}
	if _, err := p.Control(ctx, s); err != nil {
		return err
	}
	for _, params := range bad {
		x := s.Call(ctx, "prompts/get", params)
		j.Saw(x)
		switch e := x.RPCError(); {
		case x.Reply() == nil:
			j.Failf(x, "prompts/get with params %.100s was not answered: %s", mcp.ValueOf(params), outcome(x))
		case e != nil && e.Code == mcp.CodeInternalError:
			j.Faultf(answerTo(x), "/error/code", "prompts/get with params %.100s was refused as if the server had failed inside: error -32603, expected -32602: %.80q", mcp.ValueOf(params), e.Message)
		}
	}
	if x, err := p.Control(ctx, s); err != nil {
		j.Failf(x, "after prompts/get with bad arguments the server no longer serves: %v", err)
	}
	return j.Err("")
}

func promptsMalformed(ctx context.Context, p *conformance.Probe) error {
	bad, err := promptsBad(ctx, p)
	if err != nil {
		return err
	}
	bad = append(bad, map[string]any{"arguments": map[string]any{}})
	return refusals(ctx, p, "prompts/get", bad, mcp.CodeInvalidParams, mcp.CodeInvalidRequest)
}

func promptsInternal(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	listed, err := promptsListed(ctx, p)
	if err != nil {
		return err
	}
	for _, e := range listed {
		x, err := p.Ask(ctx, "prompts/get", promptsGetParams(e))
		if err != nil {
			return err
		}
		internalError(j, x, "getting the listed prompt", e.Get("name").Text())
	}
	return j.Err("no listed prompt failed to be got")
}
