package mcptest

import (
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// serve answers the requests that both eras have.
func (c *Call) serve() (map[string]any, *mcp.RPCError) {
	switch method := c.In.Method(); method {
	case "tools/list", "prompts/list", "resources/list", "resources/templates/list":
		return c.list(method)
	case "tools/call":
		return c.callTool()
	case "prompts/get":
		return c.getPrompt()
	case "resources/read":
		return c.readResource()
	case "completion/complete":
		return c.complete()
	default:
		if c.w.s.skips(SkipMethod) {
			return map[string]any{}, nil
		}
		return nil, unknownMethod(method)
	}
}

// hollow is an empty result of the right shape, which a server gives that
// does not look at what it was asked for.
func hollow(method string) map[string]any {
	switch method {
	case "tools/call":
		return Content(Text("done"))
	case "prompts/get":
		return map[string]any{"messages": []any{}}
	case "resources/read":
		return map[string]any{"contents": []any{}}
	case "completion/complete":
		return map[string]any{"completion": map[string]any{"values": []any{}}}
	}
	return map[string]any{}
}

// info is serverInfo as r has it.
func (s *Server) info(r mcp.Revision) map[string]any {
	return project("server", maps.Clone(s.Info), r)
}

// list serves one page of a list.
func (c *Call) list(method string) (map[string]any, *mcp.RPCError) {
	member := strings.TrimSuffix(method, "/list")
	if method == "resources/templates/list" {
		member = "resourceTemplates"
	}
	all := c.entries(method)
	from, err := c.cursor(method, len(all))
	if err != nil {
		return nil, err
	}
	to := min(from+max(c.w.s.PageSize, 1), len(all))
	page := make([]any, 0, to-from)
	for _, entry := range all[from:to] {
		page = append(page, entry)
	}
	result := map[string]any{member: page}
	if to < len(all) {
		result["nextCursor"] = base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%s %d", method, to))
	}
	return result, nil
}

// cursor is where the page begins that the request asks for. Cursors say the
// list and the place in it, so they mean the same on every connection.
func (c *Call) cursor(method string, size int) (int, *mcp.RPCError) {
	cursor := c.In.Params().Get("cursor")
	if !cursor.Exists() {
		return 0, nil
	}
	text, _ := base64.RawURLEncoding.Strict().DecodeString(cursor.Text())
	list, place, _ := strings.Cut(string(text), " ")
	from, err := strconv.Atoi(place)
	if err == nil && list == method && from > 0 && from < size && from%max(c.w.s.PageSize, 1) == 0 {
		return from, nil
	}
	if c.w.s.skips(SkipCursor) {
		return 0, nil
	}
	return 0, rpcError(mcp.CodeInvalidParams, nil, "the cursor is not one of this server's")
}

// entries are all entries of a list in the call's revision.
func (c *Call) entries(method string) []map[string]any {
	s, r := c.w.s, c.Revision
	var all []map[string]any
	kind := strings.TrimSuffix(method, "/list")
	extras, changes := c.w.extras(kind)
	switch method {
	case "tools/list":
		for _, t := range append(s.Tools[:len(s.Tools):len(s.Tools)], extraTools(extras)...) {
			if t.In.Has(r) {
				all = append(all, project("tool", t.entry(), r))
			}
		}
	case "prompts/list":
		for _, p := range append(s.Prompts[:len(s.Prompts):len(s.Prompts)], extraPrompts(extras)...) {
			if p.In.Has(r) && !p.Hidden {
				all = append(all, project("prompt", p.entry(), r))
			}
		}
	case "resources/list":
		for _, p := range append(s.Resources[:len(s.Resources):len(s.Resources)], extraResources(extras)...) {
			if p.In.Has(r) && !p.Hidden {
				all = append(all, project("resource", p.entry(), r))
			}
		}
	case "resources/templates/list":
		for _, t := range s.Templates {
			if t.In.Has(r) {
				all = append(all, project("resource", t.entry(), r))
			}
		}
	}
	if changes > 0 && len(all) > 0 {
		description, _ := all[0]["description"].(string)
		all[0]["description"] = fmt.Sprintf("%s (changed %d times)", description, changes)
	}
	return all
}

// callTool is tools/call.
func (c *Call) callTool() (map[string]any, *mcp.RPCError) {
	s, name := c.w.s, c.In.Params().Get("name")
	c.Arguments = c.In.Params().Get("arguments")
	switch {
	case s.skips(SkipParams) && !name.Is(mcp.String):
		return hollow("tools/call"), nil
	case !name.Is(mcp.String):
		return nil, rpcError(mcp.CodeInvalidParams, nil, "name must be a string")
	case c.Arguments.Exists() && !c.Arguments.Is(mcp.Object) && !s.skips(SkipParams):
		return nil, rpcError(mcp.CodeInvalidParams, nil, "arguments must be an object")
	case !c.Arguments.Is(mcp.Object):
		c.Arguments = mcp.MustParse("{}")
	}
	tool, ok := c.tool(name.Text())
	if !ok {
		if s.skips(SkipNotFound) {
			return hollow("tools/call"), nil
		}
		return nil, rpcError(mcp.CodeInvalidParams, nil, "there is no tool %.60q", name.Text())
	}
	if err := s.validate(tool.Descriptor["inputSchema"], c.Arguments); err != nil && !s.skips(SkipArguments) {
		if c.Revision < mcp.Rev20251125 {
			return nil, rpcError(mcp.CodeInvalidParams, nil, "the arguments do not fit: %v", err)
		}
		return c.project("call", Failure(fmt.Sprintf("The arguments do not fit the tool's inputSchema: %v", err))), nil
	}
	result, err := tool.Call(c)
	if required := c.inputRequired(err); required != nil {
		return required, nil
	}
	var own *mcp.RPCError
	switch {
	case errors.As(err, &own):
		return nil, own
	case err != nil:
		return c.project("call", Failure(err.Error())), nil
	}
	return c.project("call", result), nil
}

func (c *Call) project(kind string, result map[string]any) map[string]any {
	return project(kind, maps.Clone(result), c.Revision)
}

// tool finds a tool that the revision has.
func (c *Call) tool(name string) (Tool, bool) {
	extras, _ := c.w.extras("tools")
	for _, all := range [][]Tool{c.w.s.Tools, extraTools(extras)} {
		for _, t := range all {
			if t.Name == name && t.In.Has(c.Revision) {
				return t, true
			}
		}
	}
	return Tool{}, false
}

// internal makes an error response of any error.
func internal(err error) *mcp.RPCError {
	var own *mcp.RPCError
	if errors.As(err, &own) {
		return own
	}
	return rpcError(mcp.CodeInternalError, nil, "internal error: %v", err)
}
