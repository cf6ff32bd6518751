package app

import (
	"context"

	"example.com/acme-server/internal/tasks"
)

// withTasks lets tools start work that outlives the call.
func withTasks(a *App) error {
	store := tasks.New(a.Config.Tasks)
	a.Tools.Tasks = store
	a.OnStop("tasks", func(ctx context.Context) error { return store.Close(ctx) })
	return nil
}
