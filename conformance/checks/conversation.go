package checks

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// Bounds on conversations.
const (
	maxRounds = 8 // retries of one request
	maxAskers = 3 // requests that one check makes a server ask by

	// surveyTime is when a survey stops at what it has found: tools may
	// take long, and checks wait for it.
	surveyTime = 20 * time.Second
)

// reply is what a client answers to a question; a refusal takes the place of
// the result. Where answers travel in a retry nothing can be refused: the
// client then does not come back.
type reply func(question) (result any, refusal *mcp.RPCError)

// host plays the client's part on a session of its own: it carries out
// requests one at a time and answers what the server asks meanwhile, in the
// manner of the era.
type host struct {
	*mcp.Session
	seen   int // the last frame that was looked at
	rounds int // how many retries one request may take

	mu    sync.Mutex
	reply reply
}

// newHost opens a session with client capabilities, nil for all that there
// are. answer is for what the server asks while the session opens.
func newHost(ctx context.Context, p *conformance.Probe, capabilities map[string]any, answer reply) (*host, error) {
	h := &host{seen: -1, rounds: maxRounds, reply: answer}
	s, err := p.FreshWith(ctx, func(o *mcp.Options) {
		o.Capabilities, o.Answer, o.Listen = capabilities, h.answer, true
	})
	h.Session = s
	return h, err
}

// answer replies to a request of the server's.
func (h *host) answer(m mcp.Message) (any, *mcp.RPCError) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, q := range questionsIn(conformance.Seen{Message: m}) {
		return h.reply(q)
	}
	return mcp.DefaultAnswer(m)
}

// talk is a request that was carried out, and what the server asked for it.
type talk struct {
	request mcp.Request
	asked   []question
	rounds  []*mcp.Exchange // in the handshake era there is one
}

// last is the exchange that ended the talk.
func (t talk) last() *mcp.Exchange { return t.rounds[len(t.rounds)-1] }

// named is the request in words.
func (t talk) named() string { return requestName(t.request) }

// asks are the questions of a method.
func (t talk) asks(method string) []question {
	return slices.DeleteFunc(slices.Clone(t.asked), func(q question) bool { return q.method() != method })
}

// succeeded reports that an exchange ended with a final result that is no
// failure.
func succeeded(x *mcp.Exchange) bool { return toolsSucceeded(x.Result()) }

// requestName puts a request into words: its method and what it is for.
func requestName(r mcp.Request) string {
	params, _ := r.Params.(map[string]any)
	for _, member := range []string{"name", "uri"} {
		if name, ok := params[member].(string); ok {
			return r.Method + " of " + mcp.ValueOf(cutText(name)).String()
		}
	}
	return r.Method
}

// cutText keeps the beginning of a text.
func cutText(text string) string {
	if r := []rune(text); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return text
}

// talk carries out a request. It ends with the response, or when a question
// is refused, or after too many rounds.
func (h *host) talk(ctx context.Context, r mcp.Request, answer reply) talk {
	h.mu.Lock()
	h.reply = answer
	h.mu.Unlock()
	t := talk{request: r}
	for {
		x := h.Do(ctx, r)
		t.rounds = append(t.rounds, x)
		open := h.questions()
		t.asked = append(t.asked, open...)
		if !inputRequired(x.Result()) || len(t.rounds) > h.rounds {
			return t
		}
		answers, ok := answersTo(open, answer)
		if !ok {
			return t
		}
		r = retryOf(t.request, x, answers)
	}
}

// talks carries out requests until the time for surveys is over.
func (h *host) talks(ctx context.Context, requests []mcp.Request, answer reply) []talk {
	var all []talk
	for began := time.Now(); len(requests) > 0 && time.Since(began) < surveyTime; requests = requests[1:] {
		all = append(all, h.talk(ctx, requests[0], answer))
	}
	return all
}

// questions are those that came since the last look.
func (h *host) questions() []question {
	var all []question
	for _, m := range heard(h.Log(), h.seen) {
		all = append(all, questionsIn(m)...)
		h.seen = max(h.seen, m.Frame.Seq)
	}
	return all
}

// answersTo are the inputResponses to some questions; ok is false when one of
// them is refused.
func answersTo(open []question, answer reply) (answers map[string]any, ok bool) {
	answers = map[string]any{}
	for _, q := range open {
		if q.in.MessageKind() == mcp.RequestMessage {
			continue // it has no place in this era and gets no answer
		}
		result, refusal := answer(q)
		if refusal != nil {
			return nil, false
		}
		answers[q.key] = result
	}
	return answers, true
}

// retryOf is a request made again after x has asked for input. nil answers
// are left out, as is the state when x gave none.
func retryOf(r mcp.Request, x *mcp.Exchange, answers map[string]any) mcp.Request {
	if state := x.Result().Get("requestState"); state.Exists() {
		r = withParam(r, "requestState", state)
	}
	if answers == nil {
		return r
	}
	return withParam(r, "inputResponses", answers)
}

// withParam is a request with another value of one member of its params.
func withParam(r mcp.Request, name string, value any) mcp.Request {
	old, _ := r.Params.(map[string]any)
	params := map[string]any{}
	maps.Copy(params, old)
	params[name] = value
	r.Params = params
	return r
}

// survey makes the requests that may make a server ask for something, once
// for all checks: reads, prompts, and the tools that the user allowed.
// Questions are declined.
func survey(ctx context.Context, p *conformance.Probe) ([]talk, error) {
	return conformance.Once(ctx, p, "survey of questions", func(ctx context.Context) ([]talk, error) {
		if p.Revision.Era() == mcp.Stateless {
			return statelessSurvey(ctx, p)
		}
		h, err := newHost(ctx, p, nil, declining)
		if err != nil {
			return nil, err
		}
		// Some servers ask at once when a session opens.
		all := []talk{h.talk(ctx, mcp.Request{Method: "ping"}, declining)}
		return append(all, h.talks(ctx, surveyed(ctx, p), declining)...), nil
	})
}

// statelessSurvey asks on the shared session: the questions come with the
// answers, so nothing else gets in between.
func statelessSurvey(ctx context.Context, p *conformance.Probe) ([]talk, error) {
	var all []talk
	for _, r := range surveyed(ctx, p) {
		x, err := askAny(ctx, p, r)
		if err != nil {
			return nil, err
		}
		all = append(all, talk{r, questionsIn(answerTo(x)), []*mcp.Exchange{x}})
	}
	return all, nil
}

// askAny is Ask, but for requests with headers of their own.
func askAny(ctx context.Context, p *conformance.Probe, r mcp.Request) (*mcp.Exchange, error) {
	if len(r.Header) == 0 {
		return p.Ask(ctx, r.Method, r.Params)
	}
	s, err := p.Shared(ctx)
	if err != nil {
		return nil, err
	}
	return s.Do(ctx, r), nil
}

// surveyed are the requests of the survey.
func surveyed(ctx context.Context, p *conformance.Probe) []mcp.Request {
	var all []mcp.Request
	for _, e := range errandEntries(ctx, p, "resources") {
		all = append(all, mcp.Request{Method: "resources/read", Params: map[string]any{"uri": e.Get("uri").Text()}})
	}
	for _, e := range errandEntries(ctx, p, "prompts") {
		all = append(all, mcp.Request{Method: "prompts/get", Params: promptsGetParams(e)})
	}
	tools, err := p.AllowedTools(ctx)
	if err != nil {
		return all
	}
	for _, tool := range tools[:min(maxToolCalls, len(tools))] {
		if arguments, ok := toolsExample(tool); ok {
			all = append(all, toolsCall(tool, arguments))
		}
	}
	return all
}

// askers are the first few talks of the survey in which the server asked a
// question that the look chooses. When there are none, the error says so.
func askers(ctx context.Context, p *conformance.Probe, method string, choose func(question) bool) ([]talk, error) {
	all, err := survey(ctx, p)
	if err != nil {
		return nil, err
	}
	var found []talk
	for _, t := range all {
		if len(found) < maxAskers && slices.ContainsFunc(t.asks(method), choose) {
			found = append(found, t)
		}
	}
	if len(found) == 0 {
		return nil, conformance.Unprovenf("%s", notAsked(p.Facts, method))
	}
	return found, nil
}

// anyQuestion chooses every question.
func anyQuestion(question) bool { return true }

// talksWith makes the requests that make the server ask anything once more,
// for a client with other capabilities. Checks share what came of it.
func talksWith(ctx context.Context, p *conformance.Probe, capabilities map[string]any) ([]talk, error) {
	key, err := json.Marshal(capabilities)
	if err != nil {
		return nil, err
	}
	return conformance.Once(ctx, p, "questions to "+string(key), func(ctx context.Context) ([]talk, error) {
		all, err := survey(ctx, p)
		if err != nil {
			return nil, err
		}
		h, err := newHost(ctx, p, capabilities, accepting)
		if err != nil {
			return nil, err
		}
		var again []mcp.Request
		for _, t := range all {
			if len(t.asked) > 0 || demandsVisit(t.last()) {
				again = append(again, t.request)
			}
		}
		return h.talks(ctx, again, accepting), nil
	})
}
