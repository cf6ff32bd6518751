package checks

import (
	"context"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// completionRefusalChecks judge what completion/complete refuses.
func completionRefusalChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "completion/refuses/unknown-prompt",
		Title:  "completing a prompt that does not exist is invalid params",
		Claims: claims{Handshake: ids{"completion.invalid-prompt-32602"}, Stateless: ids{"completion.invalid-prompt"}},
		Needs:  "completions",
		Reach:  conformance.Provoke,
		Run:    completionUnknownPrompt,
		Fix:    "Look the prompt up first, and answer -32602 when there is none.",
	}, {
		ID:     "completion/refuses/missing-params",
		Title:  "completion/complete without ref or argument is invalid params",
		Claims: claims{Handshake: ids{"completion.missing-arguments-32602"}, Stateless: ids{"completion.missing-arguments"}},
		Needs:  "completions",
		Reach:  conformance.Provoke,
		Run:    completionMissing,
		Fix:    "Check params against the schema of CompleteRequestParams, and answer -32602.",
	}, {
		ID:     "completion/refuses/unknown-ref-type",
		Title:  "completion/complete refuses references of an unknown type",
		Claims: claims{Handshake: ids{"completion.validates-inputs"}, Stateless: ids{"completion.invalid-ref-type"}},
		Needs:  "completions",
		Reach:  conformance.Provoke,
		Run:    completionUnknownRef,
		Fix:    "Answer -32602 for every ref that is neither ref/prompt nor ref/resource.",
	}}
}

func completionUnknownPrompt(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	if err := completionControl(ctx, p); err != nil {
		return err
	}
	c := completable{ref: map[string]any{"type": "ref/prompt", "name": completionNoPrompt}, argument: "argument"}
	x, err := complete(ctx, p, c.params(""))
	if err != nil {
		return err
	}
	j.Saw(x)
	switch e := x.RPCError(); {
	case e == nil:
		j.Failf(x, "completing an argument of a prompt that does not exist gave no error but %s", outcome(x))
	case e.Code != mcp.CodeInvalidParams:
		j.Faultf(answerTo(x), "/error/code", "completing an argument of a prompt that does not exist gave error %d, expected -32602", e.Code)
	}
	return j.Err("")
}

// completionControl makes sure that the server completes at all: one that
// declares completions and does not know the method is judged elsewhere.
func completionControl(ctx context.Context, p *conformance.Probe) error {
	c, _ := completionAnything(ctx, p)
	x, err := complete(ctx, p, c.params(""))
	if err != nil {
		return err
	}
	e := x.RPCError()
	switch {
	case e != nil && e.Code == mcp.CodeMethodNotFound && p.Revision == mcp.Rev20241105:
		return conformance.Skipf("the server does not complete")
	case e != nil && e.Code == mcp.CodeMethodNotFound:
		return conformance.Blockedf("completion/result/shape", "the server does not know completion/complete")
	case x.Reply() == nil:
		return conformance.Unprovenf("the control request completion/complete was not answered: %s", outcome(x))
	}
	return nil
}

func completionMissing(ctx context.Context, p *conformance.Probe) error {
	if err := completionControl(ctx, p); err != nil {
		return err
	}
	c, _ := completionAnything(ctx, p)
	return refusals(ctx, p, "completion/complete", []map[string]any{
		{"ref": c.ref},
		{"ref": c.ref, "argument": map[string]any{"value": ""}},
		{"argument": map[string]any{"name": c.argument, "value": ""}},
	}, mcp.CodeInvalidParams)
}

func completionUnknownRef(ctx context.Context, p *conformance.Probe) error {
	if err := completionControl(ctx, p); err != nil {
		return err
	}
	c := completable{ref: map[string]any{"type": "ref/none", "name": "mcpctl"}, argument: "argument"}
	codes := []int64{mcp.CodeInvalidParams, mcp.CodeInvalidRequest}
	if p.Revision.Era() == mcp.Handshake {
		// Nothing there says how to refuse, only that inputs are validated.
		codes = append(codes, mcp.CodeInternalError)
	}
	return refusals(ctx, p, "completion/complete", []map[string]any{c.params("")}, codes...)
}
