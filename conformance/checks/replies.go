package checks

import (
	"github.com/mcpctl/mcpctl/conformance/schema"
	"github.com/mcpctl/mcpctl/mcp"
)

// What a client may answer, all of it made up. Nothing of this machine or its
// user goes into an answer.

// declining declines elicitations, refuses sampling and shows no roots.
func declining(q question) (any, *mcp.RPCError) {
	if q.method() == askSample {
		return nil, &mcp.RPCError{Code: -1, Message: "the user refused the sampling request"}
	}
	return accepted(q, "decline")
}

// accepting answers as a client does whose user agrees to everything.
func accepting(q question) (any, *mcp.RPCError) { return accepted(q, "accept") }

// acting answers elicitations with an action.
func acting(action string) reply {
	return func(q question) (any, *mcp.RPCError) { return accepted(q, action) }
}

func accepted(q question, action string) (any, *mcp.RPCError) {
	switch q.method() {
	case askSample:
		return sampled(map[string]any{"type": "text", "text": "mcpctl"}), nil
	case askRoots:
		return map[string]any{"roots": []any{}}, nil
	}
	if action != "accept" || elicitsURL(q) {
		return map[string]any{"action": action}, nil
	}
	content, err := schema.Example(q.params().Get("requestedSchema").Raw())
	if err != nil { // nothing fits what is asked for
		return map[string]any{"action": "decline"}, nil
	}
	return map[string]any{"action": "accept", "content": content}, nil
}

// sampled is a model's message.
func sampled(content any) map[string]any {
	return map[string]any{"role": "assistant", "model": "mcpctl-made-up", "stopReason": "endTurn", "content": content}
}

// refusing refuses the questions of a method with an error.
func refusing(method string, code int64, message string) reply {
	return func(q question) (any, *mcp.RPCError) {
		if q.method() == method {
			return nil, &mcp.RPCError{Code: code, Message: message}
		}
		return accepting(q)
	}
}

// instead answers the questions of a method with a fixed result.
func instead(method string, result any) reply {
	return func(q question) (any, *mcp.RPCError) {
		if q.method() == method {
			return result, nil
		}
		return accepting(q)
	}
}
