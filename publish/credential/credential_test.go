package credential_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zalando/go-keyring"

	"github.com/mcpctl/mcpctl/publish/credential"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

const (
	here  = "https://registry.example.com"
	there = "https://registry.example.com/team"
)

func refused(t *testing.T, err error, code string) *refusal.Refusal {
	t.Helper()
	r, ok := refusal.Of(err)
	require.True(t, ok, "not a refusal: %v", err)
	assert.Equal(t, code, r.Code)
	assert.NotEmpty(t, r.Mend)
	return r
}

// kept is the file that a folder's store keeps for a registry that is logged in.
func kept(t *testing.T, dir string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "credentials", "*"))
	require.NoError(t, err)
	require.Len(t, found, 1)
	return found[0]
}

func TestFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mcpctl")
	s := credential.OpenFiles(dir)
	_, _, err := s.Get(here)
	assert.Equal(t, refusal.Consent, refused(t, err, "token-missing").Kind)
	assert.NoFileExists(t, dir, "asking makes nothing")

	place, err := s.Set(here, "one")
	require.NoError(t, err)
	assert.Equal(t, credential.File, place)
	_, err = s.Set(here, "two")
	require.NoError(t, err)
	if runtime.GOOS != "windows" {
		info, err := os.Stat(kept(t, dir))
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
		info, err = os.Stat(filepath.Dir(kept(t, dir)))
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o700), info.Mode().Perm())
	}
	_, err = s.Set(there, "three")
	require.NoError(t, err)

	for registry, want := range map[string]string{here: "two", there: "three"} {
		secret, place, err := credential.OpenFiles(dir).Get(registry)
		require.NoError(t, err)
		assert.Equal(t, want, secret)
		assert.Equal(t, credential.File, place)
	}
	found, err := s.Delete(here)
	require.NoError(t, err)
	assert.True(t, found)
	found, err = s.Delete(here)
	require.NoError(t, err)
	assert.False(t, found)
	_, _, err = s.Get(here)
	refused(t, err, "token-missing")
	_, _, err = s.Get(there)
	require.NoError(t, err)
}

func TestAFileThatOthersCanReadIsRefused(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // permissions are the folder's there
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620, 0o666} {
		dir := t.TempDir()
		s := credential.OpenFiles(dir)
		_, err := s.Set(here, "hunter2")
		require.NoError(t, err)
		require.NoError(t, os.Chmod(kept(t, dir), mode))
		_, _, err = s.Get(here)
		r := refused(t, err, "credential-permissions")
		assert.Equal(t, refusal.Consent, r.Kind)
		assert.Contains(t, r.Mend, "chmod 600 "+kept(t, dir))
		assert.NotContains(t, r.Error(), "hunter2")
		_, err = s.Set(here, "fresh")
		require.NoError(t, err)
		secret, _, err := s.Get(here)
		require.NoError(t, err, "logging in again mends it")
		assert.Equal(t, "fresh", secret)
	}
}

func TestAFileThatIsNotOursIsRefused(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, path string){
		"no JSON": func(t *testing.T, path string) { require.NoError(t, os.WriteFile(path, []byte("hunter2"), 0o600)) },
		"another registry": func(t *testing.T, path string) {
			require.NoError(t, os.WriteFile(path, []byte(`{"registry":"x","token":"hunter2"}`), 0o600))
		},
		"huge": func(t *testing.T, path string) {
			require.NoError(t, os.WriteFile(path, []byte(strings.Repeat("[", 1<<20)), 0o600))
		},
		"a folder": func(t *testing.T, path string) {
			require.NoError(t, os.Remove(path))
			require.NoError(t, os.Mkdir(path, 0o700))
		},
		"a link": func(t *testing.T, path string) {
			target := filepath.Join(t.TempDir(), "target")
			require.NoError(t, os.Rename(path, target))
			require.NoError(t, os.Symlink(target, path))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := credential.OpenFiles(dir)
			_, err := s.Set(here, "one")
			require.NoError(t, err)
			spoil(t, kept(t, dir))
			_, _, err = s.Get(here)
			assert.NotContains(t, refused(t, err, "credential-unreadable").Error(), "hunter2")
		})
	}
}

func TestWhatCannotBeKept(t *testing.T) {
	blocked := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(blocked, nil, 0o600))
	_, err := credential.OpenFiles(blocked).Set(here, "one")
	refused(t, err, "credential-unwritable")
	for _, secret := range []string{"", strings.Repeat("x", credential.MaxSecret+1)} {
		_, err = credential.OpenFiles(t.TempDir()).Set(here, secret)
		refused(t, err, "credential-unwritable")
	}
}

func TestManyAtOnce(t *testing.T) {
	dir := t.TempDir()
	var all sync.WaitGroup
	for _, secret := range []string{"one", "two", "three", "four"} {
		all.Go(func() {
			for _, registry := range []string{here, there} {
				_, err := credential.OpenFiles(dir).Set(registry, secret)
				assert.NoError(t, err)
			}
		})
	}
	all.Wait()
	for _, registry := range []string{here, there} {
		secret, _, err := credential.OpenFiles(dir).Get(registry)
		require.NoError(t, err)
		assert.Contains(t, []string{"one", "two", "three", "four"}, secret)
	}
}

// go-keyring's own stand-in for the keychain is one for the whole process.
func TestKeychain(t *testing.T) {
	keyring.MockInit()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere") // nobody calls there
	dir := t.TempDir()
	_, err := credential.OpenFiles(dir).Set(here, "older")
	require.NoError(t, err)
	s := credential.Open(dir)
	place, err := s.Set(here, "one")
	require.NoError(t, err)
	assert.Equal(t, credential.Keychain, place)
	inside, err := keyring.Get("mcpctl", here)
	require.NoError(t, err)
	assert.Equal(t, "one", inside)
	_, _, err = credential.OpenFiles(dir).Get(here)
	refused(t, err, "token-missing") // the older one is gone

	secret, place, err := s.Get(here)
	require.NoError(t, err)
	assert.Equal(t, "one", secret)
	assert.Equal(t, credential.Keychain, place)
	_, err = credential.OpenFiles(dir).Set(there, "in a file")
	require.NoError(t, err)
	secret, place, err = s.Get(there)
	require.NoError(t, err)
	assert.Equal(t, "in a file", secret)
	assert.Equal(t, credential.File, place)

	for _, registry := range []string{here, there} {
		found, err := s.Delete(registry)
		require.NoError(t, err)
		assert.True(t, found)
		_, _, err = s.Get(registry)
		refused(t, err, "token-missing")
	}
}

func TestWithoutAKeychainThereIsTheFile(t *testing.T) {
	keyring.MockInitWithError(errors.New("no bus"))
	t.Cleanup(keyring.MockInit)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
	s := credential.Open(t.TempDir())
	place, err := s.Set(here, "one")
	require.NoError(t, err)
	assert.Equal(t, credential.File, place)
	secret, place, err := s.Get(here)
	require.NoError(t, err)
	assert.Equal(t, "one", secret)
	assert.Equal(t, credential.File, place)
	found, err := s.Delete(here)
	require.NoError(t, err)
	assert.True(t, found)
}

// A bus that the library would start is not waited for.
func TestNoBusIsStarted(t *testing.T) {
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		return // there is no bus
	}
	keyring.MockInit()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "autolaunch:")
	place, err := credential.Open(t.TempDir()).Set(here, "one")
	require.NoError(t, err)
	assert.Equal(t, credential.File, place)
}

func TestDir(t *testing.T) {
	wanted := t.TempDir()
	dir, err := credential.Dir(func(string) string { return wanted })
	require.NoError(t, err)
	assert.Equal(t, wanted, dir)
	t.Setenv("HOME", wanted)
	t.Setenv("XDG_CONFIG_HOME", wanted)
	t.Setenv("AppData", wanted)
	dir, err = credential.Dir(func(string) string { return "" })
	require.NoError(t, err)
	assert.Equal(t, "mcpctl", filepath.Base(dir))
	assert.True(t, strings.HasPrefix(dir, wanted), dir)
}
