package app

import (
	"example.com/acme-server/internal/lanes"
	"example.com/acme-server/internal/oauth"
)

// withOauth tells clients where to get a token and which scopes it takes.
func withOauth(a *App) error {
	resource, err := oauth.New(a.Config.Oauth)
	if err != nil || resource == nil {
		return err
	}
	for _, path := range resource.Paths() {
		a.Route(path, resource.Metadata())
	}
	a.Bearer.ResourceMetadataURL = resource.MetadataURL()
	a.Bearer.Scopes = a.Config.Oauth.Scopes
	// Inside the check of tokens, which fills the context with the scopes.
	a.Wrap(lanes.Session, resource.Scopes(a.Lanes.MaxBody))
	return nil
}
