package auth_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realauth"
	"github.com/mcpctl/mcpctl/publish/credential"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

func TestStore(t *testing.T) {
	site, store, g, dir := signedIn(t, realauth.Faults{})
	other := g
	other.Server = strings.Replace(g.Server, "/mcp", "/other", 1)
	_, err := store.Set(other)
	require.NoError(t, err)
	require.Len(t, store.List(), 2)
	kept, place, found, err := store.Get(strings.ToUpper(site.URL()[:4]) + site.URL()[4:])
	require.NoError(t, err)
	require.True(t, found)
	assert.Equal(t, credential.File, place)
	assert.Equal(t, g, kept)
	for _, address := range []string{site.URL() + "/", site.URL() + "?x", strings.Replace(site.URL(), "/mcp", "", 1), "http://mcp.example.com", "::"} {
		_, _, found, err = store.Get(address)
		require.NoError(t, err)
		assert.False(t, found, "a token is for one address only: %s", address)
	}

	// The index has no secrets; the grant of two servers stays until both are out.
	files, err := filepath.Glob(filepath.Join(dir, "logins", "*"))
	require.NoError(t, err)
	for _, file := range files {
		b, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, secret := range g.Secrets() {
			assert.NotContains(t, string(b), secret)
		}
	}
	found, err = store.Delete(other.Server)
	require.NoError(t, err)
	assert.True(t, found)
	_, _, found, err = store.Get(site.URL())
	require.NoError(t, err)
	assert.True(t, found)
	_, err = store.Delete(site.URL())
	require.NoError(t, err)
	assert.Empty(t, store.List())
	found, err = store.Delete(site.URL())
	require.NoError(t, err)
	assert.False(t, found)
	left, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestAStoreThatIsSpoilt(t *testing.T) {
	site, store, _, dir := signedIn(t, realauth.Faults{})
	files, err := filepath.Glob(filepath.Join(dir, "logins", "*"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(files[0], []byte("{"), 0o600))
	_, _, _, err = store.Get(site.URL())
	assert.Equal(t, "auth-store", refusal.Code(err))
	require.NoError(t, os.WriteFile(files[0], []byte(`{"server":"https://other.example"}`), 0o600))
	_, _, _, err = store.Get(site.URL())
	assert.Equal(t, "auth-store", refusal.Code(err))
	found, err := store.Delete(site.URL())
	require.NoError(t, err)
	assert.True(t, found)
}
