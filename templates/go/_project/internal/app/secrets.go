package app

import (
	"log/slog"

	"example.com/acme-server/internal/secrets"
)

// withSecrets keeps the configured secrets out of the log.
func withSecrets(a *App) error {
	redactor := secrets.New(secrets.Of(a.Config)...)
	a.Log = slog.New(redactor.Handler(a.Log.Handler()))
	return nil
}
