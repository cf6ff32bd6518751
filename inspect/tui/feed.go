package tui

import (
	"context"
	"sync"

	tea "charm.land/bubbletea/v2"
)

// maxFed and maxFedBytes bound the messages that wait for the screen. With a
// server that floods, the oldest are not judged live, and not shown as events;
// the traffic has them all the same.
const (
	maxFed      = 20_000
	maxFedBytes = 64 << 20
)

// feed brings what happens elsewhere to the program, in order and many at a
// time. put never waits, so that a server is never held up by the screen.
type feed struct {
	mu      sync.Mutex
	waiting []tea.Msg
	lost    int
	bytes   int
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
	f.bytes += weight(msg)
	if len(f.waiting) >= maxFed || f.bytes > maxFedBytes {
		f.drop()
	}
	f.waiting = append(f.waiting, msg)
	f.mu.Unlock()
	select {
	case f.stirred <- struct{}{}:
	default: // it is awake
	}
}

// drop drops the older half, but for what must not be missed.
func (f *feed) drop() {
	half := len(f.waiting) / 2
	var kept []tea.Msg
	for _, msg := range f.waiting[:half] {
		if matters(msg) {
			kept = append(kept, msg)
			continue
		}
		f.lost++
		f.bytes -= weight(msg)
	}
	f.waiting = append(kept, f.waiting[half:]...)
}

// matters reports whether a message tells of something that nothing tells of again.
func matters(msg tea.Msg) bool {
	if t, ok := msg.(turned); ok {
		msg = t.msg
	}
	switch msg.(type) {
	case listMsg, lostMsg, heardMsg, tokenMsg, watchedMsg, suiteMsg, askedMsg, withdrawnMsg:
		return true
	}
	return false
}

// weight is how many bytes a message holds, about.
func weight(msg tea.Msg) int {
	if t, ok := msg.(turned); ok {
		msg = t.msg
	}
	if m, ok := msg.(trafficMsg); ok {
		return len(m.frame.Data)
	}
	return 0
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
	f.waiting, f.lost, f.bytes = nil, 0, 0
	return b
}
