package app

import "example.com/acme-server/internal/ssrf"

// withSsrf keeps outgoing calls off private networks.
func withSsrf(a *App) error {
	guard := ssrf.New(a.Config.Ssrf)
	a.Dialer.ControlContext = guard.Control
	a.WrapTransport(guard.Transport)
	return nil
}
