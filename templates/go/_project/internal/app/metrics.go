package app

import (
	"context"
	"log/slog"
	"runtime/debug"

	"example.com/acme-server/internal/lanes"
	"example.com/acme-server/internal/metrics"
	"example.com/acme-server/internal/middleware"
)

// withMetrics counts requests, tools and HTTP responses and serves the counts on
// the admin port. What other parts count is in a.Metrics too.
func withMetrics(a *App) error {
	build := metrics.Build{Version: a.Build.Version, Revision: revision()}
	a.Metrics = metrics.New(a.Config.Metrics, build, metrics.Sources{
		Sessions:     a.sessions,
		Dependencies: a.dependencies,
	})
	a.Use(middleware.Error, a.Metrics.Requests())
	a.Use(middleware.Timing, a.Metrics.Tools())
	a.Wrap(lanes.Headers, a.Metrics.HTTP)
	a.Admin("GET /metrics", a.Metrics.Handler())
	a.OnStop("metrics", func(ctx context.Context) error {
		a.Log.LogAttrs(ctx, slog.LevelInfo, "final metrics", a.Metrics.Summary()...)
		return nil
	})
	return nil
}

func (a *App) sessions() (open int) {
	for range a.Server.Sessions() {
		open++
	}
	return open
}

func (a *App) dependencies() map[string]bool {
	up := map[string]bool{}
	for _, s := range a.Life().Statuses() {
		up[s.Name] = s.Err == nil
	}
	return up
}

// revision is the commit that the program was built from, if the toolchain knew.
func revision() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return s.Value
			}
		}
	}
	return "unknown"
}
