package verify_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/attach"
	"github.com/mcpctl/mcpctl/publish/registry"
	"github.com/mcpctl/mcpctl/publish/sign"
	"github.com/mcpctl/mcpctl/publish/verify"
)

// With everything at hand nothing is asked: every way to the outside is there, and
// whoever dialled would be noticed.
func TestNothingIsAskedWithEverythingAtHand(t *testing.T) {
	s := newScene(t)
	s.atHand(t)
	dialled := 0
	wire := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		dialled++
		return nil, errors.New("there is no network")
	}}
	client, err := registry.New(registry.Official, registry.Options{Transport: wire})
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "trusted_root.json")
	require.NoError(t, os.WriteFile(file, s.ca.root(t), 0o600))
	s.parts.Registry, s.parts.Shelf = client, client
	s.parts.Images, s.parts.Web = wired{wire}, verify.Download{Transport: wire}
	s.parts.Trust = func(context.Context) (verify.Trust, error) { return sign.LoadTrust(file) }
	s.req.Require = []string{"provenance", "sbom", "conformance"}
	assert.Empty(t, s.holds(t).Hosts)
	assert.Zero(t, dialled)

	// The same wire is noticed where something has to be asked.
	s.server["packages"] = []any{map[string]any{"registryType": "oci", "identifier": "127.0.0.1:1/acme/echo:1.0.0"}}
	s.req.Server, s.req.Bundles = s.json(t), nil
	assert.Equal(t, []string{"oci-unreachable"}, codes(s.verify(t)))
	assert.NotZero(t, dialled)
}

// wired asks image registries over a wire of the test's.
type wired struct{ http.RoundTripper }

func (w wired) Resolve(ctx context.Context, ref string) (string, error) {
	return attach.Resolve(ctx, ref, attach.Options{Anonymous: true, Transport: w, Pause: 1})
}

func (w wired) Fetch(ctx context.Context, ref string) ([][]byte, error) {
	return attach.Fetch(ctx, ref, attach.Options{Anonymous: true, Transport: w, Pause: 1})
}

// BenchmarkVerifyOffline is a whole verification without a network: server.json,
// four attestations with certificates and timestamps, the package's bytes, a lock.
func BenchmarkVerifyOffline(b *testing.B) {
	s := newScene(b)
	s.atHand(b)
	root := s.ca.root(b)
	jsonl, _ := attach.Lines(s.req.Bundles[0].Lines)
	b.ReportAllocs()
	for b.Loop() {
		lines, err := attach.ParseLines(jsonl)
		require.NoError(b, err)
		s.req.Bundles[0].Lines = lines
		s.parts.Trust = func(context.Context) (verify.Trust, error) { return sign.ParseTrust("bench", root) }
		r, err := verify.Verify(b.Context(), s.req, s.parts)
		require.NoError(b, err)
		require.Equal(b, verify.Pass, r.Verdict)
	}
}
