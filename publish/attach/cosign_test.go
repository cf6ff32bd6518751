//go:build unix

package attach_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sigstore/sigstore-go/pkg/sign"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/mcpctl/mcpctl/internal/realoci"
	"github.com/mcpctl/mcpctl/publish/attach"
	"github.com/mcpctl/mcpctl/testservers"
)

func TestCosignVerifiesWhatIsAttached(t *testing.T) {
	// A key needs no root of trust, but this release of cosign wants to see one.
	root := filepath.Join(t.TempDir(), "trusted_root.json")
	require.NoError(t, os.WriteFile(root, []byte(`{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}`), 0o600))
	for _, kind := range realoci.Kinds() {
		t.Run(kind.Name, func(t *testing.T) {
			r := kind.Start(t, realoci.Options{})
			ref, other := r.Image(t, "acme/echo:1.0.0", nil), r.Image(t, "acme/echo:2.0.0", nil)
			bundle, key := signed(t, ref)
			for _, image := range []string{ref, other} {
				_, err := attach.Attach(t.Context(), image, [][]byte{bundle}, quick())
				require.NoError(t, err)
			}
			verify := func(ref, predicateType string) (string, error) {
				return cosign(t, "verify-attestation", "--new-bundle-format", "--key", key, "--insecure-ignore-tlog", "--trusted-root", root, "--type", predicateType, "--allow-http-registry", ref)
			}
			out, err := verify(ref, conformance)
			require.NoError(t, err, out)
			assert.Contains(t, out, "application/vnd.in-toto+json")

			out, err = verify(ref, "https://slsa.dev/provenance/v1")
			assert.Error(t, err, "no such predicate is attached: %s", out)
			out, err = verify(other, conformance)
			assert.Error(t, err, "the statement is about another image: %s", out)
		})
	}
}

func TestWhatCosignAttachesIsFetched(t *testing.T) {
	dir := t.TempDir()
	out, err := cosign(t, "generate-key-pair", "--output-key-prefix", filepath.Join(dir, "cosign"))
	require.NoError(t, err, out)
	predicate := filepath.Join(dir, "predicate.json")
	require.NoError(t, os.WriteFile(predicate, []byte(`{"result":"PASSED"}`), 0o600))
	for _, kind := range realoci.Kinds() {
		t.Run(kind.Name, func(t *testing.T) {
			r := kind.Start(t, realoci.Options{})
			ref := r.Image(t, "acme/echo:1.0.0", nil)
			out, err := cosign(t, "attest", "--new-bundle-format", "--key", filepath.Join(dir, "cosign.key"), "--tlog-upload=false",
				"--type", conformance, "--predicate", predicate, "--allow-http-registry", "--yes", ref)
			require.NoError(t, err, out)

			found, err := attach.Fetch(t.Context(), ref, quick())
			require.NoError(t, err)
			require.Len(t, found, 1)
			var bundle struct {
				MediaType    string
				DsseEnvelope struct{ Payload []byte }
			}
			require.NoError(t, json.Unmarshal(found[0], &bundle))
			assert.Equal(t, attach.BundleType, bundle.MediaType)
			assert.Contains(t, string(bundle.DsseEnvelope.Payload), `"PASSED"`)
		})
	}
}

// signed is a bundle about an image, really signed by a key, and the file of the
// public key.
func signed(t *testing.T, ref string) (bundle []byte, key string) {
	t.Helper()
	_, digest, _ := strings.Cut(ref, "@sha256:")
	statement, err := json.Marshal(map[string]any{
		"_type": "https://in-toto.io/Statement/v1", "predicateType": conformance, "predicate": map[string]any{"result": "PASSED"},
		"subject": []any{map[string]any{"name": "acme/echo", "digest": map[string]any{"sha256": digest}}},
	})
	require.NoError(t, err)
	keys, err := sign.NewEphemeralKeypair(nil)
	require.NoError(t, err)
	made, err := sign.Bundle(&sign.DSSEData{Data: statement, PayloadType: "application/vnd.in-toto+json"}, keys, sign.BundleOptions{Context: t.Context()})
	require.NoError(t, err)
	bundle, err = protojson.Marshal(made)
	require.NoError(t, err)
	pem, err := keys.GetPublicKeyPem()
	require.NoError(t, err)
	key = filepath.Join(t.TempDir(), "key.pub")
	require.NoError(t, os.WriteFile(key, []byte(pem), 0o600))
	return bundle, key
}

// program is looked for once: the answer costs a shell.
var program = sync.OnceValues(func() (string, error) { return testservers.Program("cosign") })

// cosign runs the real program, without the user's configuration and with no way
// out of this machine.
func cosign(t *testing.T, args ...string) (string, error) {
	t.Helper()
	path, err := program()
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	home := t.TempDir()
	cmd.Env = []string{"HOME=" + home, "DOCKER_CONFIG=" + home, "TUF_ROOT=" + home, "COSIGN_PASSWORD=", "HTTPS_PROXY=http://127.0.0.1:1", "HTTP_PROXY=http://127.0.0.1:1", "PATH=" + os.Getenv("PATH")}
	cmd.WaitDelay = time.Second
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	return out.String(), err
}
