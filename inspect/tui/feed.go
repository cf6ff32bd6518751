package tui

import (
	"context"
	"sync"

	tea "charm.land/bubbletea/v2"
)

// maxFed is how many messages wait at most for the screen. A server that floods
// loses the oldest ones on the screen, and nothing else.
const maxFed = 20_000

// feed brings what happens elsewhere to the program, in order and many at a
// time. put never waits, so that a server is never held up by the screen.
type feed struct {
	mu      sync.Mutex
	waiting []tea.Msg
	lost    int
	stirred chan struct{}
}

// batchMsg is what the feed has gathered; lost counts what it had to drop.
type batchMsg struct {
	all  []tea.Msg
	lost int
}

func newFeed() *feed { return &feed{stirred: make(chan struct{}, 1)} }

// put adds a message. Safe for concurrent use.
func (f *feed) put(msg tea.Msg) {
	f.mu.Lock()
	if len(f.waiting) >= maxFed {
		half := len(f.waiting) / 2
		f.lost += half
		f.waiting = append(f.waiting[:0:0], f.waiting[half:]...)
	}
	f.waiting = append(f.waiting, msg)
	f.mu.Unlock()
	select {
	case f.stirred <- struct{}{}:
	default: // it is awake
	}
}

// next is the command that waits for messages; the shell calls it again after
// each batch.
func (f *feed) next(ctx context.Context) tea.Cmd {
	return func() tea.Msg {
		select {
		case <-f.stirred:
			return f.take()
		case <-ctx.Done():
			return nil
		}
	}
}

func (f *feed) take() tea.Msg {
	f.mu.Lock()
	defer f.mu.Unlock()
	b := batchMsg{f.waiting, f.lost}
	f.waiting, f.lost = nil, 0
	return b
}
