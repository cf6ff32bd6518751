// Package versioning keeps old versions of tools alive for a while.
//
// A change that breaks callers goes into a tool of a new name. The old one stays,
// says that it is deprecated and by what it is replaced, and works until its day.
package versioning

import (
	"fmt"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// The key in a tool's _meta under which clients find its deprecation.
const metaKey = "acme-server/deprecated"

// Deprecate marks t as replaced by another tool, until a day (YYYY-MM-DD) after
// which it may be gone, and returns it.
func Deprecate(t *mcp.Tool, replacement, until string) *mcp.Tool {
	t.Description = fmt.Sprintf("Deprecated: use %s; this tool may be gone after %s. %s", replacement, until, t.Description)
	if t.Meta == nil {
		t.Meta = mcp.Meta{}
	}
	t.Meta[metaKey] = map[string]any{"replacedBy": replacement, "until": until}
	return t
}
