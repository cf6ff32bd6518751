package checks

import (
	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/schema"
	"github.com/mcpctl/mcpctl/mcp"
)

// maxToolCalls bounds how many of the allowed tools one check calls.
const maxToolCalls = 20

// exampleCall is a call of a tool with made-up arguments that fit its schema.
// The error says why none could be made up.
func exampleCall(tool conformance.Entry) (mcp.Request, error) {
	arguments, err := schema.Example(tool.Get("inputSchema").Raw())
	if err != nil {
		return mcp.Request{}, err
	}
	return mcp.Request{Method: "tools/call", Params: map[string]any{"name": tool.Get("name").Text(), "arguments": arguments}}, nil
}
