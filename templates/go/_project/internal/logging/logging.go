// Package logging writes structured logs: one JSON object a line, one line a
// request. It never writes to standard output, which belongs to the protocol on
// stdio, and never logs arguments, results or error texts that may quote them.
package logging

import (
	"context"
	"io"
	"log/slog"

	"example.com/acme-server/internal/observe"
)

// Config of the logs.
type Config struct {
	// Level is the lowest level that is written: debug, info, warn or error.
	Level slog.Level `env:"MCP_LOG_LEVEL" envDefault:"info"`
}

// New returns a logger that writes to w, which is os.Stderr in the server.
// Whatever is logged with a request's context carries its correlation id.
func New(w io.Writer, cfg Config) *slog.Logger {
	return slog.New(correlated{slog.NewJSONHandler(w, &slog.HandlerOptions{Level: cfg.Level})})
}

// correlated adds the correlation id of the context to each record.
type correlated struct{ slog.Handler }

func (h correlated) Handle(ctx context.Context, r slog.Record) error {
	if id := observe.Correlation(ctx); id != "" {
		r.AddAttrs(slog.String("correlation_id", id))
	}
	return h.Handler.Handle(ctx, r)
}

func (h correlated) WithAttrs(attrs []slog.Attr) slog.Handler {
	return correlated{h.Handler.WithAttrs(attrs)}
}

func (h correlated) WithGroup(name string) slog.Handler {
	return correlated{h.Handler.WithGroup(name)}
}
