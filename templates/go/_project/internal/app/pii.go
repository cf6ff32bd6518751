package app

import (
	"log/slog"

	"example.com/acme-server/internal/middleware"
	"example.com/acme-server/internal/pii"
)

// withPii masks personal data in the log and, if so configured, in results.
func withPii(a *App) error {
	masker := pii.New()
	a.Log = slog.New(masker.Handler(a.Log.Handler()))
	if a.Config.Pii.Results {
		a.Use(middleware.Sanitise, masker.Results)
	}
	return nil
}
