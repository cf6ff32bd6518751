package checks

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// Bounds on conversations.
const (
	maxRounds   = 8               // retries of one request
	openingTime = 2 * time.Second // until a question comes that a server asks as a session opens
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

// orAnother is the host, or another one when its session is of no more use.
// What was to blame for that is for other checks to say.
func (h *host) orAnother(ctx context.Context, p *conformance.Probe) (*host, error) {
	if _, err := p.Control(ctx, h.Session); err == nil {
		return h, nil
	}
	return newHost(ctx, p, nil, declining)
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
	opening bool            // it was the opening of the session that made the server ask
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

// awaitOpening waits for a question that the server asks as a session opens,
// and for the answer to be on its way.
func (h *host) awaitOpening(ctx context.Context, method string) {
	ctx, cancel := context.WithTimeout(ctx, openingTime)
	defer cancel()
	var id mcp.Value
	_, err := h.Await(ctx, func(f mcp.Frame) bool {
		m, err := f.Message()
		id = m.ID()
		return err == nil && f.Direction == mcp.Received && m.MessageKind() == mcp.RequestMessage && m.Method() == method
	})
	if err != nil {
		return // the check will say that there was no such question
	}
	_, _ = h.Await(ctx, func(f mcp.Frame) bool {
		m, err := f.Message()
		return err == nil && f.Direction == mcp.Sent && m.MessageKind() == mcp.ResponseMessage && mcp.Equal(m.ID(), id)
	})
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
