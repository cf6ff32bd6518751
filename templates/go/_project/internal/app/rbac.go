package app

import (
	//mcpctl:if audit
	"context"

	//mcpctl:end
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/caller"
	"example.com/acme-server/internal/middleware"
	"example.com/acme-server/internal/rbac"
)

// withRbac refuses what no role of the caller allows.
func withRbac(a *App) error {
	policy, err := rbac.New(a.Config.Rbac)
	if err != nil {
		return err
	}
	guard := rbac.Guard{
		Policy: policy,
		Caller: func(req mcp.Request) rbac.Caller {
			c := caller.Of(req)
			return rbac.Caller{ID: c.ID, Has: c.Has}
		},
	}
	//mcpctl:if audit
	// The audit comes after the decision, so it must be told of refusals.
	guard.Denied = func(ctx context.Context, method string, req mcp.Request) {
		if err := a.Auditor.Denied(method, req, who); err != nil {
			a.Log.ErrorContext(ctx, "a refusal is missing in the audit log", "method", method, "error", err)
		}
	}
	//mcpctl:end
	a.Use(middleware.Authz, guard.Middleware)
	return nil
}
