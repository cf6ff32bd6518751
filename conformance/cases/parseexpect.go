package cases

import (
	"fmt"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

// maxWithin bounds a latency budget: a run that waits longer is stuck.
const maxWithin = time.Hour

// place is how messages name a step.
func place(part string, i int) string {
	if part == "steps" {
		part = "step"
	}
	return fmt.Sprintf("%s %d", part, i+1)
}

func (r *reader) expect(n *node, s step) expect {
	e := expect{}
	if !r.keys(n, "expect", expectKeys) {
		return e
	}
	for _, m := range n.members {
		switch m.name {
		case "result":
			e.result = both(e.result, r.expected(m.value))
		case "error":
			e.fault = r.fault(m.value)
		case "isError":
			if e.isError = r.expected(m.value); s.verb != "call" {
				r.fail(m.key, "only tools answer with isError, and this step is %s", s.verb)
			}
		case "golden":
			if g := r.golden(m.value); g != nil {
				e.result = both(e.result, g)
			}
		case "notifications":
			e.notifications = r.notifications(m.value)
		case "within":
			e.within = r.duration(m.value)
		case "status":
			if e.status = r.expected(m.value); s.verb != "raw" {
				r.fail(m.key, "only the step raw knows the status of HTTP, and this step is %s", s.verb)
			}
		}
	}
	if e.result != nil && e.fault != nil {
		r.fail(n, "an answer has either a result or an error")
	}
	return e
}

func both(a, b matcher) matcher {
	if a == nil {
		return b
	}
	return every{a, b}
}

// fault reads what is expected of an error: some of code, message and data.
func (r *reader) fault(n *node) matcher {
	if n.kind == mcp.Object && !special(n) {
		r.keys(n, "error", []string{"code", "message", "data"})
	} else if n.kind != mcp.Object {
		r.fail(n, "error is a mapping, as in {code: -32602}, or {$any: true}")
		return nil
	}
	return r.expected(n)
}

func (r *reader) duration(n *node) time.Duration {
	written, ok := r.string(n, "within")
	if !ok {
		return 0
	}
	d, err := time.ParseDuration(written)
	if err != nil || d <= 0 || d > maxWithin {
		r.fail(n, "%.40q is no time like 200ms or 1.5s", written)
	}
	return d
}

func (r *reader) notifications(n *node) []awaited {
	if n.kind != mcp.Array || len(n.items) == 0 {
		r.fail(n, "notifications is a list, as in [{method: notifications/progress}]")
		return nil
	}
	var all []awaited
	for _, item := range n.items {
		if !r.keys(item, "a notification", notificationKeys) {
			continue
		}
		a := awaited{params: anything{}}
		if method := item.get("method"); method == nil {
			r.fail(item, "the notification has no method")
		} else {
			a.method, _ = r.string(method, "method")
		}
		if params := item.get("params"); params != nil {
			a.params = r.expected(params)
		}
		if gone := item.get("absent"); gone != nil {
			if a.absent = gone.value.True(); gone.kind != mcp.Bool {
				r.fail(gone, "absent is true or false")
			}
		}
		all = append(all, a)
	}
	return all
}

// rawStep is a frame that is sent as it is.
type rawStep struct {
	text  *text  // as written, or
	value *value // as compact JSON
}

func (r *reader) rawStep(n *node) *rawStep {
	switch n.kind {
	case mcp.String:
		t := r.text(n)
		return &rawStep{text: &t}
	case mcp.Object, mcp.Array:
		v := r.value(n)
		return &rawStep{value: &v}
	}
	r.fail(n, "raw is the text of a frame, or a mapping that is sent as JSON")
	return &rawStep{text: new(text)}
}

// bytes is the frame. A line of standard input ends where a line does, so that
// it has none of its own.
func (s rawStep) bytes(v vars) []byte {
	if s.value != nil {
		filled := s.value.fill(v)
		return filled.Raw()
	}
	return []byte(s.text.fill(v, nil))
}

// answer is what the client answers to a question of the server's.
type answer struct {
	method string
	asked  matcher // what the question has to be; nil for whatever it is
	result value
	refuse *value // the error to answer with, in place of a result
}

var questions = []string{"elicitation/create", "sampling/createMessage", "roots/list"}

func (r *reader) answers(list *node) []answer {
	if list.kind != mcp.Array {
		r.fail(list, "answers is a list, as in [{elicitation/create: {action: accept, content: {…}}}]")
		return nil
	}
	var all []answer
	for _, n := range list.items {
		if a, ok := r.answer(n); ok {
			all = append(all, a)
		}
	}
	return all
}

func (r *reader) answer(n *node) (a answer, ok bool) {
	if !r.keys(n, "an answer", append([]string{"asked"}, questions...)) {
		return a, false
	}
	for _, m := range n.members {
		switch {
		case m.name == "asked":
			a.asked = r.expected(m.value)
		case a.method != "":
			r.fail(m.key, "an answer is to one question, and this one is to %s already", a.method)
			return a, false
		case m.value.kind != mcp.Object:
			r.fail(m.value, "the answer to %s is a mapping, and this is %s", m.name, kindWords(m.value.kind))
			return a, false
		default:
			a.method = m.name
			r.reply(m.value, &a)
		}
	}
	if a.method == "" {
		r.fail(n, "the answer names no question: it needs one of %s, %s, %s", questions[0], questions[1], questions[2])
		return a, false
	}
	return a, true
}

// reply reads what is answered: a result, or {$error: {code, message}}.
func (r *reader) reply(n *node, a *answer) {
	refusal := n.get("$error")
	if refusal == nil {
		a.result = r.value(n)
		return
	}
	if len(n.members) > 1 {
		r.fail(n, "$error stands alone")
	}
	if r.keys(refusal, "$error", []string{"code", "message"}) {
		for _, name := range []string{"code", "message"} {
			if refusal.get(name) == nil {
				r.fail(refusal, "$error needs code and message")
				return
			}
		}
		if code := refusal.get("code"); !code.value.Is(mcp.Number) {
			r.fail(code, "code is a number")
		}
		r.words(refusal.get("message"), "message")
	}
	v := r.value(refusal)
	a.refuse = &v
}
