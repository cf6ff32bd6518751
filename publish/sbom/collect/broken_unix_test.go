//go:build unix

package collect_test

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/sbom/collect"
)

// A pipe would keep its reader waiting for ever.
func TestPipesAreNotRead(t *testing.T) {
	dir := in(t, "x.txt", "text")
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600))
	_, err := collect.Path(filepath.Join(dir, "pipe"), collect.Options{})
	assert.ErrorContains(t, err, "no regular file")
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "uv.lock"), 0o600))
	_, err = collect.Path(dir, collect.Options{})
	assert.ErrorContains(t, err, "nothing that tells")
	_, err = collect.Path(filepath.Join(dir, "uv.lock"), collect.Options{})
	assert.ErrorContains(t, err, "no regular file")
}
