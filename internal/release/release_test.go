package release_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/testservers"
)

// megabyte is what people mean by it.
const megabyte = 1_000_000

func TestConfigurationIsWhatGoreleaserTakes(t *testing.T) {
	good := clone(t)
	out, err := goreleaser(t, good, "check")
	require.NoError(t, err, out)

	config := filepath.Join(good, "goreleaser.yaml")
	body, err := os.ReadFile(config)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(config, bytes.Replace(body, []byte("\nbuilds:"), []byte("\nbuildz:"), 1), 0o600))
	out, err = goreleaser(t, good, "check")
	assert.Error(t, err, "a key that it does not know")
	assert.Contains(t, out, "buildz")
}

func TestTwoBuildsAreTheSameBytes(t *testing.T) {
	one, two := build(t, clone(t)), build(t, clone(t))
	assert.True(t, bytes.Equal(one, two), "the programs differ although source and commit are the same")
	assert.LessOrEqual(t, len(one), 35*megabyte, "the program has grown beyond what people fetch without a thought")

	other := clone(t)
	note := filepath.Join(other, "internal", "cli", "version.go")
	body, err := os.ReadFile(note)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(note, bytes.Replace(body, []byte("(devel)"), []byte("(other)"), 1), 0o600))
	assert.False(t, bytes.Equal(one, build(t, other)), "another source must make another program, or this compares nothing")
}

// build makes the program for this system as a release would, and reads it.
func build(t *testing.T, dir string) []byte {
	t.Helper()
	out, err := goreleaser(t, dir, "build", "--snapshot", "--single-target", "--skip=before", "--clean", "--output", filepath.Join(dir, "mcpctl"))
	require.NoError(t, err, out)
	program, err := os.ReadFile(filepath.Join(dir, "mcpctl"))
	require.NoError(t, err)
	return program
}

// clone answers a folder with the sources as they are here, committed or not, in
// a repository with one commit that is the same wherever it is.
func clone(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	listed := git(t, "../..", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	for name := range strings.SplitSeq(strings.TrimSuffix(listed, "\x00"), "\x00") {
		from := filepath.Join("../..", name)
		if info, err := os.Lstat(from); err != nil || !info.Mode().IsRegular() {
			continue // gone from the work tree
		}
		body, err := os.ReadFile(from)
		require.NoError(t, err)
		to := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(to), 0o750))
		require.NoError(t, os.WriteFile(to, body, 0o600))
	}
	git(t, dir, "init", "--quiet", "--initial-branch=main")
	git(t, dir, "add", "--all")
	git(t, dir, "commit", "--quiet", "--message=snapshot")
	git(t, dir, "tag", "v0.0.1")
	return dir
}

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-C", dir}, args...)...)
	const day = "2026-01-01T00:00:00Z"
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=test", "GIT_AUTHOR_EMAIL=test@example.com", "GIT_AUTHOR_DATE="+day,
		"GIT_COMMITTER_NAME=test", "GIT_COMMITTER_EMAIL=test@example.com", "GIT_COMMITTER_DATE="+day)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	return string(out)
}

func goreleaser(t *testing.T, dir string, args ...string) (string, error) {
	t.Helper()
	program, err := testservers.Program("goreleaser")
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TAP_TOKEN=none")
	out, err := cmd.CombinedOutput()
	return string(out), err
}
