package app

import (
	"context"

	"example.com/acme-server/internal/redis"
)

// withRedis shares the cache between processes. It is no required dependency:
// without it, each process caches for itself.
func withRedis(a *App) error {
	store, err := redis.New(a.Config.Redis)
	if err != nil || store == nil {
		return err
	}
	a.Cache.Second = store
	a.Check("redis", false, store.Ping)
	a.OnStop("redis", func(context.Context) error { return store.Close() })
	return nil
}
