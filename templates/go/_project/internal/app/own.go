package app

import (
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/notes"
	"example.com/acme-server/internal/tools"
)

const instructions = "A notebook. Search before you add; a note is named by its id."

// own is what this server itself works with, apart from its features.
type own struct {
	Notes *notes.Notebook // what this example server is about
	Tools tools.Deps      // what the tools work with; parts before "tools" may add to it
}

// serverInfo is what clients are told of this server.
func (a *App) serverInfo() *mcp.Implementation {
	return &mcp.Implementation{
		Name:       "acme-server",
		Title:      "Acme Server",
		Version:    a.Build.Version,
		WebsiteURL: "https://github.com/acme-owner/acme-server",
		Icons:      tools.Icon(),
	}
}

// features lists what the server offers, whether there is any of it or not.
func features() []string {
	return []string{
		"tools",
		//mcpctl:if resources
		"resources",
		//mcpctl:end
		//mcpctl:if prompts
		"prompts",
		//mcpctl:end
		//mcpctl:if completion
		"completion",
		//mcpctl:end
		//mcpctl:if legacy
		"logging",
		//mcpctl:end
	}
}

// prepare makes what this server is about, and completes the options of a server
// that is to offer it.
func (a *App) prepare(options *mcp.ServerOptions) error {
	a.Notes = notes.New(notes.DefaultLimit)
	//mcpctl:if completion
	options.CompletionHandler = a.Completions.Complete
	//mcpctl:end
	//mcpctl:if subscriptions
	options.SubscribeHandler = a.subscribe
	options.UnsubscribeHandler = a.unsubscribe
	//mcpctl:end
	//mcpctl:if legacy
	options.Capabilities.Logging = &mcp.LoggingCapabilities{}
	//mcpctl:end
	return nil
}

// withTools adds the tools.
func withTools(a *App) error {
	a.Tools.Notes, a.Tools.Log = a.Notes, a.Log
	a.Tools.Client, a.Tools.FetchHosts = a.HTTPClient(), a.Config.Own.FetchHosts
	tools.Register(a.Server, a.Tools)
	return nil
}
