package arch_test

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
)

// The release is one file that runs anywhere: it must need no loader and no
// shared library. Built for Linux wherever the test runs, since that is where
// libraries differ most.
func TestTheBinaryIsStatic(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "mcpctl")
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", binary, "./cmd/mcpctl")
	build.Dir = root
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)

	info, err := buildinfo.ReadFile(binary)
	require.NoError(t, err)
	assert.Equal(t, module+"/cmd/mcpctl", info.Path)

	program, err := elf.Open(binary)
	require.NoError(t, err)
	defer func() { assert.NoError(t, program.Close()) }()
	assert.False(t, slices.ContainsFunc(program.Progs, func(p *elf.Prog) bool {
		return p.Type == elf.PT_INTERP || p.Type == elf.PT_DYNAMIC
	}), "it asks for a dynamic loader")
}
