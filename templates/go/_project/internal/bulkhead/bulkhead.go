// Package bulkhead bounds how much work is done at once. What comes on top
// waits a while in a queue that is bounded too; then it is turned away, so that
// what is under way gets done.
package bulkhead

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"golang.org/x/sync/semaphore"

	"example.com/acme-server/internal/calls"
)

// Config of the bulkhead.
type Config struct {
	Concurrent int64         `env:"MCP_MAX_CONCURRENT" envDefault:"64"` // pieces of work at once
	Queue      int64         `env:"MCP_QUEUE_LENGTH" envDefault:"128"`  // that may wait
	Wait       time.Duration `env:"MCP_QUEUE_WAIT" envDefault:"5s"`     // for so long
}

// Validate tells everything that is wrong with the settings.
func (c Config) Validate() error {
	if c.Concurrent <= 0 || c.Queue < 0 || c.Wait <= 0 {
		return errors.New("MCP_MAX_CONCURRENT and MCP_QUEUE_WAIT must be above zero, MCP_QUEUE_LENGTH not below it")
	}
	return nil
}

// Bulkhead lets so much work through at once. It is safe for concurrent use.
type Bulkhead struct {
	cfg     Config
	slots   *semaphore.Weighted
	waiting atomic.Int64
}

// New returns an empty bulkhead.
func New(cfg Config) *Bulkhead {
	return &Bulkhead{cfg: cfg, slots: semaphore.NewWeighted(cfg.Concurrent)}
}

// Middleware lets work through in the order in which it came.
func (b *Bulkhead) Middleware(next mcp.MethodHandler) mcp.MethodHandler {
	return func(ctx context.Context, method string, req mcp.Request) (mcp.Result, error) {
		if !calls.IsWork(method) {
			return next(ctx, method, req)
		}
		if err := b.enter(ctx); err != nil {
			return nil, err
		}
		defer b.slots.Release(1)
		return next(ctx, method, req)
	}
}

func (b *Bulkhead) enter(ctx context.Context) error {
	if b.slots.TryAcquire(1) {
		return nil
	}
	if b.waiting.Add(1) > b.cfg.Queue {
		b.waiting.Add(-1)
		return b.overload("the server is busy and its queue is full")
	}
	defer b.waiting.Add(-1)
	wait, cancel := context.WithTimeout(ctx, b.cfg.Wait)
	defer cancel()
	if b.slots.Acquire(wait, 1) == nil {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err // the caller has given up
	}
	return b.overload("the server is busy: " + b.cfg.Wait.String() + " in the queue were not enough")
}

func (b *Bulkhead) overload(message string) error {
	return calls.Refusal{
		Code:       calls.CodeOverloaded,
		Reason:     "overloaded",
		Message:    message,
		Hint:       "try again later, with fewer calls at once",
		RetryAfter: b.cfg.Wait,
	}.Err()
}
