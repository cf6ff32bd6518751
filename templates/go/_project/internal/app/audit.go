package app

import (
	"context"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/audit"
	"example.com/acme-server/internal/caller"
	"example.com/acme-server/internal/middleware"
)

// withAudit writes down who did what.
func withAudit(a *App) error {
	log, err := audit.Open(a.Config.Audit, a.Build.Errors)
	if err != nil {
		return err
	}
	a.Auditor = log
	a.OnStop("audit", func(context.Context) error { return log.Close() })
	a.Use(middleware.Audit, log.Middleware(who, a.Log))
	return nil
}

// who names the caller and the session for the audit.
func who(req mcp.Request) (id, session string) {
	c := caller.Of(req)
	return c.ID, c.Session
}
