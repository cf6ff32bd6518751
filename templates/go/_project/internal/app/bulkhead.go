package app

import (
	"example.com/acme-server/internal/bulkhead"
	"example.com/acme-server/internal/middleware"
)

// withBulkhead bounds how much is done at once. On the stage of the rates, and
// after them: what is refused anyway must not wait first.
func withBulkhead(a *App) error {
	a.Use(middleware.Rate, bulkhead.New(a.Config.Bulkhead).Middleware)
	return nil
}
