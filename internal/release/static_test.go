package release_test

import (
	"debug/buildinfo"
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/release"
)

// The release is one file that runs anywhere: it must need no loader and no
// shared library. Built for Linux wherever the test runs, since that is where
// libraries differ most.
func TestTheBinaryIsStatic(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "mcpctl")
	build := exec.CommandContext(t.Context(), "go", append(asReleased(t), "-o", binary, "./cmd/mcpctl")...)
	build.Dir = "../.."
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)

	info, err := buildinfo.ReadFile(binary)
	require.NoError(t, err)
	assert.Equal(t, "github.com/mcpctl/mcpctl/cmd/mcpctl", info.Path)

	program, err := elf.Open(binary)
	require.NoError(t, err)
	defer func() { assert.NoError(t, program.Close()) }()
	assert.False(t, slices.ContainsFunc(program.Progs, func(p *elf.Prog) bool {
		return p.Type == elf.PT_INTERP || p.Type == elf.PT_DYNAMIC
	}), "it asks for a dynamic loader")
}

// asReleased is go build with the flags of goreleaser.yaml, but for those of the
// linker.
func asReleased(t *testing.T) []string {
	t.Helper()
	compiler, _, err := release.Flags()
	require.NoError(t, err)
	require.NotEmpty(t, compiler)
	return append([]string{"build"}, compiler...)
}
