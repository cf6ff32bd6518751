package pii

import (
	"context"
	"fmt"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/scrub"
)

// Results is middleware that masks the texts in what tools, resources and
// prompts return. Binary content passes untouched.
func (m *Masker) Results(next mcp.MethodHandler) mcp.MethodHandler {
	return func(ctx context.Context, method string, req mcp.Request) (mcp.Result, error) {
		result, err := next(ctx, method, req)
		if err != nil {
			return nil, err
		}
		// Results may be shared (a cache holds them), so copies are masked.
		switch r := result.(type) {
		case *mcp.CallToolResult:
			masked := *r
			masked.Content = m.contents(r.Content)
			if masked.StructuredContent, err = m.structured(r.StructuredContent); err != nil {
				return nil, err
			}
			return &masked, nil
		case *mcp.ReadResourceResult:
			masked := *r
			masked.Contents = make([]*mcp.ResourceContents, len(r.Contents))
			for i, c := range r.Contents {
				masked.Contents[i] = m.resource(c)
			}
			return &masked, nil
		case *mcp.GetPromptResult:
			masked := *r
			masked.Messages = make([]*mcp.PromptMessage, len(r.Messages))
			for i, message := range r.Messages {
				masked.Messages[i] = &mcp.PromptMessage{Role: message.Role, Content: m.contents([]mcp.Content{message.Content})[0]}
			}
			return &masked, nil
		}
		return result, nil
	}
}

func (m *Masker) contents(contents []mcp.Content) []mcp.Content {
	if contents == nil {
		return nil
	}
	masked := make([]mcp.Content, len(contents))
	for i, content := range contents {
		switch c := content.(type) {
		case *mcp.TextContent:
			copied := *c
			copied.Text = m.Clean(c.Text)
			masked[i] = &copied
		case *mcp.EmbeddedResource:
			copied := *c
			copied.Resource = m.resource(c.Resource)
			masked[i] = &copied
		default:
			masked[i] = content
		}
	}
	return masked
}

func (m *Masker) resource(c *mcp.ResourceContents) *mcp.ResourceContents {
	if c == nil || c.Text == "" {
		return c
	}
	copied := *c
	copied.Text = m.Clean(c.Text)
	return &copied
}

// structured masks the texts in a JSON value; the names of members belong to the
// schema that the tool has promised.
func (m *Masker) structured(v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	masked, err := scrub.JSON(v, m.Clean)
	if err != nil {
		return nil, fmt.Errorf("masking a structured result: %w", err)
	}
	return masked, nil
}
