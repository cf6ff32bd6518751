package app

import (
	"example.com/acme-server/internal/headers"
	"example.com/acme-server/internal/lanes"
)

// withHeaders sets the security headers.
func withHeaders(a *App) error {
	a.Wrap(lanes.Headers, headers.New(a.Config.Headers, a.Lanes.Origins))
	return nil
}
