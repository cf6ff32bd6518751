package app

import "example.com/acme-server/internal/middleware"

// withLimits bounds arguments and results.
func withLimits(a *App) error {
	a.Use(middleware.Sanitise, a.Config.Limits.Requests)
	a.Use(middleware.ResponseLimit, a.Config.Limits.Results)
	return nil
}
