package mcp

import (
	"context"
	"errors"
	"time"
)

// What it took to end a process, as Exit.Forced tells it.
const (
	forcedTerminate = "terminate"
	forcedKill      = "kill"
)

// Exit tells how the server ended; ok is false while it runs. A server within
// this process ends with code 0.
func (t *stdio) Exit() (exit Exit, ok bool) {
	if !closed(t.exited) {
		return Exit{}, false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	exit = t.exit
	exit.Stderr = t.stderr.bytes()
	return exit, true
}

// reap waits for the server's end, notes it, and ends what is left behind: the
// rest of the process group, and streams that somebody outside it holds open.
func (t *stdio) reap() {
	code, signal := t.peer.wait()
	ended := time.Now()
	within(context.Background(), t.drained, t.patience)
	t.mu.Lock()
	t.exit = Exit{Code: code, Signal: signal, Forced: t.forced}
	if !t.hungUp.IsZero() {
		t.exit.After = max(0, ended.Sub(t.hungUp))
	}
	t.mu.Unlock()
	close(t.exited)
	t.peer.sweep(t.patience)
	within(context.Background(), t.read, t.patience)
	closeAll(t.peer.stdin, t.peer.stdout, t.peer.stderr)
	<-t.read
	<-t.drained
	close(t.gone)
}

// Close ends the server in stages of Limits.Exit each: closing its standard
// input, asking it and its group to terminate, killing them. A ctx that ends
// skips to the last. It returns when nothing is left of the process group; a
// process that has left the group (setsid), and on Windows every process but
// the server's own, is not followed.
func (t *stdio) Close(ctx context.Context) error {
	t.hangUp()
	if !within(ctx, t.exited, t.limits.Exit) && ctx.Err() == nil {
		t.force(t.peer.terminate)
		within(ctx, t.exited, t.limits.Exit)
	}
	if !closed(t.exited) {
		t.force(t.peer.kill)
	}
	if !within(context.Background(), t.gone, t.limits.Exit+4*t.patience) {
		return errors.New("the server could not be ended: it is still there after being killed")
	}
	return nil
}

func (t *stdio) hangUp() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.hungUp.IsZero() {
		return
	}
	if !closed(t.exited) {
		t.hungUp = time.Now()
	}
	closeAll(t.peer.stdin)
}

// force ends the server with means and notes that it took them.
func (t *stdio) force(means func() string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !closed(t.exited) {
		t.forced = means()
	}
}

// closed reports whether a channel that only ever gets closed is.
func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// within waits for c to be closed, for no longer than d and ctx, and reports
// whether it is.
func within(ctx context.Context, c <-chan struct{}, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-c:
	case <-timer.C:
	case <-ctx.Done():
	}
	return closed(c)
}
