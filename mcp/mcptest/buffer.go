package mcptest

import (
	"io"
	"sync"
)

// buffer is an output stream that takes everything at once, so that a client
// that reads slowly, or no more, never holds the server up.
type buffer struct {
	kill func() // when the reader closes it

	mu    sync.Mutex
	grown *sync.Cond
	data  []byte
	ended bool
}

func newBuffer(kill func()) *buffer {
	b := &buffer{kill: kill}
	b.grown = sync.NewCond(&b.mu)
	return b
}

// add appends data. After the end it is dropped.
func (b *buffer) add(data []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.ended {
		b.data = append(b.data, data...)
		b.grown.Broadcast()
	}
}

// finish is the end of the output.
func (b *buffer) finish() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = true
	b.grown.Broadcast()
	return nil
}

// Read waits for data.
func (b *buffer) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.data) == 0 && !b.ended {
		b.grown.Wait()
	}
	if len(b.data) == 0 {
		return 0, io.EOF
	}
	n := copy(p, b.data)
	b.data = b.data[n:]
	return n, nil
}

// Close is the reader's: nobody reads any more.
func (b *buffer) Close() error {
	if b.kill != nil {
		b.kill()
	}
	return b.finish()
}
