// Package cache keeps results of tools that give the same answer to the same
// question, until something is changed.
package cache

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"
)

// Config of the cache.
type Config struct {
	TTL     time.Duration `env:"MCP_CACHE_TTL" envDefault:"300s"`     // how long a result is good
	Entries int           `env:"MCP_CACHE_ENTRIES" envDefault:"1000"` // results that are kept

	// Tools whose results are kept, provided that they are annotated both
	// read-only and idempotent. The annotations alone do not tell: a tool that asks
	// how far some work is carries both, and must be asked anew each time.
	Tools []string `env:"MCP_CACHE_TOOLS"`
}

// Validate tells everything that is wrong with the settings.
func (c Config) Validate() error {
	if c.TTL <= 0 || c.Entries <= 0 {
		return errors.New("MCP_CACHE_TTL and MCP_CACHE_ENTRIES must be above zero")
	}
	return nil
}

// Store is a second level, which several processes share. A version stands for
// all that is stored until the next Clear.
type Store interface {
	// Get returns the value, or nil if there is none, and the current version.
	Get(ctx context.Context, key string) (value []byte, version string, err error)
	// Set stores a value that was worked out under a version. If that is no
	// longer the current one, the value must not be seen by Get.
	Set(ctx context.Context, key, version string, value []byte, ttl time.Duration) error
	// Clear makes a new version.
	Clear(ctx context.Context) error
}

// Cache holds results. It is safe for concurrent use, once Second and Looked
// are set.
type Cache struct {
	Second Store          // may be nil; its failures only cost its help
	Looked func(hit bool) // told of every lookup; may be nil

	cfg        Config
	log        *slog.Logger
	local      *otter.Cache[string, []byte]
	generation atomic.Int64 // counts Clear
	hits       atomic.Int64
	misses     atomic.Int64
	tools      index
}

// New returns an empty cache.
func New(cfg Config, log *slog.Logger) (*Cache, error) {
	local, err := otter.New(&otter.Options[string, []byte]{
		MaximumSize:      cfg.Entries,
		ExpiryCalculator: otter.ExpiryWriting[string, []byte](cfg.TTL),
	})
	if err != nil {
		return nil, err
	}
	return &Cache{cfg: cfg, log: log, local: local}, nil
}

// Stats returns how many lookups found a result, and how many did not.
func (c *Cache) Stats() (hits, misses int64) { return c.hits.Load(), c.misses.Load() }

// Clear forgets everything. With a second level, other processes forget what
// they hold themselves only by its age.
func (c *Cache) Clear(ctx context.Context) {
	c.generation.Add(1)
	c.local.InvalidateAll()
	if c.Second != nil {
		c.note(ctx, "clearing", c.Second.Clear(ctx))
	}
}

// moment is what must not have changed between lookup and store: a result that
// was worked out before a Clear is old news after it.
type moment struct {
	generation int64
	version    string
	second     bool // the second level answered
}

func (c *Cache) get(ctx context.Context, key string) ([]byte, moment) {
	now := moment{generation: c.generation.Load()}
	value, ok := c.local.GetIfPresent(key)
	if !ok && c.Second != nil {
		var err error
		value, now.version, err = c.Second.Get(ctx, key)
		now.second = err == nil
		c.note(ctx, "reading", err)
		if ok = value != nil; ok && c.generation.Load() == now.generation {
			c.local.Set(key, value)
		}
	}
	if ok {
		c.hits.Add(1)
	} else {
		c.misses.Add(1)
	}
	if c.Looked != nil {
		c.Looked(ok)
	}
	return value, now
}

func (c *Cache) set(ctx context.Context, key string, value []byte, then moment) {
	if c.generation.Load() != then.generation {
		return
	}
	c.local.Set(key, value)
	if then.second {
		c.note(ctx, "writing", c.Second.Set(ctx, key, then.version, value, c.cfg.TTL))
	}
}

// note logs trouble with the second level quietly: whoever runs it has alarms
// of their own, and the caller has lost nothing.
func (c *Cache) note(ctx context.Context, doing string, err error) {
	if err != nil && ctx.Err() == nil {
		c.log.DebugContext(ctx, doing+" the second level of the cache failed; the first goes on alone", "error", err)
	}
}
