package middleware

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/problem"
)

// What resources/read said of a resource that is not there, before 2026-07-28
// made it an invalid parameter.
const codeNotFoundThen = -32002

// Compat keeps to what older revisions say where the SDK answers in the terms of
// the newest, and refuses log levels that do not exist.
func Compat(next mcp.MethodHandler) mcp.MethodHandler {
	return func(ctx context.Context, method string, req mcp.Request) (mcp.Result, error) {
		if level := logLevel(req); level != nil && !knownLevel(level) {
			return nil, &jsonrpc.Error{Code: jsonrpc.CodeInvalidParams, Message: fmt.Sprintf("there is no log level %q", level)}
		}
		res, err := next(ctx, method, req)
		var wire *jsonrpc.Error
		if method == "tools/call" && errors.As(err, &wire) && wire != err { //nolint:errorlint // only what wraps it
			// The client refused what the tool asked of it: the model should know.
			var failed mcp.CallToolResult
			failed.SetError(&problem.Problem{
				Code:    problem.Refused,
				Message: "The client did not give what the tool asked for: " + wire.Message + ".",
				Fix:     "Ask the user whether to go on without this tool.",
			})
			return &failed, nil
		}
		read, ok := req.GetParams().(*mcp.ReadResourceParams)
		if ok && errors.As(err, &wire) && wire.Code == jsonrpc.CodeInvalidParams && read.URI != "" && handshake(req) {
			then := *wire
			then.Code = codeNotFoundThen
			return res, &then
		}
		return res, err
	}
}

// handshake tells whether the client speaks a revision that has sessions.
func handshake(req mcp.Request) bool {
	r, ok := req.(interface{ ProtocolVersion() string })
	return ok && r.ProtocolVersion() < "2026-07-28"
}

// logLevel returns the log level that a request sets, or nil.
func logLevel(req mcp.Request) any {
	params := req.GetParams()
	if v := reflect.ValueOf(params); !v.IsValid() || v.IsNil() {
		return nil // a request may have no params
	}
	if p, ok := params.(*mcp.SetLoggingLevelParams); ok {
		return string(p.Level)
	}
	return params.GetMeta()[mcp.MetaKeyLogLevel]
}

func knownLevel(level any) bool {
	return slices.Contains([]any{"debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"}, level)
}
