package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// A check that takes longer than this has failed.
const checkTimeout = 5 * time.Second

// Status is what the last run of a dependency check found.
type Status struct {
	Name     string
	Required bool
	Err      error     // nil: the dependency works
	At       time.Time // zero: not yet checked
}

type check struct {
	run func(context.Context) error

	mu   sync.Mutex
	last Status
}

// Check adds a dependency check. Without a required dependency the server does
// not start and is not ready; without another it starts partly.
func (m *Manager) Check(name string, required bool, run func(context.Context) error) {
	m.checks = append(m.checks, &check{run: run, last: Status{Name: name, Required: required}})
}

// CheckAll runs all checks at once and logs what has changed.
func (m *Manager) CheckAll(ctx context.Context) {
	var all sync.WaitGroup
	for _, c := range m.checks {
		all.Go(func() { m.checkOne(ctx, c) })
	}
	all.Wait()
}

func (m *Manager) checkOne(ctx context.Context, c *check) {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	err := c.run(ctx)

	c.mu.Lock()
	before := c.last
	c.last.Err, c.last.At = err, time.Now()
	c.mu.Unlock()

	switch {
	case err != nil && (before.Err == nil || before.At.IsZero()):
		m.Log.Warn("a dependency does not work", "dependency", before.Name, "required", before.Required, "error", err)
	case err == nil && before.Err != nil:
		m.Log.Info("a dependency works again", "dependency", before.Name)
	}
}

// Statuses returns what the last checks found, in the order of their adding.
func (m *Manager) Statuses() []Status {
	statuses := make([]Status, len(m.checks))
	for i, c := range m.checks {
		c.mu.Lock()
		statuses[i] = c.last
		c.mu.Unlock()
	}
	return statuses
}

// Ready tells whether the server should be sent requests.
func (m *Manager) Ready() bool {
	return m.Phase() == Running && m.requiredError() == nil
}

// requiredError names every required dependency that does not work.
func (m *Manager) requiredError() error {
	var errs []error
	for _, s := range m.Statuses() {
		if s.Required && s.Err != nil {
			errs = append(errs, fmt.Errorf("the required dependency %s does not work: %w", s.Name, s.Err))
		}
	}
	return errors.Join(errs...)
}
