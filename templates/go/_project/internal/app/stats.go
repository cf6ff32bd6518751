package app

import (
	"context"
	"log/slog"
	"sync/atomic"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// stats counts what the server does, for the log. It is safe for concurrent use.
type stats struct {
	requests, failures, underWay atomic.Int64
}

// count is a middleware.
func (s *stats) count(next mcp.MethodHandler) mcp.MethodHandler {
	return func(ctx context.Context, method string, req mcp.Request) (mcp.Result, error) {
		s.requests.Add(1)
		s.underWay.Add(1)
		defer s.underWay.Add(-1)
		res, err := next(ctx, method, req)
		if call, ok := res.(*mcp.CallToolResult); err != nil || ok && call != nil && call.IsError {
			s.failures.Add(1)
		}
		return res, err
	}
}

func (s *stats) log(log *slog.Logger, message string) {
	log.Info(message, "requests", s.requests.Load(), "failures", s.failures.Load(), "underWay", s.underWay.Load())
}
