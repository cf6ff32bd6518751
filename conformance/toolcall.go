package conformance

import (
	"github.com/mcpctl/mcpctl/conformance/schema"
	"github.com/mcpctl/mcpctl/mcp"
)

// ToolCall is a well-formed call of a listed tool, with the headers that the
// tool asks for.
func ToolCall(tool Entry, arguments any) mcp.Request {
	return mcp.Request{
		Method: "tools/call",
		Params: map[string]any{"name": tool.Get("name").Text(), "arguments": arguments},
		Header: mcp.ParamHeaders(tool.Get("inputSchema"), mcp.ValueOf(arguments)),
	}
}

// ExampleCall is a ToolCall with made-up arguments that fit the tool's schema.
// The error says why none could be made up.
func ExampleCall(tool Entry) (mcp.Request, error) {
	arguments, err := schema.Example(tool.Get("inputSchema").Raw())
	if err != nil {
		return mcp.Request{}, err
	}
	return ToolCall(tool, arguments), nil
}
