package mcptest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// errInputRequired ends a call of the stateless era whose questions are not
// answered yet. The call is made anew, from the start, once they are.
var errInputRequired = errors.New("input is required")

// Ask asks the client: method is elicitation/create, sampling/createMessage or
// roots/list. In the handshake era it sends a request and waits; in the
// stateless era it ends the call with an error that a tool, resource or prompt
// must pass on, and which becomes an input_required result. There the function
// runs again on the client's retry and the Ask with the same key, unique in
// the call, returns the answer. A client that lacks the capability is not
// asked: an error says so.
func (c *Call) Ask(key, method string, params map[string]any) (mcp.Value, error) {
	s := c.w.s
	if lacking := c.lacks(method, params); lacking != nil && !s.skips(SkipCapability) {
		if c.conn != nil {
			return mcp.Value{}, fmt.Errorf("the client did not declare what %s needs: %s", method, encode(lacking))
		}
		return mcp.Value{}, rpcError(mcp.CodeMissingCapability, map[string]any{"requiredCapabilities": lacking},
			"the client did not declare a capability that this needs")
	}
	if c.conn != nil {
		answer, err := c.conn.ask(c, method, params)
		if err == nil {
			err = s.checkAnswer(method, params, answer)
		}
		return answer, err
	}
	answer, answered := c.asked.answers[key]
	if !answered {
		if c.asked.retried && s.skips(SkipRepeat) {
			return mcp.Value{}, rpcError(mcp.CodeInvalidParams, nil, "the answer to %q is missing", key)
		}
		question := map[string]any{"method": method}
		if params != nil {
			question["params"] = params
		}
		if c.asked.open == nil {
			c.asked.open = map[string]any{}
		}
		c.asked.open[key] = question
		return mcp.Value{}, errInputRequired
	}
	if err := s.checkAnswer(method, params, answer); err != nil {
		return answer, rpcError(mcp.CodeInvalidParams, nil, "the answer to %q does not fit: %v", key, err)
	}
	c.asked.used = append(c.asked.used, key)
	return answer, nil
}

// lacks is the client capability that a question needs and the client did not
// declare; nil when it may be asked.
func (c *Call) lacks(method string, params map[string]any) map[string]any {
	group := strings.SplitN(method, "/", 2)[0]
	if group == "elicitation" {
		return c.lacksElicitation(params["mode"] == "url")
	}
	if !c.caps.Get(group).Is(mcp.Object) {
		return map[string]any{group: map[string]any{}}
	}
	for member, needed := range map[string]bool{
		"tools":   params["tools"] != nil || params["toolChoice"] != nil,
		"context": params["includeContext"] != nil && params["includeContext"] != "none",
	} {
		if needed && !c.caps.Get(group, member).Is(mcp.Object) {
			return map[string]any{group: map[string]any{member: map[string]any{}}}
		}
	}
	return nil
}

// lacksElicitation knows that an empty capability means forms, which is all
// there was in 2025-06-18.
func (c *Call) lacksElicitation(url bool) map[string]any {
	declared, mode := c.caps.Get("elicitation"), "form"
	if url {
		mode = "url"
	}
	switch {
	case !declared.Is(mcp.Object):
	case declared.Has(mode), !url && declared.Len() == 0, !url && c.Revision < mcp.Rev20251125:
		return nil
	}
	return map[string]any{"elicitation": map[string]any{mode: map[string]any{}}}
}

// checkAnswer checks what a client answered.
func (s *Server) checkAnswer(method string, params map[string]any, v mcp.Value) error {
	if s.skips(SkipInput) {
		return nil
	}
	if !v.Is(mcp.Object) {
		return errors.New("it is no object")
	}
	switch method {
	case "elicitation/create":
		return s.checkElicited(params, v)
	case "sampling/createMessage":
		return checkSampled(v)
	case "roots/list":
		for _, root := range v.Get("roots").Items() {
			if !strings.HasPrefix(root.Get("uri").Text(), "file://") {
				return errors.New("a root's uri must begin with file://")
			}
		}
		if !v.Get("roots").Is(mcp.Array) {
			return errors.New("roots must be an array")
		}
	}
	return nil
}

func (s *Server) checkElicited(params map[string]any, v mcp.Value) error {
	action := v.Get("action").Text()
	if !slices.Contains([]string{"accept", "decline", "cancel"}, action) {
		return errors.New("action must be accept, decline or cancel")
	}
	schema, form := params["requestedSchema"].(map[string]any)
	if action != "accept" || !form {
		return nil
	}
	content := v.Get("content")
	if !content.Is(mcp.Object) {
		return errors.New("content must be an object")
	}
	known, _ := schema["properties"].(map[string]any)
	for _, m := range content.Members() {
		if known[m.Name] == nil {
			return fmt.Errorf("nobody asked for %.60q", m.Name)
		}
	}
	return s.validate(schema, content)
}

func checkSampled(v mcp.Value) error {
	role, content := v.Get("role").Text(), v.Get("content")
	if role != "user" && role != "assistant" {
		return errors.New("role must be user or assistant")
	}
	if !v.Get("model").Is(mcp.String) {
		return errors.New("model must be a string")
	}
	blocks := content.Items()
	if content.Is(mcp.Object) {
		blocks = []mcp.Value{content}
	}
	for _, b := range blocks {
		if !b.Get("type").Is(mcp.String) || b.Get("type").Text() == "text" && !b.Get("text").Is(mcp.String) {
			return errors.New("the content is no content block")
		}
	}
	if len(blocks) == 0 {
		return errors.New("there is no content")
	}
	return nil
}
