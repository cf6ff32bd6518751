package app

import (
	"net"
	"net/http"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/caller"
	"example.com/acme-server/internal/lanes"
	"example.com/acme-server/internal/middleware"
	"example.com/acme-server/internal/ratelimit"
)

// withRatelimit refuses what comes too often.
func withRatelimit(a *App) error {
	//mcpctl:if metrics
	refused := a.Metrics.RateLimited
	//mcpctl:else
	var refused func(scope string)
	//mcpctl:end
	limiter := ratelimit.New(a.Config.Ratelimit, refused)
	a.Use(middleware.Rate, limiter.Middleware(func(req mcp.Request) string { return caller.Of(req).ID }))
	// On the layer of the check of tokens, which was added before: inside it.
	a.Wrap(lanes.Auth, limiter.HTTP(func(r *http.Request) string {
		c := caller.FromToken(auth.TokenInfoFromContext(r.Context()))
		if host, _, err := net.SplitHostPort(r.RemoteAddr); c.ID == caller.Anonymous && err == nil {
			return host // callers without a name are told apart by where they are
		}
		return c.ID
	}))
	return nil
}
