// Package redis is a level of the cache that several processes share.
package redis

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/acme-server/internal/secret"
)

// Config of the connection. URL switches it on.
type Config struct {
	URL     secret.Secret `env:"MCP_REDIS_URL"`                                    // redis://user:password@host:6379/0, rediss:// with TLS
	Prefix  string        `env:"MCP_REDIS_PREFIX" envDefault:"acme-server:cache:"` // of all keys
	Timeout time.Duration `env:"MCP_REDIS_TIMEOUT" envDefault:"250ms"`             // of one operation: beyond it, working the result out is as good
}

// Validate tells whether the URL can be read. The error does not show it, as it
// may hold the password.
func (c Config) Validate() error {
	if c.URL.Reveal() == "" {
		return nil
	}
	if _, err := redis.ParseURL(c.URL.Reveal()); err != nil {
		return errors.New("MCP_REDIS_URL cannot be read: write redis://[user:password@]host:port/database, with special characters escaped")
	}
	return nil
}

// rest is how long a server that failed is left alone: each call would wait for
// the timeout otherwise.
const rest = 5 * time.Second

// ErrResting is the error while the server is left alone.
var ErrResting = errors.New("redis has just failed and is left alone for a moment")

// Store is the level. It is safe for concurrent use.
type Store struct {
	client *redis.Client
	prefix string
	failed atomic.Int64 // when it failed last, in nanoseconds; 0: it has not
}

// New returns the store that cfg names, without connecting; with none it
// returns nil.
func New(cfg Config) (*Store, error) {
	if cfg.URL.Reveal() == "" {
		return nil, nil
	}
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	options, err := redis.ParseURL(cfg.URL.Reveal())
	if err != nil {
		return nil, err
	}
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout = cfg.Timeout, cfg.Timeout, cfg.Timeout
	options.MaxRetries = -1 // the cache goes on without it
	return &Store{client: redis.NewClient(options), prefix: cfg.Prefix}, nil
}

// Ping asks whether the server is there.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.client.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("asking redis: %w", err)
	}
	return nil
}

// Close closes the connections.
func (s *Store) Close() error { return s.client.Close() }

// Get returns the value of a key, or nil, and the current version. A stored
// value begins with the version that it belongs to.
func (s *Store) Get(ctx context.Context, key string) (value []byte, version string, err error) {
	err = s.try(ctx, func() error {
		found, err := s.client.MGet(ctx, s.prefix+"version", s.prefix+key).Result()
		if err != nil {
			return err
		}
		version, _ = found[0].(string) // nil before the first Clear
		if stored, ok := found[1].(string); ok {
			if rest, current := bytes.CutPrefix([]byte(stored), []byte(version+"\n")); current {
				value = rest
			}
		}
		return nil
	})
	return value, version, err
}

// Set stores a value that was worked out under a version.
func (s *Store) Set(ctx context.Context, key, version string, value []byte, ttl time.Duration) error {
	return s.try(ctx, func() error {
		return s.client.Set(ctx, s.prefix+key, append([]byte(version+"\n"), value...), ttl).Err()
	})
}

// Clear makes a new version: all that is stored is out of date at once, for all
// processes, and goes by its age.
func (s *Store) Clear(ctx context.Context) error {
	return s.try(ctx, func() error { return s.client.Incr(ctx, s.prefix+"version").Err() })
}

func (s *Store) try(ctx context.Context, do func() error) error {
	if failed := s.failed.Load(); failed != 0 && time.Since(time.Unix(0, failed)) < rest {
		return ErrResting
	}
	err := do()
	switch {
	case err == nil:
		s.failed.Store(0)
	case ctx.Err() == nil: // else it is the caller who has gone
		s.failed.Store(time.Now().UnixNano())
	}
	return err
}
