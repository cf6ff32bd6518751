package app

import (
	"context"

	"github.com/modelcontextprotocol/go-sdk/auth"

	"example.com/acme-server/internal/caller"
	"example.com/acme-server/internal/lanes"
	"example.com/acme-server/internal/sessions"
)

// withSessions binds sessions to their callers and ends idle ones.
func withSessions(a *App) error {
	table := sessions.New(a.Config.Sessions, func(ctx context.Context) string {
		return caller.FromToken(auth.TokenInfoFromContext(ctx)).ID
	})
	a.Wrap(lanes.Session, table.Guard)
	a.Lanes.SessionTimeout = a.Config.Sessions.Idle // the SDK frees what they hold
	return nil
}
