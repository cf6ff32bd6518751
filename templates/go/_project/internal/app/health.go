package app

import (
	"net/http"

	"example.com/acme-server/internal/health"
)

// withHealth answers probes on the admin port.
func withHealth(a *App) error {
	h := health.New(a.Config.Health, a.Life())
	a.Admin("GET /livez", http.HandlerFunc(h.Live))
	a.Admin("GET /readyz", http.HandlerFunc(h.Ready))
	a.Admin("GET /startupz", http.HandlerFunc(h.Startup))
	return nil
}
