package app

import (
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/cache"
	"example.com/acme-server/internal/caller"
	"example.com/acme-server/internal/middleware"
)

// withCache keeps results of tools that repeat themselves.
func withCache(a *App) error {
	c, err := cache.New(a.Config.Cache, a.Log)
	if err != nil {
		return err
	}
	a.Cache = c
	//mcpctl:if metrics
	c.Looked = a.Metrics.CacheLookup
	//mcpctl:end
	// On the innermost stage: an answer from the cache is checked, audited and
	// logged like any other.
	a.Use(middleware.Logging, c.Middleware(func(req mcp.Request) cache.Caller {
		from := caller.Of(req)
		return cache.Caller{ID: from.ID, Scopes: from.Scopes}
	}))
	return nil
}
