package app

import "example.com/acme-server/internal/tools"

// withTools adds the tools.
func withTools(a *App) error {
	a.Tools.Notes, a.Tools.Log = a.Notes, a.Log
	a.Tools.Client, a.Tools.FetchHosts = a.HTTPClient(), a.Config.Server.FetchHosts
	tools.Register(a.Server, a.Tools)
	return nil
}
