package app

import (
	"context"
	"log/slog"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/middleware"
	"example.com/acme-server/internal/wire"
)

// withServer makes the MCP server that the parts after it fill.
func withServer(a *App) error {
	options := &mcp.ServerOptions{
		Instructions: instructions,
		// The SDK tells of each connection; only what goes wrong is of interest.
		Logger:    slog.New(atLeast(slog.LevelWarn, a.Log.Handler())),
		KeepAlive: a.Config.Server.KeepAlive,
		// A miss or two is a slow network, not a dead client.
		KeepAliveFailureThreshold: 3,
		// Without this the SDK would advertise logging, which is deprecated.
		Capabilities: &mcp.ServerCapabilities{},
		SetCacheable: a.cacheable,
	}
	//mcpctl:if pagination
	options.PageSize = a.Config.Server.PageSize
	//mcpctl:end
	if err := a.prepare(options); err != nil {
		return err
	}
	a.Server = mcp.NewServer(a.serverInfo(), options)

	a.Use(middleware.Error, a.stats.count)
	a.Use(middleware.Error, middleware.Recover(a.Log))
	a.Use(middleware.Error, middleware.Compat)
	a.Use(middleware.Error, wire.Only(features()...))
	a.Every("checks", a.Config.Server.CheckEvery, a.life.CheckAll)
	a.Every("stats", a.Config.Server.StatsEvery, func(context.Context) { a.stats.log(a.Log, "statistics") })
	return nil
}

// cacheable tells clients how long they may keep a result. Lists are the same
// for all callers only as long as no part hides anything from somebody, so they
// are private.
func (a *App) cacheable(_ context.Context, req mcp.Request, c *mcp.Cacheable) {
	if _, ok := req.GetParams().(*mcp.ReadResourceParams); ok {
		return // the resource itself knows
	}
	c.TTLMs, c.CacheScope = int(a.Config.Server.ListTTL.Milliseconds()), "private"
}

// atLeast drops the records beneath level.
func atLeast(level slog.Level, h slog.Handler) slog.Handler { return levelHandler{h, level} }

type levelHandler struct {
	slog.Handler
	level slog.Level
}

func (h levelHandler) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= h.level && h.Handler.Enabled(ctx, l)
}

func (h levelHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return levelHandler{h.Handler.WithAttrs(attrs), h.level}
}

func (h levelHandler) WithGroup(name string) slog.Handler {
	return levelHandler{h.Handler.WithGroup(name), h.level}
}
