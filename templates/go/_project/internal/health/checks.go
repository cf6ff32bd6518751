package health

import (
	"context"
	"fmt"
	"sync"
	"time"

	"example.com/acme-server/internal/lifecycle"
)

const (
	up   = "up"
	down = "down"
)

// result of one dependency check.
type result struct {
	Name     string    `json:"name"`
	Required bool      `json:"required"`
	Status   string    `json:"status"`
	Error    string    `json:"error,omitempty"`
	At       time.Time `json:"checked_at,omitzero"`
}

// checks runs the dependency checks for probes and keeps the results for a while.
// At most one round is under way, even when a check ignores its deadline: rounds
// must not pile up on what hangs.
type checks struct {
	cfg  Config
	life *lifecycle.Manager

	mu      sync.Mutex
	began   time.Time     // when the last round began
	running chan struct{} // closed when the round under way ends; nil when none is
	ended   time.Time     // when the last round ended
}

// run returns the results of all checks, in the order of the checks. What does
// not answer in time is down.
func (c *checks) run(ctx context.Context) []result {
	began, running := c.round(ctx)
	late := time.NewTimer(c.cfg.CheckTimeout)
	defer late.Stop()
	select {
	case <-running:
	case <-late.C:
	case <-ctx.Done():
	}

	var results []result
	for _, s := range c.life.Statuses() {
		res := result{Name: s.Name, Required: s.Required, Status: up, At: s.At}
		switch {
		case s.At.Before(began):
			res.Status, res.Error = down, fmt.Sprintf("no answer within %s", c.cfg.CheckTimeout)
		case s.Err != nil:
			res.Status, res.Error = down, s.Err.Error()
		}
		results = append(results, res)
	}
	return results
}

// round tells when the round that counts began, and what closes at its end. It
// begins one unless one is under way or the last is young enough.
func (c *checks) round(ctx context.Context) (began time.Time, running <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running != nil {
		return c.began, c.running
	}
	done := make(chan struct{})
	if !c.ended.IsZero() && time.Since(c.ended) < c.cfg.CacheFor {
		close(done)
		return c.began, done
	}
	c.began, c.running = time.Now(), done
	// The round serves all who wait, so it outlives the request that began it.
	go func() {
		c.life.CheckAll(context.WithoutCancel(ctx))
		c.mu.Lock()
		defer c.mu.Unlock()
		c.running, c.ended = nil, time.Now()
		close(done)
	}()
	return c.began, c.running
}
