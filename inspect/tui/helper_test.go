package tui

import (
	"context"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
)

// callOf calls a tool beside the screen.
func callOf(name string, args map[string]any) work {
	return func(ctx context.Context, c *inspect.Client) (mcp.Value, []string, error) {
		result, err := c.CallTool(ctx, mcp.ValueOf(map[string]any{"name": name}), mcp.ValueOf(args))
		return result, nil, err
	}
}
