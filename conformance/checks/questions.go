package checks

import (
	"iter"
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// The three things that a server may ask its client for.
const (
	askElicit = "elicitation/create"
	askSample = "sampling/createMessage"
	askRoots  = "roots/list"
)

// question is something that the server asks its client: a request of its own
// in the handshake era, an entry of inputRequests in the stateless one. The
// rules for what stands in it are the same.
type question struct {
	in    conformance.Seen // the message that carries it
	at    string           // where it stands in there, as a JSON Pointer
	key   string           // its name in inputRequests
	value mcp.Value
}

// method is what is asked for.
func (q question) method() string { return q.value.Get("method").Text() }

// params are the params of the question.
func (q question) params() mcp.Value { return q.value.Get("params") }

// fault notes what is wrong with a question, at a JSON Pointer beneath it.
func (q question) fault(j *conformance.Judge, pointer, format string, args ...any) {
	j.Faultf(q.in, q.at+pointer, format, args...)
}

// faults notes what is wrong with a part of a question.
func (q question) faults(j *conformance.Judge, all []fault) {
	for _, f := range all {
		q.fault(j, f.pointer, "%s", f.message)
	}
}

// questionsIn are the questions that a message asks.
func questionsIn(m conformance.Seen) []question {
	if m.MessageKind() == mcp.RequestMessage {
		if !slices.Contains([]string{askElicit, askSample, askRoots}, m.Method()) {
			return nil
		}
		return []question{{in: m, value: m.Value}}
	}
	if !inputRequired(m.Result()) {
		return nil
	}
	var all []question
	for _, r := range m.Result().Get("inputRequests").Members() {
		all = append(all, question{m, "/result/inputRequests/" + mcp.EscapePointer(r.Name), r.Name, r.Value})
	}
	return all
}

// inputRequired reports a result that asks the client for something.
func inputRequired(result mcp.Value) bool { return result.Get("resultType").Text() == "input_required" }

// questionsSeen are all questions of the method that the server asked.
func questionsSeen(t *conformance.Traffic, method string) iter.Seq[question] {
	return func(yield func(question) bool) {
		for m := range t.Received() {
			for _, q := range questionsIn(m) {
				if q.method() == method && !yield(q) {
					return
				}
			}
		}
	}
}

// eachQuestion judges all questions of a method one by one.
func eachQuestion(t *conformance.Traffic, method string, look func(*conformance.Judge, question)) error {
	j := t.Judge()
	for q := range questionsSeen(t, method) {
		look(j, q)
	}
	return j.Err(notAsked(t.Facts, method))
}

// notAsked says that there was no question of the kind to be judged.
func notAsked(f conformance.Facts, method string) string {
	if f.AllowsTools {
		return "nothing that was called made the server ask for " + method
	}
	return "the server did not ask for " + method + "; servers mostly do in a tool, and no tool may be called without --allow-tool GLOB"
}
