package checks

import (
	"context"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// mrtrRetries are the checks of requests that are made again with what the
// server asked for.
func mrtrRetries() []conformance.Check {
	return []conformance.Check{{
		ID:     "mrtr/retry/served",
		Title:  "a retry with the answers and the state is served",
		Claims: claims{Stateless: ids{"mrtr.retry.completes"}},
		Reach:  conformance.Provoke,
		Run:    mrtrServed,
	}, {
		ID:     "mrtr/retry/any-connection",
		Title:  "a retry on another connection is served as well",
		Claims: claims{Stateless: ids{"mrtr.retry.any-connection"}},
		Reach:  conformance.Provoke,
		Run:    mrtrAnyConnection,
		Fix:    "Seal what the retry needs into requestState, with a key that all instances of the server share.",
	}, {
		ID:     "mrtr/retry/missing-input",
		Title:  "missing input is asked for again",
		Claims: claims{Stateless: ids{"mrtr.retry.missing-input-reasked"}},
		Reach:  conformance.Provoke,
		Run:    mrtrMissingInput,
	}, {
		ID:     "mrtr/retry/extra-input",
		Title:  "input that nobody asked for is ignored",
		Claims: claims{Stateless: ids{"mrtr.retry.extra-ignored"}},
		Reach:  conformance.Provoke,
		Run:    mrtrExtraInput,
	}, {
		ID:     "mrtr/retry/validated",
		Title:  "input that makes no sense is not used",
		Claims: claims{Stateless: ids{"mrtr.retry.validated"}},
		Reach:  conformance.Provoke,
		Run:    mrtrValidated,
		Fix:    "Check inputResponses before use; answer with -32602 or ask again.",
	}, {
		ID:     "mrtr/retry/abandoned",
		Title:  "requests that are never retried do no harm",
		Claims: claims{Stateless: ids{"mrtr.abandoned-ok"}},
		Reach:  conformance.Provoke,
		Run:    mrtrAbandoned,
	}}
}

// open makes a request for the first time. The exchange asks for input, or the
// request is one that does not ask any more.
func (h *host) open(ctx context.Context, r mcp.Request) (x *mcp.Exchange, asked []question, ok bool) {
	x = h.Do(ctx, r)
	asked = h.questions()
	return x, asked, inputRequired(x.Result())
}

// entrant is a request that asks for input, on a session of the check's own.
type entrant struct {
	*host
	request mcp.Request
	// good is how the request ends when every question is answered well.
	good talk
}

// answered makes the request and answers what it asks, both in the way that
// change makes of the retry. ok is false when it does not ask any more.
func (e entrant) answered(ctx context.Context, answer reply, change func(mcp.Request) mcp.Request) (x *mcp.Exchange, ok bool) {
	first, asked, ok := e.open(ctx, e.request)
	if !ok {
		return nil, false
	}
	answers, ok := answersTo(asked, answer)
	if !ok {
		return nil, false
	}
	x = e.Do(ctx, change(retryOf(e.request, first, answers)))
	e.questions()
	return x, true
}

// wanting are the first few talks of the survey that end with a question.
func wanting(ctx context.Context, p *conformance.Probe) ([]talk, error) {
	all, err := survey(ctx, p)
	if err != nil {
		return nil, err
	}
	var found []talk
	for _, t := range all {
		if inputRequired(t.last().Result()) && len(found) < maxAskers {
			found = append(found, t)
		}
	}
	if len(found) == 0 {
		return nil, conformance.Unprovenf("%s", noInputRequired)
	}
	return found, nil
}

// entrants are requests that ask for input once and then succeed.
func entrants(ctx context.Context, p *conformance.Probe) ([]entrant, error) {
	all, err := wanting(ctx, p)
	if err != nil {
		return nil, err
	}
	h, err := newHost(ctx, p, nil, accepting)
	if err != nil {
		return nil, err
	}
	var found []entrant
	for _, t := range all {
		if good := h.talk(ctx, t.request, accepting); len(good.rounds) == 2 && succeeded(good.last()) {
			found = append(found, entrant{h, t.request, good})
		}
	}
	if h, err = h.orAnother(ctx, p); err != nil {
		return nil, err
	}
	for i := range found {
		found[i].host = h
	}
	if len(found) == 0 {
		return nil, conformance.Unprovenf("no request that asks for input succeeds on its first retry with made-up answers")
	}
	return found, nil
}

func mrtrServed(ctx context.Context, p *conformance.Probe) error {
	all, err := wanting(ctx, p)
	if err != nil {
		return err
	}
	h, err := newHost(ctx, p, nil, accepting)
	if err != nil {
		return err
	}
	j := p.Judge()
	for _, t := range all {
		x, served := servedRetry(ctx, h, t.request)
		j.Saw(x)
		if !served {
			j.Failf(x, "no retry of %s was served, whatever the answers: %s", t.named(), outcome(x))
		}
	}
	return j.Err("")
}

// servedRetry answers a request well until one retry got a result; made-up
// answers may rightly be refused, but not all that there can be.
func servedRetry(ctx context.Context, h *host, r mcp.Request) (x *mcp.Exchange, served bool) {
	for _, answer := range []reply{accepting, acting("decline"), acting("cancel")} {
		t := h.talk(ctx, r, answer)
		if x = t.last(); x.Result().Exists() {
			return x, true
		}
	}
	return x, false
}

func mrtrAnyConnection(ctx context.Context, p *conformance.Probe) error {
	all, err := entrants(ctx, p)
	if err != nil {
		return err
	}
	j, bound := p.Judge(), false
	for _, e := range all {
		first, asked, ok := e.open(ctx, e.request)
		if !ok {
			continue
		}
		answers, _ := answersTo(asked, accepting)
		other, err := newHost(ctx, p, nil, accepting)
		if err != nil {
			return err
		}
		x := other.Do(ctx, retryOf(e.request, first, answers))
		switch {
		case x.Result().Exists():
			j.Saw(x)
		case p.Transport == mcp.Stdio && first.Result().Has("requestState"):
			bound = true // a key that lives as long as the process is not ruled out
		default:
			j.Failf(x, "the retry of %s was not served on another connection: %s", requestName(e.request), outcome(x))
		}
	}
	if bound {
		return j.Err("another process does not take requestState up; it may seal with a key of its own")
	}
	return j.Err("no request asked for input again")
}

func mrtrMissingInput(ctx context.Context, p *conformance.Probe) error {
	without := func(r mcp.Request) mcp.Request { return withParam(r, "inputResponses", map[string]any{}) }
	return mrtrAltered(ctx, p, without, func(j *conformance.Judge, e entrant, x *mcp.Exchange) {
		if !inputRequired(x.Result()) && !succeeded(x) {
			j.Failf(x, "%s failed for want of input, where it could have asked again: %s", requestName(e.request), outcome(x))
		}
	})
}

func mrtrExtraInput(ctx context.Context, p *conformance.Probe) error {
	more := func(r mcp.Request) mcp.Request {
		params, _ := r.Params.(map[string]any)
		answers := map[string]any{"mcpctl-extra": map[string]any{"action": "decline"}}
		for _, m := range mcp.ValueOf(params["inputResponses"]).Members() {
			answers[m.Name] = m.Value
		}
		return withParam(r, "inputResponses", answers)
	}
	return mrtrAltered(ctx, p, more, func(j *conformance.Judge, e entrant, x *mcp.Exchange) {
		if !inputRequired(x.Result()) && !succeeded(x) {
			j.Failf(x, "%s failed because of an input response that nobody asked for: %s", requestName(e.request), outcome(x))
		}
	})
}

// mrtrAltered judges retries that differ from good ones in one way.
func mrtrAltered(ctx context.Context, p *conformance.Probe, change func(mcp.Request) mcp.Request, look func(*conformance.Judge, entrant, *mcp.Exchange)) error {
	all, err := entrants(ctx, p)
	if err != nil {
		return err
	}
	j := p.Judge()
	for _, e := range all {
		if x, ok := e.answered(ctx, accepting, change); ok {
			j.Saw(x)
			look(j, e, x)
		}
	}
	return j.Err("no request asked for input again")
}

// nonsense is input that makes no sense.
type nonsense struct {
	what   string
	answer reply                         // how questions are answered
	change func(mcp.Request) mcp.Request // what becomes of the retry
}

// nonsenses are several kinds of nonsense.
func nonsenses() []nonsense {
	same := func(r mcp.Request) mcp.Request { return r }
	whole := func(v any) func(mcp.Request) mcp.Request {
		return func(r mcp.Request) mcp.Request { return withParam(r, "inputResponses", v) }
	}
	each := func(v any) reply { return func(question) (any, *mcp.RPCError) { return v, nil } }
	return []nonsense{
		{"inputResponses as a string", accepting, whole("mcpctl")},
		{"inputResponses as an array", accepting, whole([]any{"mcpctl"})},
		{"responses that are strings", each("mcpctl"), same},
		{"responses that are numbers", each(7), same},
		{"an unknown action", instead(askElicit, map[string]any{"action": "maybe"}), same},
	}
}

func mrtrValidated(ctx context.Context, p *conformance.Probe) error {
	all, err := entrants(ctx, p)
	if err != nil {
		return err
	}
	j := p.Judge()
	for _, e := range all {
		for _, n := range nonsenses() {
			if n.what == "an unknown action" && len(e.good.asks(askElicit)) == 0 {
				continue
			}
			x, ok := e.answered(ctx, n.answer, n.change)
			if !ok {
				continue
			}
			j.Saw(x)
			if succeeded(x) {
				j.Failf(x, "%s succeeded with %s", requestName(e.request), n.what)
			}
		}
	}
	if !j.Bad() {
		stillServes(ctx, p, all[0].Session, "input that makes no sense")
	}
	return j.Err("no request asked for input again")
}

// maxAbandoned is how often a request is made and left alone.
const maxAbandoned = 5

func mrtrAbandoned(ctx context.Context, p *conformance.Probe) error {
	all, err := wanting(ctx, p)
	if err != nil {
		return err
	}
	h, err := newHost(ctx, p, nil, accepting)
	if err != nil {
		return err
	}
	j := p.Judge()
	for _, t := range all {
		for range maxAbandoned {
			x := h.Do(ctx, t.request)
			j.Saw(x)
			if x.Reply() == nil {
				j.Failf(x, "%s is no longer answered after it asked for input that did not come: %s", t.named(), outcome(x))
				break
			}
		}
	}
	if !j.Bad() {
		stillServes(ctx, p, h.Session, "requests that were not retried")
	}
	return j.Err("")
}
