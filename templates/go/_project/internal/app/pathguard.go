package app

import (
	"context"

	"example.com/acme-server/internal/pathguard"
)

// withPathguard gives out the files of a folder, if one is named.
func withPathguard(a *App) error {
	folder, err := pathguard.Open(a.Config.Pathguard)
	if err != nil || folder == nil {
		return err
	}
	a.OnStop("files", func(context.Context) error { return folder.Close() })
	a.Server.AddResourceTemplate(pathguard.Template(), folder.Read)
	return nil
}
