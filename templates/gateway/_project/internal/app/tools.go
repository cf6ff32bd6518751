package app

import (
	"maps"
	"slices"
)

// withTools offers what the upstreams offer. Upstreams are connected before the
// server accepts requests and left after the last answer; it works without any.
func withTools(a *App) error {
	a.Gateway.Join(a.Server, a.HTTPClient().Transport)
	a.OnStart("gateway", a.Gateway.Start)
	a.OnStop("gateway", a.Gateway.Stop)
	checks := a.Gateway.Checks()
	for _, name := range slices.Sorted(maps.Keys(checks)) {
		a.Check("upstream "+name, false, checks[name])
	}
	return nil
}
