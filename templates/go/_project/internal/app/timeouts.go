package app

import "example.com/acme-server/internal/middleware"

// withTimeouts gives every piece of work a deadline.
func withTimeouts(a *App) error {
	a.Use(middleware.Timing, a.Config.Timeouts.Middleware)
	return nil
}
