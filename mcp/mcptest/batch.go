package mcptest

import (
	"bytes"
	"sync"
)

// batch gathers the responses to the members of a batch and passes them on as
// one array. Other messages pass through at once.
type batch struct {
	to sink

	mu      sync.Mutex
	waiting int
	all     [][]byte
}

func (b *batch) put(pieces [][]byte, last bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !last {
		b.to.put(pieces, false)
		return
	}
	b.all = append(b.all, pieces...)
	if b.waiting--; b.waiting > 0 {
		return
	}
	if len(b.all) == 0 {
		b.to.put(nil, true)
		return
	}
	array := append([]byte{'['}, bytes.Join(b.all, []byte(","))...)
	b.to.put([][]byte{append(array, ']')}, true)
}
