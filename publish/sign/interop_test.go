//go:build unix

package sign_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realsigstore"
	"github.com/mcpctl/mcpctl/publish/sign"
	"github.com/mcpctl/mcpctl/testservers"
)

// blob is the file whose digest is the subject of the statement.
const blob = "abc"

// cosignCLI runs the real program in an empty home, and answers what it said.
func cosignCLI(t *testing.T, args ...string) (string, error) {
	t.Helper()
	program, err := testservers.Program("cosign")
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = t.TempDir()
	cmd.Env = []string{"HOME=" + cmd.Dir, "COSIGN_PASSWORD=correct horse"}
	said, err := cmd.CombinedOutput()
	return string(said), err
}

func TestCosignAcceptsWhatWeSign(t *testing.T) {
	s := sigstore.Get(t)
	key := newKey(t, "P-256")
	file := write(t, "cosign.key", encrypted(t, key, "correct horse"), 0o600)
	passphrase := sign.SecretEnv(env(map[string]string{"P": "correct horse"}), "P")
	public := write(t, "cosign.pub", publicPEM(t, key), 0o600)
	stranger := write(t, "stranger.pub", publicPEM(t, newKey(t, "P-256")), 0o600)
	keyed := func(services sign.Services) []byte {
		signer, err := sign.Key(soon(t), sign.KeyOptions{File: file, Passphrase: passphrase, Services: services})
		require.NoError(t, err)
		bundle, err := signer.Sign(soon(t), []byte(statement))
		require.NoError(t, err)
		return bundle
	}
	root := []string{"--trusted-root", s.TrustedRoot}
	identity := []string{"--certificate-oidc-issuer", realsigstore.GitHub, "--insecure-ignore-sct", "--use-signed-timestamps", "--certificate-identity"}
	for _, c := range []struct {
		name   string
		bundle []byte
		good   []string
		bad    []string
	}{
		{"without a key", keyless(t), join(root, identity, subject), join(root, identity, strings.Replace(subject, "acme", "evil", 1))},
		{"with a key, in the log", keyed(services(t)),
			join(root, []string{"--use-signed-timestamps", "--key"}, public), join(root, []string{"--use-signed-timestamps", "--key"}, stranger)},
		{"with a key alone", keyed(sign.Services{}),
			join(root, []string{"--insecure-ignore-tlog", "--key"}, public), join(root, []string{"--insecure-ignore-tlog", "--key"}, stranger)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			file := write(t, "blob", []byte(blob), 0o600)
			bundle := write(t, "bundle.json", c.bundle, 0o600)
			check := func(flags []string, file string) (string, error) {
				return cosignCLI(t, join([]string{"verify-blob-attestation", "--new-bundle-format", "--bundle", bundle, "--type", predicateType}, flags, file)...)
			}
			said, err := check(c.good, file)
			require.NoError(t, err, said)
			said, err = check(c.bad, file)
			assert.Error(t, err, said)
			said, err = check(c.good, write(t, "other", []byte("abd"), 0o600))
			assert.Error(t, err, said)
		})
	}
}

func TestWeAcceptWhatCosignSigns(t *testing.T) {
	s := sigstore.Get(t)
	pair := t.TempDir()
	said, err := cosignCLI(t, "generate-key-pair", "--output-key-prefix", filepath.Join(pair, "k"))
	require.NoError(t, err, said)
	key, public := filepath.Join(pair, "k.key"), read(t, filepath.Join(pair, "k.pub"))
	withConfig := []string{"--signing-config", s.SigningConfig, "--trusted-root", s.TrustedRoot}
	predicate := write(t, "predicate.json", []byte(`{"name":"echo"}`), 0o600)
	file := write(t, "blob", []byte(blob), 0o600)
	// By its file: cosign takes what is given for the name of one first.
	token := write(t, "token", []byte(s.GitHubToken(repository, workflow, tag)), 0o600)
	workflow := []string{"--identity-token", token}
	for _, c := range []struct {
		name   string
		flags  []string
		policy sign.Policy
		logged bool
	}{
		{"without a key", join(workflow, withConfig), released(), true},
		{"with a key, in the log", join([]string{"--key", key}, withConfig), sign.Policy{Key: public, Logged: true, Timestamped: true}, true},
		{"with a key alone", []string{"--key", key, "--tlog-upload=false"}, sign.Policy{Key: public}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			out := filepath.Join(t.TempDir(), "bundle.json")
			common := []string{"--yes", "--new-bundle-format", "--bundle", out}
			said, err := cosignCLI(t, join([]string{"attest-blob", "--predicate", predicate, "--type", predicateType}, common, c.flags, file)...)
			require.NoError(t, err, said)
			got, err := trust(t).Verify(read(t, out), c.policy)
			require.NoError(t, err)
			assert.Equal(t, predicateType, got.PredicateType)
			assert.Contains(t, string(got.Statement), `"echo"`)
			assert.Equal(t, c.logged, got.Logged)
			other := c.policy
			if len(c.policy.Key) > 0 {
				other.Key = publicPEM(t, newKey(t, "P-256"))
				refusedPolicy(t, trust(t), read(t, out), other, "key-wrong")
			} else {
				other.Subject += "x"
				refusedPolicy(t, trust(t), read(t, out), other, "signer-wrong")
			}

			said, err = cosignCLI(t, join([]string{"sign-blob"}, common, c.flags, file)...)
			require.NoError(t, err, said)
			got, err = trust(t).VerifyFile(read(t, out), []byte(blob), c.policy)
			require.NoError(t, err)
			assert.Nil(t, got.Statement)
			assert.Equal(t, c.logged, got.Logged)
			_, err = trust(t).VerifyFile(read(t, out), []byte("abd"), c.policy)
			refused(t, err, "signature-invalid")
		})
	}
	t.Run("and sign with its keys", func(t *testing.T) {
		signer, err := sign.Key(soon(t), sign.KeyOptions{File: key, Passphrase: sign.SecretEnv(env(map[string]string{"P": "correct horse"}), "P")})
		require.NoError(t, err)
		bundle, err := signer.Sign(soon(t), []byte(statement))
		require.NoError(t, err)
		_, err = sign.NoTrust().Verify(bundle, sign.Policy{Key: bytes.TrimSpace(public)})
		require.NoError(t, err)
	})
}

// Keys of other kinds, imported into cosign. It takes SHA-256 for every key that
// it signs with, and so has to be told where that is not the key's own digest.
func TestKindsOfKeysBothWays(t *testing.T) {
	root := sigstore.Get(t).TrustedRoot
	for kind, digest := range map[string]string{"P-384": "sha384", "Ed25519": "sha512", "RSA-2048": "sha256"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			key := newKey(t, kind)
			file := write(t, "cosign.key", encrypted(t, key, "correct horse"), 0o600)
			target := write(t, "blob", []byte(blob), 0o600)
			out := filepath.Join(t.TempDir(), "bundle.json")
			said, err := cosignCLI(t, "attest-blob", "--predicate", write(t, "p", []byte("{}"), 0o600), "--type", predicateType,
				"--yes", "--new-bundle-format", "--bundle", out, "--tlog-upload=false", "--key", file, target)
			require.NoError(t, err, said)
			_, err = trust(t).Verify(read(t, out), sign.Policy{Key: publicPEM(t, key)})
			require.NoError(t, err)

			signer, err := sign.Key(soon(t), sign.KeyOptions{File: file, Passphrase: sign.SecretEnv(env(map[string]string{"P": "correct horse"}), "P")})
			require.NoError(t, err)
			bundle, err := signer.Sign(soon(t), []byte(statement))
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(out, bundle, 0o600))
			said, err = cosignCLI(t, "verify-blob-attestation", "--new-bundle-format", "--bundle", out, "--type", predicateType,
				"--trusted-root", root, "--insecure-ignore-tlog", "--signature-digest-algorithm", digest, "--key", write(t, "k.pub", publicPEM(t, key), 0o600), target)
			require.NoError(t, err, said)
		})
	}
}

// join puts flags in a row: strings and slices of them.
func join(parts ...any) []string {
	var all []string
	for _, part := range parts {
		switch part := part.(type) {
		case string:
			all = append(all, part)
		case []string:
			all = append(all, part...)
		}
	}
	return all
}
