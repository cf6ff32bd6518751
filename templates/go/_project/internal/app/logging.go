package app

import (
	"log/slog"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/caller"
	"example.com/acme-server/internal/logging"
	"example.com/acme-server/internal/middleware"
)

// withLogging makes the log and writes a line for each request. It is the first
// part, so its correlation id is there for all others.
func withLogging(a *App) error {
	a.Log = logging.New(a.Build.Errors, a.Config.Logging)
	log := func() *slog.Logger { return a.Log }
	who := func(req mcp.Request) (string, string) {
		c := caller.Of(req)
		return c.ID, c.Session
	}
	a.Use(middleware.Error, logging.Correlate(log, who))
	a.Use(middleware.Logging, logging.Requests(log, who))
	return nil
}
