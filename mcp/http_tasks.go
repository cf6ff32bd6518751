package mcp

import (
	"context"
	"sync"
)

// tasks are the goroutines of one connection: none starts after close, and
// close waits for all of them.
type tasks struct {
	life   context.Context // what every task hangs on
	cancel context.CancelFunc

	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup
}

func newTasks() *tasks {
	life, cancel := context.WithCancel(context.Background())
	return &tasks{life: life, cancel: cancel}
}

// start runs f in a goroutine; false means that it is too late.
func (t *tasks) start(f func()) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return false
	}
	t.running.Go(f)
	return true
}

// close ends all tasks and waits until they are gone or ctx ends.
func (t *tasks) close(ctx context.Context) error {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	t.cancel()
	gone := make(chan struct{})
	go func() {
		t.running.Wait()
		close(gone)
	}()
	select {
	case <-gone:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
