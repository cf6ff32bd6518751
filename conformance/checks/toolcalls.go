package checks

import (
	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// maxToolCalls bounds how many of the allowed tools one check calls.
const maxToolCalls = 20

// exampleCall is a call of a tool with made-up arguments that fit its schema.
func exampleCall(tool conformance.Entry) (mcp.Request, error) { return conformance.ExampleCall(tool) }
