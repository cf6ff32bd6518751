// Package lifecycle takes a server from its boot to its end: hooks that run at
// the start and, in reverse, at the stop; dependency checks; background tasks.
package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// Phase is where the server is in its life.
type Phase int32

// The phases, in order.
const (
	Starting Phase = iota
	Running
	Draining // answers what is under way, accepts nothing new
	Stopped
)

// String returns the phase's name.
func (p Phase) String() string {
	return [...]string{"starting", "running", "draining", "stopped"}[p]
}

// Manager runs hooks, checks and tasks. It is filled before Start; after that
// its methods may be called concurrently.
type Manager struct {
	Log         *slog.Logger
	StopTimeout time.Duration // for each stop hook

	phase  atomic.Int32
	starts []hook
	stops  []hook
	tasks  []task
	checks []*check

	cancel context.CancelFunc
	done   sync.WaitGroup
}

type hook struct {
	name string
	run  func(context.Context) error
}

type task struct {
	name  string
	every time.Duration
	run   func(context.Context)
}

// OnStart adds a hook that runs at the start, after those added before it. An
// error ends the boot.
func (m *Manager) OnStart(name string, run func(context.Context) error) {
	m.starts = append(m.starts, hook{name, run})
}

// OnStop adds a hook that runs at the stop, before those added before it. Its
// context ends after StopTimeout.
func (m *Manager) OnStop(name string, run func(context.Context) error) {
	m.stops = append(m.stops, hook{name, run})
}

// Every adds a task that runs in the background from start to stop, the first
// time after one period. A run that takes longer than a period delays the next.
func (m *Manager) Every(name string, period time.Duration, run func(context.Context)) {
	m.tasks = append(m.tasks, task{name, period, run})
}

// Phase tells where the server is in its life.
func (m *Manager) Phase() Phase { return Phase(m.phase.Load()) }

// Drain marks the server as one that will soon stop.
func (m *Manager) Drain() { m.phase.CompareAndSwap(int32(Running), int32(Draining)) }

// Start runs the start hooks and the checks, then begins the tasks. When a hook
// or a required check fails, the caller still has to call Stop. The tasks live
// until Stop, whatever becomes of ctx.
func (m *Manager) Start(ctx context.Context) error {
	for _, h := range m.starts {
		if err := h.run(ctx); err != nil {
			return fmt.Errorf("starting %s: %w", h.name, err)
		}
	}
	m.CheckAll(ctx)
	if err := m.requiredError(); err != nil {
		return err
	}

	tasks, cancel := context.WithCancel(context.WithoutCancel(ctx))
	m.cancel = cancel
	for _, t := range m.tasks {
		if t.every > 0 {
			m.done.Go(func() { t.loop(tasks, m.Log) })
		}
	}
	m.phase.CompareAndSwap(int32(Starting), int32(Running))
	return nil
}

// Stop ends the tasks and runs the stop hooks in reverse order. A hook that
// fails or takes too long does not keep the others from running.
func (m *Manager) Stop(ctx context.Context) error {
	if m.cancel != nil {
		m.cancel()
	}
	m.done.Wait()

	var errs []error
	for i := len(m.stops) - 1; i >= 0; i-- {
		if err := m.stop(ctx, m.stops[i]); err != nil {
			errs = append(errs, fmt.Errorf("stopping %s: %w", m.stops[i].name, err))
		}
	}
	m.phase.Store(int32(Stopped))
	return errors.Join(errs...)
}

// stop waits for a hook no longer than its deadline, even if the hook does not
// heed its context.
func (m *Manager) stop(ctx context.Context, h hook) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), m.StopTimeout)
	defer cancel()
	result := make(chan error, 1)
	go func() { result <- h.run(ctx) }()
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		return fmt.Errorf("gave up after %s", m.StopTimeout)
	}
}

// loop runs a task until ctx ends. A panic costs one run, not the server.
func (t task) loop(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(t.every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			func() {
				defer func() {
					if p := recover(); p != nil {
						log.Error("a background task panicked", "task", t.name, "panic", p)
					}
				}()
				t.run(ctx)
			}()
		}
	}
}
