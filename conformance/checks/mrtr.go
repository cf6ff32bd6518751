package checks

import (
	"context"
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// mrtr is the suite about basic/patterns/mrtr of 2026-07-28: results that ask
// the client for input, and the requests that bring it.
func mrtr() conformance.Suite {
	return conformance.Suite{ID: "mrtr", Title: "Multi round-trip requests", Checks: slices.Concat(
		mrtrResults(), mrtrRetries(), mrtrStates(),
	)}
}

// mrtrResults are the checks of the results that ask for input.
func mrtrResults() []conformance.Check {
	return []conformance.Check{{
		ID:     "mrtr/results/only-way",
		Title:  "the client is asked for something only in input_required results",
		Claims: claims{Stateless: ids{"mrtr.server-requests-via-mrtr"}},
		Watch:  mrtrOnlyWay,
	}, {
		ID:     "mrtr/results/methods",
		Title:  "only tools/call, resources/read and prompts/get ask for input",
		Claims: claims{Stateless: ids{"mrtr.supported-methods-only"}},
		Watch:  mrtrMethods,
	}, {
		ID:     "mrtr/results/content",
		Title:  "an input_required result has inputRequests or requestState",
		Claims: claims{Stateless: ids{"mrtr.result.has-content"}},
		Watch:  mrtrContent,
	}, {
		ID:     "mrtr/requests/shape",
		Title:  "inputRequests is a map of request objects",
		Claims: claims{Stateless: ids{"mrtr.input-requests.shape"}},
		Watch:  mrtrShape,
	}, {
		ID:     "mrtr/requests/kinds",
		Title:  "input requests are elicitations, sampling or roots",
		Claims: claims{Stateless: ids{"mrtr.input-requests.kinds"}},
		Watch:  mrtrKinds,
	}, {
		ID:     "mrtr/requests/keys-unique",
		Title:  "the keys of inputRequests are unique",
		Claims: claims{Stateless: ids{"mrtr.input-requests.keys-unique"}},
		Watch:  mrtrKeys,
	}, {
		ID:     "mrtr/requests/declared",
		Title:  "only what the client declared on that request is asked for",
		Claims: claims{Stateless: ids{"mrtr.no-undeclared-input-request"}},
		Reach:  conformance.Provoke,
		Run:    mrtrDeclared,
		Fix:    "Look at the clientCapabilities in _meta of the very request, and answer with error -32021 when they do not suffice.",
	}, {
		ID:     "mrtr/state/string",
		Title:  "requestState is a string",
		Claims: claims{Stateless: ids{"mrtr.request-state.string"}},
		Watch:  mrtrStateString,
	}}
}

const noInputRequired = "no result asked for input; servers mostly ask in a tool, and only those are called that --allow-tool allows"

// eachInputRequired judges all results that ask for input.
func eachInputRequired(t *conformance.Traffic, look func(j *conformance.Judge, m conformance.Seen)) error {
	j := t.Judge()
	for m := range t.Received() {
		if inputRequired(m.Result()) {
			look(j, m)
		}
	}
	return j.Err(noInputRequired)
}

func mrtrOnlyWay(t *conformance.Traffic) error {
	j := t.Judge()
	for m := range t.Received() {
		for _, q := range questionsIn(m) {
			j.Met(m)
			if m.MessageKind() == mcp.RequestMessage {
				q.fault(j, "", "the server asked with %s as a request of its own", q.method())
			}
		}
	}
	return j.Err("the server asked its client for nothing")
}

func mrtrMethods(t *conformance.Traffic) error {
	j := t.Judge()
	for m := range t.Results() {
		method := m.Exchange.Request.Method
		if slices.Contains([]string{"tools/call", "resources/read", "prompts/get"}, method) {
			continue
		}
		j.Met(m)
		if inputRequired(m.Result()) {
			j.Faultf(m, "/result/resultType", "the result of %s asks for input", method)
		}
	}
	return j.Err("there was no result of another method")
}

func mrtrContent(t *conformance.Traffic) error {
	return eachInputRequired(t, func(j *conformance.Judge, m conformance.Seen) {
		j.Met(m)
		requests := m.Result().Get("inputRequests")
		switch {
		case m.Result().Has("requestState"):
		case !requests.Exists():
			j.Faultf(m, "/result", "an input_required result has neither inputRequests nor requestState")
		case requests.Is(mcp.Object) && requests.Len() == 0:
			j.Faultf(m, "/result/inputRequests", "an input_required result without requestState has no input requests")
		}
	})
}

func mrtrShape(t *conformance.Traffic) error {
	return eachInputRequired(t, func(j *conformance.Judge, m conformance.Seen) {
		requests := m.Result().Get("inputRequests")
		if !requests.Exists() {
			return
		}
		j.Met(m)
		if !requests.Is(mcp.Object) {
			j.Faultf(m, "/result/inputRequests", "inputRequests must be an object, not %s", aKind(requests))
		}
		for _, q := range questionsIn(m) {
			params := q.params()
			switch {
			case !q.value.Is(mcp.Object):
				q.fault(j, "", "an input request must be an object, not %s", aKind(q.value))
			case !q.value.Get("method").Is(mcp.String):
				q.fault(j, "/method", "an input request must have a method, a string, not %s", aKind(q.value.Get("method")))
			case !params.Is(mcp.Object) && (params.Exists() || q.method() != askRoots):
				q.fault(j, "/params", "the params of %.60s must be an object, not %s", q.method(), aKind(params))
			}
		}
	})
}

// eachInputRequest judges all entries of inputRequests.
func eachInputRequest(t *conformance.Traffic, look func(j *conformance.Judge, q question)) error {
	return eachInputRequired(t, func(j *conformance.Judge, m conformance.Seen) {
		for _, q := range questionsIn(m) {
			j.Met(m)
			look(j, q)
		}
	})
}

func mrtrKinds(t *conformance.Traffic) error {
	return eachInputRequest(t, func(j *conformance.Judge, q question) {
		method := q.value.Get("method")
		if method.Is(mcp.String) && !slices.Contains([]string{askElicit, askSample, askRoots}, method.Text()) {
			q.fault(j, "/method", "an input request has the method %.60s", method)
		}
	})
}

func mrtrKeys(t *conformance.Traffic) error {
	return eachInputRequired(t, func(j *conformance.Judge, m conformance.Seen) {
		requests := m.Result().Get("inputRequests")
		if !requests.Is(mcp.Object) {
			return
		}
		j.Met(m)
		for _, key := range requests.Duplicates() {
			j.Faultf(m, "/result/inputRequests", "inputRequests has the key %.60q twice", key)
		}
	})
}

func mrtrStateString(t *conformance.Traffic) error {
	return eachInputRequired(t, func(j *conformance.Judge, m conformance.Seen) {
		state := m.Result().Get("requestState")
		if !state.Exists() {
			return
		}
		j.Met(m)
		if !state.Is(mcp.String) {
			j.Faultf(m, "/result/requestState", "requestState must be a string, not %s", aKind(state))
		}
	})
}

// mrtrDeclared asks as clients that declare nothing, or one thing alone.
func mrtrDeclared(ctx context.Context, p *conformance.Probe) error {
	full := mcp.FullCapabilities(p.Revision)
	needs := map[string]string{askElicit: "elicitation", askSample: "sampling", askRoots: "roots"}
	all, err := survey(ctx, p)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(t talk) bool { return len(t.asked) > 0 }) {
		return conformance.Unprovenf("%s", noInputRequired)
	}
	j := p.Judge()
	for _, alone := range []string{"", "elicitation", "sampling", "roots"} {
		declared := map[string]any{}
		if alone != "" {
			declared[alone] = full[alone]
		}
		again, err := talksWith(ctx, p, declared)
		if err != nil {
			return err
		}
		for _, t := range again {
			j.Saw(t.last())
			for _, q := range t.asked {
				if need := needs[q.method()]; need != "" && need != alone {
					q.fault(j, "", "during %s a client is asked for %s that does not declare %s", t.named(), q.method(), need)
				}
			}
		}
	}
	return j.Err("")
}
