package app

import "example.com/acme-server/internal/resources"

// withResources adds the resources.
func withResources(a *App) error {
	resources.Register(a.Server, a.Notes)
	//mcpctl:if completion
	a.Completions.Add("ref/resource", resources.Template, "id", a.noteIDs)
	//mcpctl:end
	return nil
}
