package app

import (
	"maps"
	"os"
	"slices"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/gateway"
)

const instructions = "A gateway to other servers. The name of a tool or prompt begins with the name of its server; " +
	"gateway_status tells which servers there are and how they are doing."

// own is what this server itself works with, apart from its features.
type own struct {
	Gateway *gateway.Gateway // to the upstreams
}

// serverInfo is what clients are told of this server.
func (a *App) serverInfo() *mcp.Implementation {
	return &mcp.Implementation{
		Name:       "acme-server",
		Title:      "Acme Server",
		Version:    a.Build.Version,
		WebsiteURL: "https://github.com/acme-owner/acme-server",
		Icons:      gateway.Icon(),
	}
}

// features lists what the server may offer, whatever the upstreams do.
func features() []string { return []string{"tools", "resources", "prompts", "completion"} }

// prepare makes the gateway, and completes the options of a server that is to
// offer what the upstreams do.
func (a *App) prepare(options *mcp.ServerOptions) error {
	servers, warnings, err := gateway.Load(a.Config.Own, os.LookupEnv)
	if err != nil {
		return err
	}
	for _, w := range warnings {
		a.Log.Warn(w)
	}
	as := &mcp.Implementation{Name: "acme-server", Version: a.Build.Version}
	a.Gateway = gateway.New(a.Config.Own, servers, as, a.Log)
	a.Gateway.Prepare(options)
	return nil
}

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
