package cli_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/cli"
)

// A person sees the plan and is asked; only yes is yes.
func TestPublishAsks(t *testing.T) {
	for name, tc := range map[string]struct {
		types string
		code  int
	}{
		"yes":             {"yes\n", cli.ExitFine},
		"y":               {"y\n", cli.ExitFine},
		"no":              {"no\n", cli.ExitRefused},
		"an empty line":   {"\n", cli.ExitRefused},
		"something else":  {"perhaps\n", cli.ExitRefused},
		"the input's end": {"", cli.ExitRefused},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "server.json"), []byte(`{
				"$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
				"name": "io.github.acme/echo", "version": "1.2.3", "description": "Says \u001b[2Jagain",
				"remotes": [{"type": "streamable-http", "url": "https://echo.acme.example/mcp"}]}`), 0o600))
			_, key, err := ed25519.GenerateKey(rand.Reader)
			require.NoError(t, err)
			der, err := x509.MarshalPKCS8PrivateKey(key)
			require.NoError(t, err)
			keyFile := filepath.Join(dir, "key.pem")
			require.NoError(t, os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600))

			s, out, talk := cli.Test(nil)
			s.In, s.InTTY, s.OutTTY, s.ErrTTY = strings.NewReader(tc.types), true, true, true
			folder := filepath.Join(dir, "registry")
			code := cli.Main(t.Context(), s, []string{"publish", dir, "--registry", folder, "--key", keyFile, "--color", "always"})
			assert.Equal(t, tc.code, code, talk)
			assert.Contains(t, talk.String(), "Publish io.github.acme/echo@1.2.3? (yes, no) [no]: ")
			assert.Contains(t, talk.String(), "\x1b[36mtodo", "states have colours")
			assert.NotContains(t, talk.String(), "\x1b[2J", "what a file says never reaches the terminal raw")
			if tc.code == cli.ExitFine {
				assert.Contains(t, out.String(), "published io.github.acme/echo@1.2.3")
				assert.DirExists(t, folder)
				return
			}
			assert.Empty(t, out.String())
			assert.NoDirExists(t, folder)
			assert.NoDirExists(t, filepath.Join(dir, ".mcpctl"))
		})
	}
}
