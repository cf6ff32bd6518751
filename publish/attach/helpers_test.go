//go:build unix

package attach_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/attach"
)

const conformance = "https://in-toto.io/attestation/test-result/v0.1"

// quick is how the tests talk to a registry: without the user's credentials, and
// without waiting where only a busy registry would make one wait.
func quick() attach.Options {
	return attach.Options{UserAgent: "mcpctl-test", Anonymous: true, Timeout: 30 * time.Second, Pause: time.Millisecond}
}

// bundleOf is a bundle as far as a registry looks into it; its signature is none.
func bundleOf(t testing.TB, predicateType, text string) []byte {
	t.Helper()
	statement, err := json.Marshal(map[string]any{"_type": "https://in-toto.io/Statement/v1", "predicateType": predicateType, "predicate": map[string]any{"text": text}})
	require.NoError(t, err)
	bundle, err := json.MarshalIndent(map[string]any{
		"mediaType": attach.BundleType,
		"dsseEnvelope": map[string]any{
			"payload": base64.StdEncoding.EncodeToString(statement), "payloadType": "application/vnd.in-toto+json",
			"signatures": []any{map[string]any{"sig": "bm9uZQ=="}},
		},
	}, "", "  ")
	require.NoError(t, err)
	return bundle
}

func bundlesOf(t testing.TB, n int) [][]byte {
	t.Helper()
	var bundles [][]byte
	for i := range n {
		bundles = append(bundles, bundleOf(t, conformance, fmt.Sprint("run ", i)))
	}
	return bundles
}

// compact is a bundle as it lies in a registry.
func compact(t testing.TB, bundles [][]byte) []string {
	t.Helper()
	jsonl, _ := attach.Lines(bundles)
	return strings.Split(strings.TrimSuffix(string(jsonl), "\n"), "\n")
}

func texts(bundles [][]byte) []string {
	var all []string
	for _, b := range bundles {
		all = append(all, string(b))
	}
	return all
}

// wrapped serves a handler on the loopback interface and answers its host.
func wrapped(t testing.TB, h http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

// dockerConfig gives the test a Docker configuration of its own.
func dockerConfig(t testing.TB, config string) {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "config.json"), []byte(config), 0o600))
	for name, value := range map[string]string{"HOME": dir, "DOCKER_CONFIG": dir, "XDG_RUNTIME_DIR": dir, "XDG_CONFIG_HOME": dir} {
		t.Setenv(name, value)
	}
}

func repoOf(ref string) string {
	repo, _, _ := strings.Cut(ref, "@")
	return repo
}

const missingDigest = "sha256:0000000000000000000000000000000000000000000000000000000000000000"
