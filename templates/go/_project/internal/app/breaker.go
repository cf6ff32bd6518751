package app

import (
	"example.com/acme-server/internal/breaker"
	"example.com/acme-server/internal/middleware"
)

// withBreaker leaves alone what keeps failing.
func withBreaker(a *App) error {
	breakers := breaker.New(a.Config.Breaker, a.Log)
	a.WrapTransport(breakers.Transport)
	a.Use(middleware.Logging, breakers.Tools) // the innermost stage: around the tool alone
	return nil
}
