package conformance

import (
	"context"
	"errors"
	"sync"

	"github.com/mcpctl/mcpctl/mcp"
)

// memo keeps what was asked once.
type memo struct {
	mu   sync.Mutex
	kept map[string]*kept
}

type kept struct {
	mu   sync.Mutex
	done bool
	what any
	err  error
}

func newMemo() *memo { return &memo{kept: map[string]*kept{}} }

func (m *memo) entry(key string) *kept {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.kept[key] == nil {
		m.kept[key] = &kept{}
	}
	return m.kept[key]
}

// Once asks something once for all checks of a revision that ask it under the
// same key. What a check was cut off in is asked again by the next.
func Once[T any](ctx context.Context, p *Probe, key string, ask func(context.Context) (T, error)) (T, error) {
	return once(ctx, p.arena.memo, key, p.alone, ask)
}

// OnceForAll is Once over all revisions of a run, for questions whose answer
// does not depend on the revision: on stdio each answer costs a process.
func OnceForAll[T any](ctx context.Context, p *Probe, key string, ask func(context.Context) (T, error)) (T, error) {
	return once(ctx, p.arena.runMemo, key, p.alone, ask)
}

// once asks what m does not keep yet. anew asks again for what came to nothing:
// another check may have been to blame.
func once[T any](ctx context.Context, m *memo, key string, anew bool, ask func(context.Context) (T, error)) (T, error) {
	k := m.entry(key)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.done && !(anew && k.failed()) {
		what, _ := k.what.(T)
		return what, k.err
	}
	what, err := ask(ctx)
	cut := ctx.Err() != nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
	if !cut {
		k.done, k.what, k.err = true, what, err
	}
	return what, err
}

// failed reports whether there is no answer among what is kept.
func (k *kept) failed() bool {
	x, ok := k.what.(*mcp.Exchange)
	return k.err != nil || ok && x != nil && x.Reply() == nil
}
