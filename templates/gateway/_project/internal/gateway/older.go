package gateway

import (
	"fmt"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// inRevision replaces content of types that a client's revision does not have by
// text that says as much.
func inRevision(content []mcp.Content, revision string) []mcp.Content {
	for i, c := range content {
		switch c := c.(type) {
		case *mcp.ResourceLink:
			if revision < "2025-06-18" {
				content[i] = &mcp.TextContent{Text: fmt.Sprintf("%s: %s", c.Name, c.URI), Annotations: c.Annotations}
			}
		case *mcp.AudioContent:
			if revision < "2025-03-26" {
				content[i] = &mcp.TextContent{Text: fmt.Sprintf("[audio of type %s, which this client's revision of MCP does not have]", c.MIMEType), Annotations: c.Annotations}
			}
		}
	}
	return content
}
