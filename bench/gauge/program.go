//go:build unix

package gauge

import (
	"context"
	"os"
	"path/filepath"

	"github.com/mcpctl/mcpctl/internal/release"
)

// Programs builds mcpctl as a release is built, into a folder that Close removes,
// and answers its path and that of the benchmark, which can start itself as
// something else.
func (h *Host) Programs(ctx context.Context) (mcpctl, self string) {
	scratch, err := os.MkdirTemp("", "mcpctl-bench-")
	if err != nil {
		h.Fatalf("making a folder: %w", err)
	}
	h.Cleanup(func() { _ = os.RemoveAll(scratch) }) // nothing in it is needed any more
	mcpctl = filepath.Join(scratch, "mcpctl")
	if err := release.Build(ctx, mcpctl); err != nil {
		h.Fatalf("%w", err)
	}
	if self, err = os.Executable(); err != nil {
		h.Fatalf("finding this program: %w", err)
	}
	return mcpctl, self
}
