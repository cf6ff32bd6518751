package app

import (
	"context"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/notes"
	"example.com/acme-server/internal/resources"
)

// withSubscriptions tells clients of changed notes. The SDK knows who listens and
// how: by resources/subscribe in the handshake era, by subscriptions/listen since.
func withSubscriptions(a *App) error {
	a.Notes.Watch(a.announce)
	for _, n := range a.Notes.All() {
		a.list(n)
	}
	return nil
}

// announce tells of a change. That the list of resources changed is told by the
// SDK, as a note is listed or removed.
func (a *App) announce(c notes.Change) {
	if c.Deleted {
		a.Server.RemoveResources(resources.URI(c.Note.ID))
	} else {
		a.list(c.Note)
	}
	for _, uri := range []string{resources.URI(c.Note.ID), resources.IndexURI} {
		if err := a.Server.ResourceUpdated(context.Background(), &mcp.ResourceUpdatedNotificationParams{URI: uri}); err != nil {
			a.Log.Warn("telling subscribers of a change failed", "uri", uri, "error", err)
		}
	}
}

// list makes a note a resource of its own.
func (a *App) list(n notes.Note) {
	a.Server.AddResource(&mcp.Resource{
		URI:         resources.URI(n.ID),
		Name:        n.ID,
		Title:       n.Title,
		Description: "A note, as Markdown.",
		MIMEType:    "text/markdown",
	}, func(_ context.Context, req *mcp.ReadResourceRequest) (*mcp.ReadResourceResult, error) {
		return resources.ReadNote(a.Notes, req.Params.URI)
	})
}

// subscribe refuses subscriptions to notes that do not exist. Other resources are
// not known here: those who add them announce their changes.
func (a *App) subscribe(_ context.Context, req *mcp.SubscribeRequest) error {
	uri := req.Params.URI
	if uri == resources.IndexURI || uri == resources.LogoURI || !strings.HasPrefix(uri, "notes://") {
		return nil
	}
	_, err := resources.ReadNote(a.Notes, uri)
	return err
}

func (a *App) unsubscribe(context.Context, *mcp.UnsubscribeRequest) error { return nil }
