package inspect

import (
	"context"
	"fmt"

	"github.com/mcpctl/mcpctl/conformance/schema"
	"github.com/mcpctl/mcpctl/mcp"
)

// answer replies to a request of the server's in the handshake era.
func (c *Client) answer(m mcp.Message) (any, *mcp.RPCError) {
	c.stirAll()
	defer c.stirAll()
	switch m.Method() {
	case "roots/list", "elicitation/create", "sampling/createMessage":
	default:
		return mcp.DefaultAnswer(m)
	}
	ctx, done := c.begin(m.ID())
	defer done()
	result, refused := c.respond(ctx, m.Method(), m.Params())
	switch {
	case refused == nil:
		if denial, ok := result.(*mcp.RPCError); ok {
			return nil, denial
		}
		return result, nil
	case m.Method() == "elicitation/create":
		return map[string]any{"action": "cancel"}, nil
	}
	return nil, &mcp.RPCError{Code: -1, Message: "the user refused the request"}
}

// refusals is how many questions were refused so far.
func (c *Client) refusals() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.denied
}

// maxRefused is how many refusals are remembered.
const maxRefused = 100

// deny remembers a refusal. c.mu is held.
func (c *Client) deny(r *Refused) {
	c.denied++
	if c.refused = append(c.refused, r); len(c.refused) > maxRefused {
		c.refused = append([]*Refused(nil), c.refused[maxRefused/2:]...)
	}
}

// orRefused is err, or else the first refusal since there were so many.
func (c *Client) orRefused(before int, err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if since := c.denied - before; since > 0 {
		return c.refused[max(0, len(c.refused)-since)]
	}
	return err
}

// respond answers a question of the server's: with a result, with a
// *mcp.RPCError where a rule refuses it, or not at all.
func (c *Client) respond(ctx context.Context, method string, params mcp.Value) (any, *Refused) {
	result, why, found := c.choose(method, params)
	switch {
	case c.options.Respond != nil && (!found || method == "roots/list" && c.options.Answers.Roots == nil):
		result, why = c.ask(ctx, method, params)
		found = true
	case found && why == "":
		why = c.misfit(method, params, result)
	}
	if !found || why != "" {
		refused := &Refused{Method: method, Params: params, Why: why}
		c.mu.Lock()
		c.deny(refused)
		c.mu.Unlock()
		c.tell(Event{Denied, refused.Error(), params})
		return nil, refused
	}
	if method != "roots/list" {
		c.tell(Event{Answered, fmt.Sprintf("%s: %s", method, question(method, params)), params})
	}
	return result, nil
}

// ask asks Options.Respond. Until it has answered, no request is given up for
// being silent.
func (c *Client) ask(ctx context.Context, method string, params mcp.Value) (result any, why string) {
	c.asking.Add(1)
	defer c.asking.Add(-1)
	defer c.stirAll() // from now on silence counts again
	result, err := c.options.Respond(ctx, method, params)
	if err != nil {
		return nil, err.Error()
	}
	return result, ""
}

// begin notes that a request of the server's is being answered. ctx ends with
// the session, or when the server withdraws the request.
func (c *Client) begin(id mcp.Value) (ctx context.Context, done func()) {
	ctx, cancel := context.WithCancel(c.life)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open[id.String()] = cancel
	return ctx, func() {
		cancel()
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.open, id.String())
	}
}

// withdraw ends the answering of a request that the server has cancelled.
func (c *Client) withdraw(id mcp.Value) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if cancel := c.open[id.String()]; cancel != nil {
		cancel()
	}
}

// choose picks the answer of the first rule that fits; why says what is wrong
// with it.
func (c *Client) choose(method string, params mcp.Value) (result any, why string, found bool) {
	switch method {
	case "roots/list":
		roots := c.options.Answers.Roots
		if roots == nil {
			roots = []Root{} // no folder is a proper answer
		}
		return map[string]any{"roots": roots}, "", true
	case "elicitation/create":
		for i, rule := range c.options.Answers.Elicitation {
			if rule.fits(params) && c.use(fmt.Sprint("e", i), rule.Times) {
				return rule.result(params), "", true
			}
		}
	case "sampling/createMessage":
		for i, rule := range c.options.Answers.Sampling {
			if like(rule.Prompt, prompted(params)) && c.use(fmt.Sprint("s", i), rule.Times) {
				return c.sampled(rule)
			}
		}
	}
	return nil, "", false
}

// use takes one of the times that a rule may answer.
func (c *Client) use(rule string, times int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if times > 0 && c.used[rule] >= times {
		return false
	}
	c.used[rule]++
	return true
}

func (r ElicitationRule) fits(params mcp.Value) bool {
	mode := "form"
	if isURL(params) {
		mode = "url"
	}
	return (r.Mode == "" || r.Mode == mode) && like(r.Message, params.Get("message").Text()) &&
		(r.URL == "" || mode == "url" && like(r.URL, params.Get("url").Text()))
}

func (r ElicitationRule) result(params mcp.Value) any {
	result := map[string]any{"action": r.Action}
	switch {
	case r.Action == "accept" && r.content.Exists():
		result["content"] = r.content
	case r.Action == "accept" && !isURL(params):
		result["content"] = map[string]any{}
	}
	return result
}

func (c *Client) sampled(r SamplingRule) (result any, why string, found bool) {
	switch {
	case r.Refuse != "" && c.Stateless():
		return nil, "it refuses, which a request of this revision has no way to say", true
	case r.Refuse != "":
		return &mcp.RPCError{Code: -1, Message: r.Refuse}, "", true
	case r.result.Exists():
		return r.result, "", true
	}
	reply := map[string]any{"role": "assistant", "content": map[string]any{"type": "text", "text": r.Text}, "model": "mcpctl-answers", "stopReason": "endTurn"}
	if r.Model != "" {
		reply["model"] = r.Model
	}
	if r.StopReason != "" {
		reply["stopReason"] = r.StopReason
	}
	return reply, "", true
}

// misfit says why an answer must not be sent, "" when it may.
func (c *Client) misfit(method string, params mcp.Value, result any) string {
	if _, denial := result.(*mcp.RPCError); denial {
		return ""
	}
	v := mcp.ValueOf(result)
	if set, err := schema.For(c.Revision()); err == nil {
		if def, ok := set.ResultOf(method); ok {
			for _, problem := range set.Validate(def, v.Raw()) {
				if !problem.Narrow {
					return problem.String()
				}
			}
		}
	}
	if method != "elicitation/create" || isURL(params) || v.Get("action").Text() != "accept" {
		return ""
	}
	return misfitForm(params.Get("requestedSchema"), v.Get("content"))
}

// misfitForm says where a form is filled in wrongly.
func misfitForm(form, content mcp.Value) string {
	for _, m := range content.Members() {
		if !form.Get("properties").Has(m.Name) {
			return fmt.Sprintf("nobody asked for %q", m.Name)
		}
	}
	problems, err := check(form, content)
	if err != nil || len(problems) == 0 {
		return ""
	}
	return problems[0].String()
}

// check judges a value by a schema of the server's.
func check(by, value mcp.Value) ([]schema.Problem, error) {
	v, err := schema.Compile(by.Raw())
	if err != nil {
		return nil, err
	}
	return v.Validate(value.Raw())
}
