package inspect

import (
	"context"
	"errors"
	"fmt"

	"github.com/mcpctl/mcpctl/mcp"
)

// CallTool calls a tool, as its list described it, with arguments. That is
// consent to this one call. Errors are those of Ask; a result may come with a
// *Refused.
func (c *Client) CallTool(ctx context.Context, tool, arguments mcp.Value) (mcp.Value, error) {
	params := map[string]any{"name": tool.Get("name").Text(), "arguments": arguments}
	return c.Ask(ctx, "tools/call", params, mcp.ParamHeaders(tool.Get("inputSchema"), arguments))
}

// FindTool is the tool of that name, or an *UnknownError. It reads the list no
// further than it must.
func (c *Client) FindTool(ctx context.Context, name string) (tool mcp.Value, err error) {
	var all []mcp.Value
	var missing error
	err = c.pages(ctx, Tools, func(entries []mcp.Value) bool {
		all = append(all, entries...)
		tool, missing = Tools.Find(entries, name)
		return missing != nil
	})
	if err == nil && missing != nil {
		_, err = Tools.Find(all, name) // of all, so that the nearest is named
	}
	return tool, err
}

// CheckOutput says in what ways a result departs from the tool's outputSchema,
// in one line each; nil when it does not or there is none. A result that is an
// error need not keep to it (server/tools#output-schema).
func CheckOutput(tool, result mcp.Value) []string {
	by := tool.Get("outputSchema")
	if !by.Exists() || result.Get("isError").True() {
		return nil
	}
	structured := result.Get("structuredContent")
	if !structured.Exists() {
		return []string{"the tool declares an outputSchema, and its result has no structuredContent"}
	}
	problems, err := check(by, structured)
	if err != nil {
		return []string{fmt.Sprintf("the outputSchema cannot be judged by: %v", err)}
	}
	var all []string
	for _, p := range problems {
		all = append(all, "structuredContent"+p.String())
	}
	return all
}

// SetLogLevel asks for log messages from Options.LogLevel on, in revisions in
// which that is a request of its own.
func (c *Client) SetLogLevel(ctx context.Context) error {
	if c.options.LogLevel == "" || c.Stateless() {
		return nil
	}
	if !c.Session().Capabilities().Has("logging") {
		return errors.New("the server does not declare the capability logging")
	}
	_, err := c.Ask(ctx, "logging/setLevel", map[string]any{"level": c.options.LogLevel}, nil)
	return err
}
