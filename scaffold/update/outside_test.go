package update_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/scaffold/update"
)

func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", append([]string{"-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false"}, args...)...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
}

func TestClean(t *testing.T) {
	dir := project(t, demo(t, "1.0.0"), production)
	note, err := update.Clean(t.Context(), dir)
	require.NoError(t, err)
	assert.Contains(t, note, "no git repository")

	git(t, dir, "init", "-q")
	_, err = update.Clean(t.Context(), dir)
	var dirty *update.DirtyError
	require.ErrorAs(t, err, &dirty, "nothing is committed yet")
	assert.Len(t, dirty.Paths, 5)
	assert.Positive(t, dirty.More)

	git(t, dir, "add", ".")
	git(t, dir, "commit", "-q", "-m", "all")
	note, err = update.Clean(t.Context(), dir)
	require.NoError(t, err)
	assert.Empty(t, note)

	edit(t, dir, "main.go", "tools())", "tools(), 1)")
	_, err = update.Clean(t.Context(), dir)
	require.ErrorAs(t, err, &dirty)
	assert.Equal(t, []string{"main.go"}, dirty.Paths)
	assert.Contains(t, err.Error(), "main.go")
}

// Others in the same repository are no concern of this project.
func TestCleanLooksAtTheProjectOnly(t *testing.T) {
	dir := project(t, demo(t, "1.0.0"), production)
	above := filepath.Dir(dir)
	git(t, above, "init", "-q")
	git(t, above, "add", ".")
	git(t, above, "commit", "-q", "-m", "all")
	write(t, above, "other/x", "new")
	_, err := update.Clean(t.Context(), dir)
	require.NoError(t, err)
}

func TestDirty(t *testing.T) {
	require.NoError(t, update.Dirty(""))
	var dirty *update.DirtyError
	require.ErrorAs(t, update.Dirty("R  new name\x00old name\x00?? x\x00"), &dirty)
	assert.Equal(t, []string{"new name", "x"}, dirty.Paths)
}

// realTools runs what it is told to.
type realTools struct{ env []string }

func (r realTools) Run(ctx context.Context, dir string, command ...string) error {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), r.env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return errors.New(string(out))
	}
	return nil
}

// The go command itself tidies a project whose requirements were merged; with a
// module that nobody can fetch, the command that is left to the user is named.
func TestFinish(t *testing.T) {
	dir := project(t, demo(t, "1.0.0"), production)
	edit(t, dir, "go.mod", "require example.com/sdk v1.7.0", "require (\n\texample.com/mine v0.1.0\n\texample.com/sdk v1.7.0\n)")
	p := plan(t, dir)
	require.NoError(t, p.Apply(t.Context(), false))
	offline := realTools{env: []string{"GOPROXY=off", "GOFLAGS=-mod=mod", "GOTOOLCHAIN=local"}}
	require.NoError(t, p.Finish(t.Context(), offline))
	assert.NotContains(t, content(t, dir, "go.mod"), "require", "nobody imports them")

	write(t, dir, "mine.go", "package main\n\nimport _ \"example.com/mine\"\n")
	err := p.Finish(t.Context(), offline)
	require.ErrorIs(t, err, update.ErrLocks)
	assert.Contains(t, err.Error(), "`go mod tidy`")
}

func TestRenames(t *testing.T) {
	for name, tc := range map[string]struct{ text, want string }{
		"good":          {"renames:\n  - {from: a/b.go, to: c.go, since: 1.2.0}\n", ""},
		"none":          {"", ""},
		"leading out":   {"renames: [{from: ../b, to: c, since: 1.2.0}]", "leads out"},
		"no version":    {"renames: [{from: b, to: c, since: soon}]", "is not like 1.2.0"},
		"a wrong key":   {"renames: [{old: b}]", "old"},
		"too much text": {"# " + strings.Repeat("x", 300<<10), "larger than"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, update.RenamesName, tc.text)
			_, err := update.ReadRenames(os.DirFS(dir))
			if tc.want == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, tc.want)
			}
		})
	}
	all, err := update.ReadRenames(os.DirFS(t.TempDir()))
	require.NoError(t, err)
	assert.Empty(t, all)
}
