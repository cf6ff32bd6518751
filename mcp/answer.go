package mcp

import (
	"context"
	"encoding/json"
	"fmt"
)

// receive is told of every message: it passes them on to who observes, and
// answers the server's own requests.
func (s *Session) receive(m Message, _ *Exchange) {
	if s.options.Observe != nil {
		s.options.Observe(m)
	}
	if m.MessageKind() != RequestMessage || s.Revision().Era() == Stateless {
		return
	}
	if s.asked.Add(1) > int64(s.options.Limits.Asked) {
		return
	}
	s.answers.Go(func() {
		<-s.dialled
		if s.transport == nil {
			return
		}
		answer := s.answer(m) // this may take a person's time; only sending it is bounded
		ctx, cancel := context.WithTimeout(context.Background(), s.options.Limits.Call)
		defer cancel()
		s.Do(ctx, Request{Raw: answer, Notification: true})
	})
}

// answer is the response to a request of the server's.
func (s *Session) answer(m Message) []byte {
	respond := s.options.Answer
	if respond == nil {
		respond = DefaultAnswer
	}
	result, failure := respond(m)
	response := map[string]any{"jsonrpc": "2.0", "id": m.ID()}
	if failure != nil {
		response["error"] = map[string]any{"code": failure.Code, "message": failure.Message}
	} else {
		response["result"] = result
	}
	body, err := json.Marshal(response)
	if err != nil {
		return fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%s,"error":{"code":%d,"message":"the answer cannot be encoded"}}`, m.ID().Raw(), CodeInternalError)
	}
	return body
}

// DefaultAnswer replies to a server's requests without giving anything away:
// pings are answered, roots are none, elicitations are declined, sampling is
// refused, everything else is unknown.
func DefaultAnswer(m Message) (any, *RPCError) {
	switch m.Method() {
	case "ping":
		return struct{}{}, nil
	case "roots/list":
		return map[string]any{"roots": []any{}}, nil
	case "elicitation/create":
		return map[string]any{"action": "decline"}, nil
	case "sampling/createMessage":
		return nil, &RPCError{Code: -1, Message: "the user refused the sampling request"}
	}
	return nil, &RPCError{Code: CodeMethodNotFound, Message: "method not found: " + m.Method()}
}
