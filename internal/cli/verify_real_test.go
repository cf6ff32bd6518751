package cli_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/cli"
	"github.com/mcpctl/mcpctl/internal/realsigstore"
	"github.com/mcpctl/mcpctl/publish/sign"
)

// First use of a name of a domain, offline, signed without a key by the real
// services: accepted when the user says so, remembered, and guarded from then on.
func TestVerifyOnFirstUse(t *testing.T) {
	sigstore := realsigstore.Start(t)
	services, err := sign.LoadServices(sigstore.SigningConfig)
	require.NoError(t, err)
	t.Chdir(t.TempDir())
	release := func(folder, version, repository string) {
		signer, err := sign.Keyless(sign.KeylessOptions{Services: services, Token: func(context.Context, string) (string, error) {
			return sigstore.GitHubToken(repository, "release.yml", "refs/tags/v"+version), nil
		}})
		require.NoError(t, err)
		made := map[string][]byte{}
		f := newFixture(version, "console.log('hello')\n")
		f.write(made, folder, f.bundles(t, signer))
		for name, data := range made {
			require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
			require.NoError(t, os.WriteFile(name, data, 0o600))
		}
	}
	verify := func(args ...string) (int, string) {
		s, out, talk := cli.Test(nil)
		code := cli.Main(t.Context(), s, append([]string{"verify", "--offline", "--trusted-root", sigstore.TrustedRoot}, args...))
		return code, out.String() + talk.String()
	}
	release("first", "1.0.0", "acme/echo")
	release("second", "1.1.0", "acme/echo")
	release("stolen", "1.2.0", "mallory/echo")

	code, said := verify("first")
	assert.Equal(t, cli.ExitRefused, code)
	assert.Contains(t, said, "identity-unknown")
	assert.NoFileExists(t, lockFile)

	code, said = verify("first", "--trust-first-use")
	assert.Equal(t, cli.ExitFine, code, said)
	assert.Contains(t, said, "https://github.com/acme/echo/.github/workflows/release.yml")
	assert.FileExists(t, lockFile)

	code, said = verify("second")
	assert.Equal(t, cli.ExitFine, code, said)

	code, said = verify("stolen", "--trust-first-use")
	assert.Equal(t, cli.ExitFindings, code)
	assert.Contains(t, said, "signer-changed")
	assert.Contains(t, said, "mallory")
}

const lockFile = "mcpctl.lock"
