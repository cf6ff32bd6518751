// Package inspect looks inside a live MCP server on behalf of a person or a
// script: what it offers, calls of its tools, and answers to what it asks
// meanwhile. It speaks through package mcp and judges by conformance/schema; it
// prints nothing and asks nobody.
//
//	c, err := inspect.Open(ctx, target, inspect.Options{})
//	tool, err := c.FindTool(ctx, "get-sum")
//	given, err := inspect.ParseArguments([]string{"a=1", "b=2"}, "", inspect.Sources{})
//	arguments, unjudged, err := given.For(tool, false)
//	result, err := c.CallTool(ctx, tool, arguments)
//
// Text that comes from a server is handed on as it came: who prints it passes it
// through internal/term.
package inspect
