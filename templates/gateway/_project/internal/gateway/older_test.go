package gateway

import (
	"fmt"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

func TestInRevision(t *testing.T) {
	for revision, want := range map[string]string{
		"2024-11-05": "*mcp.TextContent *mcp.TextContent *mcp.ImageContent",
		"2025-03-26": "*mcp.TextContent *mcp.AudioContent *mcp.ImageContent",
		"2025-06-18": "*mcp.ResourceLink *mcp.AudioContent *mcp.ImageContent",
		"2026-07-28": "*mcp.ResourceLink *mcp.AudioContent *mcp.ImageContent",
	} {
		got := inRevision([]mcp.Content{&mcp.ResourceLink{Name: "data", URI: "test://data"}, &mcp.AudioContent{MIMEType: "audio/wav"}, &mcp.ImageContent{}}, revision)
		if types := fmt.Sprintf("%T %T %T", got[0], got[1], got[2]); types != want {
			t.Errorf("in %s: %s, want %s", revision, types, want)
		}
		if text, ok := got[0].(*mcp.TextContent); ok && text.Text != "data: test://data" {
			t.Errorf("in %s the link says %q", revision, text.Text)
		}
	}
}
