package app

import (
	"context"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/resources"
)

// A client that subscribed in the handshake era is told of a change.
func TestSubscribe(t *testing.T) {
	a, _ := newApp(t)
	updated, listed := make(chan string, 10), make(chan struct{}, 10)
	client := connectHTTP(t, serve(t, a), "2025-11-25", &mcp.ClientOptions{
		ResourceUpdatedHandler: func(_ context.Context, req *mcp.ResourceUpdatedNotificationRequest) {
			updated <- req.Params.URI
		},
		ResourceListChangedHandler: func(context.Context, *mcp.ResourceListChangedRequest) { listed <- struct{}{} },
	})
	if err := client.Subscribe(t.Context(), &mcp.SubscribeParams{URI: resources.IndexURI}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Notes.Add("New", "", nil); err != nil {
		t.Fatal(err)
	}
	if got := receive(t, updated); got != resources.IndexURI {
		t.Errorf("told of %s", got)
	}
	receive(t, listed)

	if err := client.Unsubscribe(t.Context(), &mcp.UnsubscribeParams{URI: resources.IndexURI}); err != nil {
		t.Fatal(err)
	}
	if err := a.Notes.Delete("n2"); err != nil {
		t.Fatal(err)
	}
	receive(t, listed) // comes after what an update would have been
	if len(updated) > 0 {
		t.Errorf("told of %s after unsubscribing", <-updated)
	}
}

func TestSubscribeToNothing(t *testing.T) {
	a, _ := newApp(t)
	client := connectHTTP(t, serve(t, a), "2025-11-25", nil)
	if err := client.Subscribe(t.Context(), &mcp.SubscribeParams{URI: resources.URI("n9")}); err == nil {
		t.Error("a subscription to a note that does not exist is accepted")
	}
}

// Each note is a resource of its own as long as it is there.
func TestNotesAreListed(t *testing.T) {
	a, _ := newApp(t)
	n, err := a.Notes.Add("New", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	has := func() bool {
		for r, err := range connect(t, a, nil).Resources(t.Context(), nil) { // a new client: they keep lists
			if err != nil {
				t.Fatal(err)
			}
			if r.URI == resources.URI(n.ID) {
				return true
			}
		}
		return false
	}
	if !has() {
		t.Error("a new note is not listed")
	}
	if err := a.Notes.Delete(n.ID); err != nil {
		t.Fatal(err)
	}
	if has() {
		t.Error("a deleted note is listed")
	}
}

func receive[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(10 * time.Second):
		t.Fatal("nothing comes")
		panic("not reached")
	}
}
