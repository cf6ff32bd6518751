package app

import (
	"context"

	"example.com/acme-server/internal/lanes"
	"example.com/acme-server/internal/middleware"
	"example.com/acme-server/internal/otel"
)

// withOtel traces and measures what comes in and what goes out, if there is a
// collector to send it to.
func withOtel(a *App) error {
	if a.Config.Otel.Endpoint == "" {
		return nil
	}
	tel, err := otel.New(context.Background(), a.Config.Otel, "acme-server", a.Build.Version)
	if err != nil {
		return err
	}
	a.Use(middleware.Error, tel.Receive())
	a.Server.AddSendingMiddleware(tel.Send())
	a.Wrap(lanes.Trace, tel.Server)
	a.WrapTransport(tel.Client)
	a.OnStart("otel", func(context.Context) error {
		tel.LogErrors(a.Log)
		return nil
	})
	a.OnStop("otel", func(ctx context.Context) error {
		// A collector that is down must not make a good end look bad, so this gives
		// up before it is given up.
		ctx, cancel := context.WithTimeout(ctx, a.Config.Server.StopTimeout*3/4)
		defer cancel()
		if err := tel.Stop(ctx); err != nil {
			a.Log.Warn("the last telemetry got lost", "error", err)
		}
		return nil
	})
	return nil
}
