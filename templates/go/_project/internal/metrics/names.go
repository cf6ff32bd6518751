package metrics

import (
	"sync"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// other stands for every name that is not the server's own.
const other = "other"

// mostNames bounds the tools that have a label of their own. A server with more
// tools than this has other troubles.
const mostNames = 500

// names knows the server's tools. They are learned from what the server itself
// lists or has answered, never from what a caller asks for: a caller must not be
// able to make up time series.
type names struct {
	mu    sync.RWMutex
	known map[string]bool
}

func newNames() *names { return &names{known: map[string]bool{}} }

// learn takes the names from an answer to tools/list.
func (n *names) learn(res mcp.Result) {
	list, ok := res.(*mcp.ListToolsResult)
	if !ok || list == nil {
		return
	}
	for _, tool := range list.Tools {
		n.add(tool.Name)
	}
}

// label returns the label of a called tool. A tool that answered exists.
func (n *names) label(tool string, res mcp.Result) string {
	if call, ok := res.(*mcp.CallToolResult); ok && call != nil && !call.IsError {
		n.add(tool)
	}
	n.mu.RLock()
	defer n.mu.RUnlock()
	if n.known[tool] {
		return tool
	}
	return other
}

func (n *names) add(tool string) {
	n.mu.RLock()
	known := n.known[tool]
	n.mu.RUnlock()
	if known {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.known) < mostNames {
		n.known[tool] = true
	}
}

// methods are those that a server of any revision answers.
var methods = map[string]bool{
	"completion/complete": true, "initialize": true, "logging/setLevel": true, "ping": true,
	"notifications/cancelled": true, "notifications/initialized": true, "notifications/progress": true,
	"notifications/roots/list_changed": true,
	"prompts/get":                      true, "prompts/list": true,
	"resources/list": true, "resources/read": true, "resources/subscribe": true,
	"resources/templates/list": true, "resources/unsubscribe": true,
	"server/discover": true, listen: true, "tools/call": true, "tools/list": true,
}

func methodLabel(method string) string {
	if methods[method] {
		return method
	}
	return other
}
