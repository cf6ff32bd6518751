package app

import (
	"context"
	"log/slog"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/middleware"
	"example.com/acme-server/internal/notes"
	"example.com/acme-server/internal/tools"
	"example.com/acme-server/internal/wire"
)

const instructions = "A notebook. Search before you add; a note is named by its id."

// withServer makes the MCP server that the parts after it fill.
func withServer(a *App) error {
	a.Notes = notes.New(notes.DefaultLimit)
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
	//mcpctl:if completion
	options.CompletionHandler = a.Completions.Complete
	//mcpctl:end
	//mcpctl:if subscriptions
	options.SubscribeHandler = a.subscribe
	options.UnsubscribeHandler = a.unsubscribe
	//mcpctl:end
	//mcpctl:if legacy
	options.Capabilities.Logging = &mcp.LoggingCapabilities{}
	//mcpctl:end

	a.Server = mcp.NewServer(&mcp.Implementation{
		Name:       "acme-server",
		Title:      "Acme Server",
		Version:    a.Build.Version,
		WebsiteURL: "https://github.com/acme-owner/acme-server",
		Icons:      tools.Icon(),
	}, options)

	a.Use(middleware.Error, a.stats.count)
	a.Use(middleware.Error, middleware.Recover(a.Log))
	a.Use(middleware.Error, middleware.Compat)
	a.Use(middleware.Error, wire.Only(features()...))
	a.Every("checks", a.Config.Server.CheckEvery, a.life.CheckAll)
	a.Every("stats", a.Config.Server.StatsEvery, func(context.Context) { a.stats.log(a.Log, "statistics") })
	return nil
}

// features lists what the server offers, whether there is any of it or not.
func features() []string {
	return []string{
		"tools",
		//mcpctl:if resources
		"resources",
		//mcpctl:end
		//mcpctl:if prompts
		"prompts",
		//mcpctl:end
		//mcpctl:if completion
		"completion",
		//mcpctl:end
		//mcpctl:if legacy
		"logging",
		//mcpctl:end
	}
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
