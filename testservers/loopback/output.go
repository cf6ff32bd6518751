//go:build unix

package loopback

import (
	"bytes"
	"io"
	"sync"
)

// Output keeps the last 64 KiB that a program wrote. The zero value is ready; it
// may be written and read at once.
type Output struct {
	mu   sync.Mutex
	kept []byte
}

var _ io.Writer = (*Output)(nil)

const outputCap = 64 << 10 // bytes

// Write never fails.
func (o *Output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.kept = append(o.kept, b...)
	if over := len(o.kept) - outputCap; over > 0 {
		o.kept = bytes.Clone(o.kept[over:])
	}
	return len(b), nil
}

// String is what was kept.
func (o *Output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return string(o.kept)
}
