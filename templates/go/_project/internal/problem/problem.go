// Package problem makes the errors of tools useful to a model: what happened,
// under a code that stays, and what to do about it.
package problem

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// The codes. They are part of the contract with clients: add, never rename.
const (
	NotFound    = "not_found"
	Full        = "full"
	Refused     = "refused"     // by the user
	Forbidden   = "forbidden"   // by the server
	Unavailable = "unavailable" // try again later
	Internal    = "internal"
)

// Problem is an error whose text is meant for the client: a JSON object.
type Problem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Fix     string `json:"fix"` // what the client can do
}

// Error returns the problem as JSON.
func (p *Problem) Error() string {
	text, err := json.Marshal(p)
	if err != nil { // three strings always encode
		return p.Message
	}
	return string(text)
}

// Guard lets problems of h through to the client. Any other error may tell what
// is nobody's business, such as a query or a path: it goes to the log, and the
// client learns that it did.
func Guard[In, Out any](log *slog.Logger, h mcp.ToolHandlerFor[In, Out]) mcp.ToolHandlerFor[In, Out] {
	return func(ctx context.Context, req *mcp.CallToolRequest, in In) (*mcp.CallToolResult, Out, error) {
		res, out, err := h(ctx, req, in)
		var known *Problem
		var wire *jsonrpc.Error
		if err == nil || errors.As(err, &known) || errors.As(err, &wire) || ctx.Err() != nil {
			return res, out, err
		}
		log.ErrorContext(ctx, "a tool failed", "tool", req.Params.Name, "error", err)
		return nil, out, &Problem{
			Code:    Internal,
			Message: "The tool failed for a reason that the server's log tells.",
			Fix:     "Try once more; if it fails again, tell whoever runs the server.",
		}
	}
}
