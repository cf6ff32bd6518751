package cases

import (
	"context"
	"sync"

	"github.com/mcpctl/mcpctl/mcp"
)

// Bounds on what is kept of one step.
const (
	maxFrames = 10_000
	maxBytes  = 64 << 20
)

// wire is what crossed since the step began. It is safe for concurrent use.
type wire struct {
	mu      sync.Mutex
	grown   chan struct{} // closed and replaced whenever something crosses
	frames  []crossed
	bytes   int
	dropped int
}

// crossed is a frame with its exchange, nil for what came unasked.
type crossed struct {
	mcp.Frame
	exchange *mcp.Exchange
}

func newWire() *wire { return &wire{grown: make(chan struct{})} }

// note is inspect.Options.Frame.
func (w *wire) note(_ int, f mcp.Frame, x *mcp.Exchange) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.frames) >= maxFrames || w.bytes+len(f.Data) > maxBytes {
		w.dropped++
		return
	}
	w.frames = append(w.frames, crossed{f, x})
	w.bytes += len(f.Data)
	close(w.grown)
	w.grown = make(chan struct{})
}

// begin forgets what crossed before.
func (w *wire) begin() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.frames, w.bytes, w.dropped = nil, 0, 0
}

// since is what crossed after the first n, and what is closed when more does.
func (w *wire) since(n int) (frames []crossed, grown <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n = min(n, len(w.frames))
	return w.frames[n:len(w.frames):len(w.frames)], w.grown
}

// await hands every frame to take until that is satisfied or ctx ends.
func (w *wire) await(ctx context.Context, take func(mcp.Frame) bool) {
	for seen := 0; ; {
		frames, grown := w.since(seen)
		for _, f := range frames {
			if take(f.Frame) {
				return
			}
		}
		seen += len(frames)
		if len(frames) > 0 {
			continue
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return
		}
	}
}

// lost reports whether something crossed that was not kept.
func (w *wire) lost() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.dropped > 0
}
