package mcptest

import (
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// getPrompt is prompts/get.
func (c *Call) getPrompt() (map[string]any, *mcp.RPCError) {
	s, name := c.w.s, c.In.Params().Get("name")
	c.Arguments = c.In.Params().Get("arguments")
	switch {
	case s.skips(SkipParams) && !name.Is(mcp.String):
		return hollow("prompts/get"), nil
	case !name.Is(mcp.String):
		return nil, rpcError(mcp.CodeInvalidParams, nil, "name must be a string")
	case c.Arguments.Exists() && !c.Arguments.Is(mcp.Object) && !s.skips(SkipParams):
		return nil, rpcError(mcp.CodeInvalidParams, nil, "arguments must be an object")
	}
	prompt, ok := c.prompt(name.Text())
	if !ok {
		if s.skips(SkipNotFound) {
			return hollow("prompts/get"), nil
		}
		return nil, rpcError(mcp.CodeInvalidParams, nil, "there is no prompt %.60q", name.Text())
	}
	if err := prompt.check(c.Arguments); err != nil && !s.skips(SkipParams) {
		return nil, err
	}
	result, err := prompt.Get(c)
	if required := c.inputRequired(err); required != nil {
		return required, nil
	}
	if err != nil {
		return nil, internal(err)
	}
	return c.project("prompt", result), nil
}

// prompt finds a prompt that the revision has.
func (c *Call) prompt(name string) (Prompt, bool) {
	extras, _ := c.w.extras("prompts")
	for _, all := range [][]Prompt{c.w.s.Prompts, extraPrompts(extras)} {
		for _, p := range all {
			if p.Name == name && p.In.Has(c.Revision) {
				return p, true
			}
		}
	}
	return Prompt{}, false
}

// arguments are the names that the descriptor declares; true for the required.
func (p Prompt) arguments() map[string]bool {
	all := map[string]bool{}
	list, _ := p.Descriptor["arguments"].([]any)
	for _, item := range list {
		argument, _ := item.(map[string]any)
		if name, ok := argument["name"].(string); ok {
			required, _ := argument["required"].(bool)
			all[name] = required
		}
	}
	return all
}

// check refuses arguments that are missing, unknown or no strings.
func (p Prompt) check(arguments mcp.Value) *mcp.RPCError {
	known := p.arguments()
	for _, m := range arguments.Members() {
		if _, ok := known[m.Name]; !ok {
			return rpcError(mcp.CodeInvalidParams, nil, "the prompt has no argument %.60q", m.Name)
		}
		if !m.Value.Is(mcp.String) {
			return rpcError(mcp.CodeInvalidParams, nil, "argument %.60q must be a string", m.Name)
		}
	}
	for name, required := range known {
		if required && !arguments.Has(name) {
			return rpcError(mcp.CodeInvalidParams, nil, "argument %.60q is required", name)
		}
	}
	return nil
}

// complete is completion/complete.
func (c *Call) complete() (map[string]any, *mcp.RPCError) {
	s, params := c.w.s, c.In.Params()
	ref, argument := params.Get("ref"), params.Get("argument")
	c.Arguments = params.Get("context", "arguments")
	proper := ref.Get("type").Is(mcp.String) && argument.Get("name").Is(mcp.String) && argument.Get("value").Is(mcp.String) &&
		(!c.Arguments.Exists() || c.Arguments.Is(mcp.Object))
	if !proper && s.skips(SkipParams) {
		return hollow("completion/complete"), nil
	}
	if !proper {
		return nil, rpcError(mcp.CodeInvalidParams, nil, "ref and argument with name and value are required")
	}
	name, value := argument.Get("name").Text(), argument.Get("value").Text()
	suggest, known := c.completer(ref, name)
	switch {
	case !known && s.skips(SkipNotFound):
		return hollow("completion/complete"), nil
	case !known:
		return nil, rpcError(mcp.CodeInvalidParams, nil, "there is nothing of that kind to complete")
	case suggest == nil:
		return hollow("completion/complete"), nil
	}
	all, err := suggest(c, name, value)
	if err != nil {
		return nil, internal(err)
	}
	const most = 100
	values := all
	if len(values) > most && !s.skips(SkipLimit) {
		values = all[:most]
	}
	list := make([]any, len(values))
	for i, v := range values {
		list[i] = v
	}
	return map[string]any{"completion": map[string]any{
		"values": list, "total": len(all), "hasMore": len(all) > len(values),
	}}, nil
}

// completer finds what suggests values for an argument or a variable.
func (c *Call) completer(ref mcp.Value, name string) (suggest func(*Call, string, string) ([]string, error), known bool) {
	switch ref.Get("type").Text() {
	case "ref/prompt":
		p, ok := c.prompt(ref.Get("name").Text())
		_, has := p.arguments()[name]
		return p.Complete, ok && has
	case "ref/resource":
		for _, t := range c.w.s.Templates {
			if t.Pattern == ref.Get("uri").Text() && t.In.Has(c.Revision) {
				has := strings.Contains(t.Pattern, "{"+name+"}") || strings.Contains(t.Pattern, "{+"+name+"}")
				return t.Complete, has
			}
		}
	}
	return nil, false
}
