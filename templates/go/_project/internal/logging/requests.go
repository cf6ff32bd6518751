package logging

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/observe"
)

// Who tells the caller and the session of a request.
type Who func(mcp.Request) (caller, session string)

// Log returns the logger to write to. It is asked at each request, as other
// parts of the server may still wrap the logger when the middleware is made.
type Log func() *slog.Logger

type loggedKey struct{}

// Correlate gives each request its correlation id. It stands outermost and logs
// the requests that others refuse before they come to [Requests].
func Correlate(log Log, who Who) mcp.Middleware {
	return func(next mcp.MethodHandler) mcp.MethodHandler {
		return func(ctx context.Context, method string, req mcp.Request) (mcp.Result, error) {
			start, logged := time.Now(), new(atomic.Bool)
			ctx = observe.WithCorrelation(ctx, observe.CorrelationOf(req))
			res, err := next(context.WithValue(ctx, loggedKey{}, logged), method, req)
			if !logged.Load() {
				write(ctx, log(), who, method, req, start, res, err)
			}
			return res, err
		}
	}
}

// Requests logs how each request ended. It stands innermost, so the duration is
// that of the work alone.
func Requests(log Log, who Who) mcp.Middleware {
	return func(next mcp.MethodHandler) mcp.MethodHandler {
		return func(ctx context.Context, method string, req mcp.Request) (res mcp.Result, err error) {
			if logged, ok := ctx.Value(loggedKey{}).(*atomic.Bool); ok {
				logged.Store(true)
			}
			start := time.Now()
			err = errPanic // stays when next does not return
			defer func() { write(ctx, log(), who, method, req, start, res, err) }()
			return next(ctx, method, req)
		}
	}
}

var errPanic = errors.New("the handler panicked")

func write(ctx context.Context, log *slog.Logger, who Who, method string, req mcp.Request, start time.Time, res mcp.Result, err error) {
	outcome := observe.Outcome(method, res, err)
	lvl := level(method, outcome)
	if !log.Enabled(ctx, lvl) {
		return
	}
	caller, session := who(req)
	attrs := []slog.Attr{
		slog.String("method", method),
		slog.String("outcome", outcome),
		slog.Float64("duration_ms", float64(time.Since(start).Microseconds())/1000),
		slog.String("caller", caller),
	}
	if session != "" {
		attrs = append(attrs, slog.String("session", session))
	}
	if tool := observe.Tool(req); tool != "" {
		attrs = append(attrs, slog.String("tool", tool))
	}
	if prompt := observe.Prompt(req); prompt != "" {
		attrs = append(attrs, slog.String("prompt", prompt))
	}
	var rpc *jsonrpc.Error
	if errors.As(err, &rpc) {
		attrs = append(attrs, slog.Int64("code", rpc.Code))
	}
	// ctx may be cancelled by now; slog does not mind.
	log.LogAttrs(ctx, lvl, "request", attrs...)
}

func level(method, outcome string) slog.Level {
	switch outcome {
	case observe.Failed:
		return slog.LevelError
	case observe.ToolError, observe.Rejected, observe.Timeout:
		return slog.LevelWarn
	}
	if method == "ping" || strings.HasPrefix(method, "notifications/") {
		return slog.LevelDebug // many, and of no news
	}
	return slog.LevelInfo
}
