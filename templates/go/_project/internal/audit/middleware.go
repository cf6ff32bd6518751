package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/calls"
)

// Middleware records every request that it sees, notifications and pings
// excepted. who tells the caller and the session. A record that cannot be
// written is reported to log; the answer has been worked out by then and is
// given nevertheless.
func (l *Log) Middleware(who func(mcp.Request) (caller, session string), log *slog.Logger) mcp.Middleware {
	return func(next mcp.MethodHandler) mcp.MethodHandler {
		return func(ctx context.Context, method string, req mcp.Request) (mcp.Result, error) {
			if method == "ping" || strings.HasPrefix(method, "notifications/") {
				return next(ctx, method, req)
			}
			start := l.now()
			result, err := next(ctx, method, req)
			r := about(method, req, who)
			r.Time, r.Millis, r.Outcome = start, l.now().Sub(start).Milliseconds(), outcome(result, err)
			if err := l.Write(r); err != nil {
				log.ErrorContext(ctx, "a request is missing in the audit log", "method", method, "error", err)
			}
			return result, err
		}
	}
}

// Denied records a request that was refused before it came to the middleware.
func (l *Log) Denied(method string, req mcp.Request, who func(mcp.Request) (caller, session string)) error {
	r := about(method, req, who)
	r.Outcome = "denied"
	return l.Write(r)
}

// about begins a record with what a request says.
func about(method string, req mcp.Request, who func(mcp.Request) (caller, session string)) Record {
	r := Record{Method: method}
	r.Caller, r.Session = who(req)
	_, target := calls.Target(req)
	r.Target = clip(target)
	if call, ok := req.(*mcp.CallToolRequest); ok && len(call.Params.Arguments) > 0 {
		digest := sha256.Sum256(call.Params.Arguments)
		r.Arguments = "sha256:" + hex.EncodeToString(digest[:])
	}
	return r
}

func outcome(result mcp.Result, err error) string {
	var rpc *jsonrpc.Error
	switch {
	case errors.As(err, &rpc):
		return fmt.Sprintf("error %d", rpc.Code)
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case err != nil:
		return "error"
	}
	if call, ok := result.(*mcp.CallToolResult); ok && call.IsError {
		return "tool_error"
	}
	return "ok"
}

// clip keeps a name that a caller made up from filling the log.
func clip(name string) string {
	const most = 256
	if len(name) <= most {
		return name
	}
	return strings.ToValidUTF8(name[:most], "") + "…"
}
