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
	"go.yaml.in/yaml/v3"
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
// linker: what compiles alike is compiled once.
func asReleased(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("../../goreleaser.yaml")
	require.NoError(t, err)
	var config struct {
		Builds []struct{ Flags, Tags, Gcflags []string }
	}
	require.NoError(t, yaml.Unmarshal(text, &config))
	require.Len(t, config.Builds, 1)
	args := append([]string{"build"}, config.Builds[0].Flags...)
	for _, tag := range config.Builds[0].Tags {
		args = append(args, "-tags="+tag)
	}
	for _, flag := range config.Builds[0].Gcflags {
		args = append(args, "-gcflags="+flag)
	}
	return args
}
