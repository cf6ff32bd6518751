package verify_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realoci"
	"github.com/mcpctl/mcpctl/internal/realsigstore"
	"github.com/mcpctl/mcpctl/publish/attach"
	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/sign"
	"github.com/mcpctl/mcpctl/publish/verify"
)

// workflow signs without a key, as a workflow of GitHub Actions does, with the real
// Fulcio, Rekor and timestamp authority.
func workflow(t testing.TB, s *realsigstore.Sigstore, repository, ref string) signs {
	services, err := sign.LoadServices(s.SigningConfig)
	require.NoError(t, err)
	signer, err := sign.Keyless(sign.KeylessOptions{Services: services, Token: func(context.Context, string) (string, error) {
		return s.GitHubToken(repository, "release.yml", ref), nil
	}})
	require.NoError(t, err)
	return func(t testing.TB, statement []byte) []byte {
		bundle, err := signer.Sign(t.Context(), statement)
		require.NoError(t, err)
		return bundle
	}
}

// A release as a workflow makes it: signed by real services, attached to an image
// in a real registry without the referrers API, found by its name in a registry,
// accepted by the namespace's rule, and offline by a file of the same statements.
func TestAReleaseOfRealServices(t *testing.T) {
	sigstore := realsigstore.Start(t)
	s := newScene(t)
	s.by = workflow(t, sigstore, "acme/echo", "refs/tags/v1.0.0")
	ref := s.images(t, realoci.Distribution)
	bundles := s.bundles(t)
	_, err := attach.Attach(t.Context(), ref, bundles, attach.Options{})
	require.NoError(t, err)
	store := emptyDesk(t)
	s.publish(t, store, attest.Pointer{OCI: []string{ref}})
	root := func(context.Context) (verify.Trust, error) { return sign.LoadTrust(sigstore.TrustedRoot) }

	s.req, s.parts = s.named(store)
	s.req.Require = []string{"provenance", "sbom", "conformance"}
	s.parts.Images, s.parts.Packages, s.parts.Trust = images{}, images{}, root
	r := s.holds(t)
	assert.Equal(t, verify.BasisNamespace, r.Basis)
	assert.Equal(t, "https://github.com/acme/echo/.github/workflows/release.yml", r.Signer.Subject)
	assert.True(t, r.Attestations[0].Logged)
	assert.True(t, r.Attestations[0].Timestamped)
	lock, changed := s.req.Lock.Remember(r, time.Now())
	require.True(t, changed)

	// Offline: the same, from files. The image is named by its tag here, so its
	// bytes cannot be proven; the lock has them.
	s.req = verify.Request{Server: s.json(t), Bundles: []verify.Bundles{{From: "echo.sigstore.jsonl", Lines: bundles}}, WithoutPackages: true, Lock: lock, Locked: true}
	s.parts = verify.Parts{Trust: root}
	assert.Equal(t, verify.BasisLock, s.holds(t).Basis)

	// The next version from a fork: no rule and no lock lets it pass.
	s.server["version"] = "1.0.1"
	s.by = workflow(t, sigstore, "mallory/echo", "refs/tags/v1.0.1")
	s.req = verify.Request{Server: s.json(t), Bundles: []verify.Bundles{{From: "echo.sigstore.jsonl", Lines: [][]byte{s.bundle(t, attest.TypeRelease)}}}}
	assert.Equal(t, []string{"signer-wrong"}, codes(s.verify(t)))
	s.req.Lock = lock
	assert.Equal(t, []string{"signer-changed"}, codes(s.verify(t)))

	// Another root of trust knows none of these services.
	s.req = verify.Request{Server: s.json(t), Bundles: s.req.Bundles}
	s.parts.Trust = newAuthority(t).source(t)
	r = s.verify(t)
	require.Len(t, codes(r), 1)
	assert.Contains(t, []string{"certificate-untrusted", "timestamp-missing"}, codes(r)[0])
}
