package arch_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whoever builds mcpctl chooses the registries and the folders. A host or a path
// of the machine that made a lock file or a golden file would choose for them.
func TestNoTraceOfAMachine(t *testing.T) {
	// Put together here, or this file would be the first to fail.
	traces := []string{
		"registry.npm" + "js.org", "py" + "pi.org", "files.python" + "hosted.org", "proxy.golang" + ".org", "sum.golang" + ".org",
		"/ro" + "ot/", "/wo" + "rk/main", "/wo" + "rk/shared",
	}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if !d.Type().IsRegular() {
			return nil
		}
		body, err := os.ReadFile(path)
		for _, trace := range traces {
			assert.False(t, bytes.Contains(body, []byte(trace)), "%s names %s", path, trace)
		}
		return err
	})
	require.NoError(t, err)
}
