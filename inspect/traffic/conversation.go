package traffic

import (
	"errors"
	"fmt"

	"github.com/mcpctl/mcpctl/mcp"
)

// Conversation is a request of the client's with all that belongs to it: what
// the server asked meanwhile, and the answer in the end, whatever the rounds.
type Conversation struct {
	Method  string
	Params  mcp.Value
	Answers []Answered
	Reply   mcp.Message
}

// Answered is a question of the server's and what the client answered.
type Answered struct {
	Method string
	Result mcp.Value
	Fault  *mcp.RPCError
}

// Conversation is that which an entry, a request of the client's, began.
func (l *Log) Conversation(n int) (Conversation, error) {
	e, ok := l.Entry(n)
	if !ok {
		return Conversation{}, ErrGone
	}
	m, err := l.Message(n)
	if err != nil {
		return Conversation{}, err
	}
	c := Conversation{Method: m.Method(), Params: m.Params()}
	if c.Reply, err = l.Message(e.Reply); err != nil {
		return c, fmt.Errorf("there is no answer to expect: %w", err)
	}
	for _, k := range l.Caused(n) {
		next, _ := l.Entry(k)
		switch {
		case next.Kind == Request && next.Direction == mcp.Received && next.Reply != 0:
			if reply, err := l.Message(next.Reply); err == nil {
				c.Answers = append(c.Answers, Answered{next.Method, reply.Result(), reply.RPCError()})
			}
		case next.Kind == Request && next.Direction == mcp.Sent && next.Round > 0:
			if err := c.round(l, next); err != nil {
				return c, err
			}
		}
	}
	if c.Reply.Result().Get("resultType").Text() == "input_required" {
		return c, errors.New("the server asked for input, and was never answered")
	}
	return c, nil
}

// round takes in a retry with the answers to what the reply before asked:
// basic/patterns/mrtr of 2026-07-28.
func (c *Conversation) round(l *Log, e Entry) error {
	m, err := l.Message(e.N)
	if err != nil {
		return err
	}
	asked := c.Reply.Result().Get("inputRequests")
	for _, answer := range m.Params().Get("inputResponses").Members() {
		if method := asked.Get(answer.Name, "method").Text(); method != "" {
			c.Answers = append(c.Answers, Answered{Method: method, Result: answer.Value})
		}
	}
	if c.Reply, err = l.Message(e.Reply); err != nil {
		return fmt.Errorf("there is no answer to expect: %w", err)
	}
	return nil
}
