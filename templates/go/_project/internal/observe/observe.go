// Package observe tells what logs, metrics and traces may know of a request:
// its method, what it is about and how it ended. Argument values, results and
// resource contents are none of their business and cannot be had here.
package observe

import (
	"context"
	"errors"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/calls"
)

// Outcomes of a request. The set is closed: it is used as a metric label.
const (
	OK            = "ok"
	InputRequired = "input_required" // the caller is asked for more and will come again
	ToolError     = "tool_error"     // the tool ran and said that it failed
	Rejected      = "rejected"       // the caller's fault: bad arguments, unknown name, not allowed, too many
	Cancelled     = "cancelled"
	Timeout       = "timeout"
	Failed        = "failed" // the server's fault
)

// Outcomes lists every outcome there is.
func Outcomes() []string {
	return []string{OK, InputRequired, ToolError, Rejected, Cancelled, Timeout, Failed}
}

// Outcome sorts the answer to a request into one of the outcomes above.
func Outcome(method string, res mcp.Result, err error) string {
	var rpc *jsonrpc.Error
	switch {
	case errors.Is(err, context.Canceled):
		return Cancelled
	case errors.Is(err, context.DeadlineExceeded):
		return Timeout
	case errors.As(err, &rpc):
		return ofCode(rpc.Code)
	case err != nil && strings.HasPrefix(method, "notifications/"):
		return Rejected // nothing is done for a notification: it came at the wrong time
	case err != nil:
		return Failed
	}
	if call, ok := res.(*mcp.CallToolResult); ok && call != nil && call.IsError {
		// The SDK turns a handler's error into a result; a cancelled tool has not failed.
		if cause := call.GetError(); errors.Is(cause, context.Canceled) {
			return Cancelled
		} else if errors.Is(cause, context.DeadlineExceeded) {
			return Timeout
		}
		return ToolError
	}
	if asks, ok := res.(interface{ NeedsInput() bool }); ok && asks.NeedsInput() {
		return InputRequired
	}
	return OK
}

// ofCode tells faults of the server from those of its callers. That it is
// overloaded, or that what it needs is down, is not the callers' fault.
func ofCode(code int64) string {
	switch code {
	case calls.CodeTimeout:
		return Timeout
	case jsonrpc.CodeInternalError, calls.CodeOverloaded, calls.CodeUnavailable:
		return Failed
	}
	return Rejected
}

// Tool returns the name of the tool that req calls, or "".
func Tool(req mcp.Request) string { return name(req, calls.Tool) }

// Prompt returns the name of the prompt that req is about, or "".
func Prompt(req mcp.Request) string { return name(req, calls.Prompt) }

// There is no Resource: a URI may hold what should not be kept.
func name(req mcp.Request, want string) string {
	if kind, name := calls.Target(req); kind == want {
		return clip(name)
	}
	return ""
}

// clip keeps a name that a caller made up from filling the logs. 128 characters
// are what the protocol allows a tool's name.
func clip(name string) string {
	const most = 128
	if len(name) <= most {
		return name
	}
	return strings.ToValidUTF8(name[:most], "") + "…"
}
