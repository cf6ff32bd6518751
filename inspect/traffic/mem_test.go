package traffic_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mcpctl/mcpctl/inspect/traffic"
)

// 100,000 frames take a few hundred bytes each, and their texts no more than they
// are allowed.
func TestALongSessionStaysSmall(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	l := open(t, traffic.Options{Memory: 8 << 20})
	fill(l, 100_000)
	runtime.GC()
	runtime.ReadMemStats(&after)
	took := int(after.HeapAlloc-before.HeapAlloc) >> 20
	assert.Less(t, took, 80, "MiB")
	runtime.KeepAlive(l)
}
