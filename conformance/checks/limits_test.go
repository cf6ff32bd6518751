package checks_test

import (
	"slices"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

// quickLimits suit a server in the same process that never answers late
// unless it was told to, also under the race detector.
func quickLimits() mcp.Limits {
	l := mcp.DefaultLimits()
	l.Start, l.Call, l.Exit = 10*time.Second, 3*time.Second, 500*time.Millisecond
	return l
}

func hasWord(needs, word string) bool { return slices.Contains(strings.Fields(needs), word) }
