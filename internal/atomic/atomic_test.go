package atomic_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/atomic"
)

func TestWritesNewAndReplacesOld(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.json")
	for _, content := range []string{"first", "second, longer", "", "3"} {
		require.NoError(t, atomic.WriteFile(path, []byte(content), 0o644))
		got, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, content, string(got))
	}
	assert.Equal(t, []string{"report.json"}, names(t, filepath.Dir(path)))
}

func TestPermissionsAreExact(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // it knows read-only and nothing else
	}
	path := filepath.Join(t.TempDir(), "secret")
	for _, perm := range []os.FileMode{0o600, 0o644, 0o755, 0o666} {
		require.NoError(t, atomic.WriteFile(path, nil, perm))
		info, err := os.Stat(path)
		require.NoError(t, err)
		assert.Equal(t, perm, info.Mode().Perm())
	}
}

func TestRefusesSymbolicLinks(t *testing.T) {
	dir := t.TempDir()
	victim := filepath.Join(dir, "victim")
	require.NoError(t, os.WriteFile(victim, []byte("mine"), 0o600))
	for name, target := range map[string]string{"to a file": victim, "to nothing": filepath.Join(dir, "absent"), "to a folder": dir} {
		t.Run(name, func(t *testing.T) {
			link := filepath.Join(t.TempDir(), "link")
			require.NoError(t, os.Symlink(target, link))
			err := atomic.WriteFile(link, []byte("theirs"), 0o600)
			require.ErrorContains(t, err, "symbolic link")
			assert.Equal(t, []string{"link"}, names(t, filepath.Dir(link)))
		})
	}
	got, err := os.ReadFile(victim)
	require.NoError(t, err)
	assert.Equal(t, "mine", string(got))
	assert.Equal(t, []string{"victim"}, names(t, dir))
}

func TestRefusesWhatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "folder"), 0o700))
	require.ErrorContains(t, atomic.WriteFile(filepath.Join(dir, "folder"), nil, 0o600), "no regular file")
	assert.Equal(t, []string{"folder"}, names(t, dir))
}

func TestUnwritableFolder(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, []byte("old"), 0o600))
	for name, path := range map[string]string{
		"absent":        filepath.Join(dir, "absent", "report"),
		"a file itself": filepath.Join(file, "report"),
	} {
		t.Run(name, func(t *testing.T) {
			err := atomic.WriteFile(path, []byte("new"), 0o600)
			require.ErrorContains(t, err, path, "the error must name the file that was asked for")
		})
	}
	// Permissions do not hold the superuser; what he is refused, above, suffices there.
	if os.Geteuid() > 0 {
		require.NoError(t, os.Chmod(dir, 0o500))
		require.ErrorIs(t, atomic.WriteFile(file, []byte("new"), 0o600), os.ErrPermission)
		require.NoError(t, os.Chmod(dir, 0o700))
	}
	got, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, "old", string(got))
	assert.Equal(t, []string{"file"}, names(t, dir))
}

// A rename that fails after staging must take the staged file with it. No name
// at all is what a folder accepts a staged file for and a rename does not.
func TestNothingStaysWhenTheRenameFails(t *testing.T) {
	t.Chdir(t.TempDir())
	require.ErrorContains(t, atomic.WriteFile("", []byte("new"), 0o600), "rename")
	assert.Empty(t, names(t, "."))
}

func TestConcurrentWritersDoNotMix(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			assert.NoError(t, atomic.WriteFile(path, bytes.Repeat(fmt.Append(nil, i), 1<<16), 0o600))
		})
	}
	all.Wait()
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, bytes.Repeat(got[:1], 1<<16), got)
	assert.Equal(t, []string{"file"}, names(t, filepath.Dir(path)))
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var found []string
	for _, e := range entries {
		found = append(found, e.Name())
	}
	return found
}
