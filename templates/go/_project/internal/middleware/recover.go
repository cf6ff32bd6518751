package middleware

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// Recover turns panics into internal errors, so that one bad request costs one
// answer and not the server, and keeps the text of internal errors from the
// client: it is in the log.
func Recover(log *slog.Logger) mcp.Middleware {
	return func(next mcp.MethodHandler) mcp.MethodHandler {
		return func(ctx context.Context, method string, req mcp.Request) (res mcp.Result, err error) {
			defer func() {
				if p := recover(); p != nil {
					log.ErrorContext(ctx, "a request panicked", "method", method, "panic", p, "stack", string(debug.Stack()))
					res, err = nil, internalError()
				}
			}()
			res, err = next(ctx, method, req)
			if err != nil && !meantForClient(err) {
				log.ErrorContext(ctx, "a request failed", "method", method, "error", err)
				err = internalError()
			}
			return res, err
		}
	}
}

func internalError() error {
	return &jsonrpc.Error{Code: jsonrpc.CodeInternalError, Message: "internal error; the server's log tells more"}
}

// meantForClient tells protocol errors, which name what the client did wrong, and
// cancellation, which the client asked for, from errors within.
func meantForClient(err error) bool {
	var wire *jsonrpc.Error
	return errors.As(err, &wire) || errors.Is(err, context.Canceled)
}
