package checks

import (
	"context"
	"fmt"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// completionResultChecks judge what completing something listed gives.
func completionResultChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "completion/result/shape",
		Title:  "completions are an array of strings, with a numeric total and a boolean hasMore if any",
		Claims: claims{Handshake: ids{"completion.result-shape"}, Stateless: ids{"completion.result.shape"}},
		Needs:  "completions",
		Reach:  conformance.Provoke,
		Run:    completionShape,
	}, {
		ID:     "completion/result/max-100",
		Title:  "no more than 100 completions come at once",
		Claims: claims{Handshake: ids{"completion.max-100"}, Stateless: ids{"completion.result.max-100"}},
		Needs:  "completions",
		Reach:  conformance.Provoke,
		Run:    completionMax,
		Fix:    "Send the best 100, with total and hasMore.",
	}, {
		ID:     "completion/result/total-consistent",
		Title:  "total and hasMore agree with the completions sent",
		Claims: claims{Handshake: ids{"completion.total-consistent"}, Stateless: ids{"completion.result.total-consistent"}},
		Needs:  "completions",
		Reach:  conformance.Provoke,
		Run:    completionTotal,
	}, {
		ID:     "completion/context/accepted",
		Title:  "arguments that are chosen already may be given as context",
		Claims: claims{Handshake: ids{"completion.context-accepted"}, Stateless: ids{"completion.context-accepted"}},
		Needs:  "completions",
		Reach:  conformance.Provoke,
		Run:    completionContext,
		Fix:    "Let the member context be; it need not be heeded.",
	}, {
		ID:     "completion/result/internal-error",
		Title:  "when completing something listed fails inside, the error is -32603",
		Claims: claims{Handshake: ids{"completion.internal-32603"}, Stateless: ids{"completion.internal-error"}},
		Needs:  "completions",
		Reach:  conformance.Provoke,
		Run:    completionInternal,
		Fix:    "Answer failures of the server's own with -32603: other codes blame the client.",
	}}
}

// completionEach completes the first few listed things.
func completionEach(ctx context.Context, p *conformance.Probe, look func(completable, *mcp.Exchange)) error {
	all := completables(ctx, p)
	if len(all) == 0 {
		return conformance.Unprovenf("the server lists no prompt with arguments and no resource template")
	}
	for _, c := range all {
		x, err := complete(ctx, p, c.params(""))
		if err != nil {
			return err
		}
		if e := x.RPCError(); p.Revision == mcp.Rev20241105 && e != nil && e.Code == mcp.CodeMethodNotFound {
			return conformance.Skipf("the server does not complete")
		}
		look(c, x)
	}
	return nil
}

const completionNone = "no argument of a listed prompt and no variable of a listed template could be completed"

// completionResults completes the first few listed things and judges the
// completions that come.
func completionResults(ctx context.Context, p *conformance.Probe, look func(c completable, completion mcp.Value) []fault) error {
	j := p.Judge()
	err := completionEach(ctx, p, func(c completable, x *mcp.Exchange) {
		if completion := x.Result().Get("completion"); completion.Is(mcp.Object) {
			j.Saw(x)
			part{completion, "/result/completion"}.faults(j, answerTo(x), look(c, completion))
		}
	})
	if err != nil {
		return err
	}
	return j.Err(completionNone)
}

func completionShape(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	err := completionEach(ctx, p, func(c completable, x *mcp.Exchange) {
		e, completion := x.RPCError(), x.Result().Get("completion")
		switch {
		case e != nil && e.Code == mcp.CodeMethodNotFound:
			j.Failf(x, "the server declares completions, but does not know completion/complete: %s", outcome(x))
		case !x.Result().Exists():
		case !completion.Is(mcp.Object):
			j.Faultf(answerTo(x), "/result", "the result of completion/complete must have an object completion, not %s", aKind(completion))
		default:
			j.Saw(x)
			part{completion, "/result/completion"}.faults(j, answerTo(x), completionFaults(completion))
		}
	})
	if err != nil {
		return err
	}
	return j.Err(completionNone)
}

func completionFaults(completion mcp.Value) []fault {
	var all []fault
	values, total, more := completion.Get("values"), completion.Get("total"), completion.Get("hasMore")
	if !values.Is(mcp.Array) {
		all = append(all, fault{"/values", fmt.Sprintf("values must be an array, not %s", aKind(values))})
	}
	for i, v := range values.Items() {
		if !v.Is(mcp.String) {
			all = append(all, fault{fmt.Sprintf("/values/%d", i), fmt.Sprintf("values must be strings, not %s", aKind(v))})
		}
	}
	if total.Exists() && !total.Whole() {
		all = append(all, fault{"/total", fmt.Sprintf("total must be a whole number, not %.40s", total)})
	}
	if more.Exists() && !more.Is(mcp.Bool) {
		all = append(all, fault{"/hasMore", fmt.Sprintf("hasMore must be a boolean, not %s", aKind(more))})
	}
	return all
}

func completionMax(ctx context.Context, p *conformance.Probe) error {
	return completionResults(ctx, p, func(c completable, completion mcp.Value) []fault {
		const most = 100
		if n := completion.Get("values").Len(); n > most {
			return []fault{{"/values", fmt.Sprintf("completing %s gave %d values, more than %d", c, n, most)}}
		}
		return nil
	})
}

func completionTotal(ctx context.Context, p *conformance.Probe) error {
	return completionResults(ctx, p, func(c completable, completion mcp.Value) []fault {
		total, ok := completion.Get("total").Float()
		n, more := float64(completion.Get("values").Len()), completion.Get("hasMore")
		switch {
		case !ok:
		case total < n:
			return []fault{{"/total", fmt.Sprintf("completing %s gave %g values and a total of %g", c, n, total)}}
		case more.Is(mcp.Bool) && more.True() != (total > n):
			return []fault{{"/hasMore", fmt.Sprintf("completing %s gave %g values of %g, and hasMore is %s", c, n, total, more)}}
		}
		return nil
	})
}

func completionContext(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	err := completionEach(ctx, p, func(c completable, without *mcp.Exchange) {
		if !without.Result().Exists() || j.Bad() {
			return // without context it does not work either
		}
		params := c.params("")
		params["context"] = map[string]any{"arguments": completionChosen(ctx, p, c)}
		with, err := complete(ctx, p, params)
		if err != nil {
			return
		}
		j.Saw(with)
		if !with.Result().Exists() {
			j.Failf(with, "completing %s works, but not with a context: %s", c, outcome(with))
		}
	})
	if err != nil {
		return err
	}
	return j.Err(completionNone)
}

// completionChosen gives the other arguments of c values that the server has
// suggested itself, so that it has no reason to refuse them.
func completionChosen(ctx context.Context, p *conformance.Probe, c completable) map[string]any {
	chosen := map[string]any{}
	for _, name := range c.siblings[:min(len(c.siblings), 2)] {
		x, err := complete(ctx, p, completable{ref: c.ref, argument: name}.params(""))
		if err != nil {
			continue
		}
		if values := x.Result().Get("completion", "values").Items(); len(values) > 0 && values[0].Is(mcp.String) {
			chosen[name] = values[0].Text()
		}
	}
	return chosen
}

func completionInternal(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	err := completionEach(ctx, p, func(c completable, x *mcp.Exchange) {
		if e := x.RPCError(); e != nil && e.Code != mcp.CodeMethodNotFound { // that is judged with the shape
			internalError(j, x, "completing", c.String())
		}
	})
	if err != nil {
		return err
	}
	return j.Err("completing nothing that is listed failed inside the server")
}
