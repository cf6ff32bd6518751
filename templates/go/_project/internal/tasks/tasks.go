// Package tasks runs work that outlives the call that starts it: a call begins
// it, others ask how far it is, and one may cancel it.
package tasks

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Config of long-running work.
type Config struct {
	Max int           `env:"MCP_TASKS_MAX" envDefault:"100"` // tasks kept at once, running or done
	TTL time.Duration `env:"MCP_TASKS_TTL" envDefault:"1h"`  // how long a result is kept
}

// Validate tells what is wrong with the settings.
func (c Config) Validate() error {
	if c.Max <= 0 || c.TTL <= 0 {
		return errors.New("MCP_TASKS_MAX and MCP_TASKS_TTL must be more than nothing")
	}
	return nil
}

// State is what has become of a task.
type State string

// The states.
const (
	Working   State = "working"
	Completed State = "completed"
	Failed    State = "failed"
	Cancelled State = "cancelled"
)

// Errors of a Store.
var (
	ErrUnknown = errors.New("there is no such task")
	ErrFull    = errors.New("too many tasks are kept")
)

// Task is a task as seen at one moment.
type Task struct {
	ID     string
	State  State
	Done   int // steps done
	Total  int // of so many
	Result string
	Err    error // why it failed
}

// Work is what a task does. It calls step after each step and stops when ctx
// ends.
type Work func(ctx context.Context, step func(done, total int)) (string, error)

// Store keeps a bounded number of tasks, each for its owner only. It is safe for
// concurrent use.
type Store struct {
	config Config
	ctx    context.Context
	cancel context.CancelFunc
	now    func() time.Time

	mu      sync.Mutex
	entries map[string]*entry
	running sync.WaitGroup
}

type entry struct {
	Task
	owner   string
	cancel  context.CancelFunc
	expires time.Time // zero while it works
}

// New returns an empty store.
func New(c Config) *Store {
	s := &Store{config: c, now: time.Now, entries: map[string]*entry{}}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// Start begins work for owner and returns at once.
func (s *Store) Start(owner string, work Work) (Task, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, e := range s.entries {
		if !e.expires.IsZero() && s.now().After(e.expires) {
			delete(s.entries, id)
		}
	}
	if len(s.entries) >= s.config.Max || s.ctx.Err() != nil {
		return Task{}, ErrFull
	}
	ctx, cancel := context.WithCancel(s.ctx)
	// The id cannot be guessed, but it is the owner that is checked.
	e := &entry{Task: Task{ID: rand.Text(), State: Working}, owner: owner, cancel: cancel}
	s.entries[e.ID] = e
	s.running.Go(func() { s.run(ctx, e, work) })
	return e.Task, nil
}

func (s *Store) run(ctx context.Context, e *entry, work Work) {
	result, err := guarded(ctx, work, func(done, total int) {
		s.mu.Lock()
		defer s.mu.Unlock()
		e.Done, e.Total = done, total
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	e.cancel()
	e.expires = s.now().Add(s.config.TTL)
	switch {
	case e.State == Cancelled:
	case err != nil:
		e.State, e.Err = Failed, err
	default:
		e.State, e.Result = Completed, result
	}
}

// guarded makes a panic of work its failure.
func guarded(ctx context.Context, work Work, step func(done, total int)) (result string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the task panicked: %v", p)
		}
	}()
	return work(ctx, step)
}

// Get returns an owner's task. Others' tasks are unknown.
func (s *Store) Get(owner, id string) (Task, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.entries[id]
	if !ok || e.owner != owner {
		return Task{}, ErrUnknown
	}
	return e.Task, nil
}

// Cancel stops an owner's task if it still works, and returns it.
func (s *Store) Cancel(owner, id string) (Task, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.entries[id]
	if !ok || e.owner != owner {
		return Task{}, ErrUnknown
	}
	if e.State == Working {
		e.State = Cancelled
		e.cancel()
	}
	return e.Task, nil
}

// Close cancels all tasks and waits until they have stopped or ctx ends.
func (s *Store) Close(ctx context.Context) error {
	s.cancel()
	done := make(chan struct{})
	go func() { s.running.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting for tasks to stop: %w", ctx.Err())
	}
}
