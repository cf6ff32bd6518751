package verify_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/sign"
	"github.com/mcpctl/mcpctl/publish/verify"
)

// remembered verifies and answers the lock that comes of it, written and read.
func (s *scene) remembered(t testing.TB, lock *verify.Lock) *verify.Lock {
	t.Helper()
	next, changed := lock.Remember(s.holds(t), time.Now())
	require.True(t, changed)
	raw, err := next.Encode()
	require.NoError(t, err)
	back, err := verify.ParseLock(raw)
	require.NoError(t, err)
	return back
}

// at is the scene's release at another version, asked for with a lock.
func (s *scene) at(t testing.TB, version string, lock *verify.Lock) {
	s.server["version"] = version
	s.by = s.ca.identity(github, "https://github.com/acme/echo/.github/workflows/release.yml@refs/tags/v"+version)
	s.atHand(t)
	s.req.Lock = lock
}

func TestTrustOnFirstUse(t *testing.T) {
	s := newScene(t)
	s.server["name"] = "com.acme/echo"
	s.atHand(t)
	assert.Equal(t, []string{"identity-unknown"}, codes(s.verify(t)), "not unless the user says so")

	s.req.FirstUse = true
	lock := s.remembered(t, nil)
	assert.Equal(t, verify.BasisFirstUse, s.verify(t).Basis)

	// From then on the lock knows him, also at another tag.
	s.at(t, "1.1.0", lock)
	assert.Equal(t, verify.BasisLock, s.holds(t).Basis)

	// And nobody else: first use was then.
	s.by = s.ca.identity(github, "https://github.com/mallory/echo/.github/workflows/release.yml@refs/tags/v1.1.0")
	s.atHand(t)
	s.req.Lock, s.req.FirstUse = lock, true
	assert.Equal(t, []string{"signer-changed"}, codes(s.verify(t)))

	// Unless the change is allowed for that very name.
	s.req.SignerChange = []string{"com.acme/other"}
	assert.Equal(t, []string{"signer-changed"}, codes(s.verify(t)))
	s.req.SignerChange = []string{"com.acme/echo"}
	next := s.remembered(t, lock)
	assert.Equal(t, "https://github.com/mallory/echo/.github/workflows/release.yml", next.Servers[0].Signer.Subject)
	assert.Len(t, next.Servers[0].Versions, 2)
}

// A stranger's release beside the right one does not disturb whom the lock knows.
func TestTheLockTellsTwoSignersApart(t *testing.T) {
	s := newScene(t)
	s.server["name"] = "com.acme/echo"
	s.atHand(t)
	s.req.FirstUse = true
	lock := s.remembered(t, nil)
	honest := s.req.Bundles[0].Lines
	s.by = s.ca.identity(github, "https://github.com/mallory/echo/.github/workflows/release.yml@refs/tags/v1.0.0")
	s.req.Bundles[0].Lines = append([][]byte{s.bundle(t, attest.TypeRelease)}, honest...)
	s.req.Lock, s.req.FirstUse = lock, false
	assert.Contains(t, s.holds(t).Signer.Subject, "github.com/acme/echo")
}

// A key that was given once is in the lock, and is not needed again.
func TestTheLockKeepsTheKey(t *testing.T) {
	s := newScene(t)
	by, key := byKey(t)
	s.server["name"], s.by = "com.acme/echo", by
	s.atHand(t)
	s.parts.Trust = nil // no certificate is looked at
	s.req.Policy = sign.Policy{Key: key}
	lock := s.remembered(t, nil)

	s.req.Policy, s.req.Lock, s.req.Locked = sign.Policy{}, lock, true
	r := s.holds(t)
	assert.Equal(t, verify.BasisLock, r.Basis)
	assert.Equal(t, lock.Servers[0].Signer, *r.Signer)

	s.by, _ = byKey(t)
	s.atHand(t)
	s.parts.Trust, s.req.Lock = nil, lock
	assert.Equal(t, []string{"signer-changed"}, codes(s.verify(t)))
}

// Attestations of others beside the release's are no fault, and no proof.
func TestStatementsOfOthers(t *testing.T) {
	s := newScene(t)
	s.atHand(t)
	s.by = s.ca.identity(github, "https://github.com/scanner/app/.github/workflows/scan.yml@refs/heads/main")
	lines := s.req.Bundles[0].Lines
	lines[2] = s.bundle(t, attest.TypeCycloneDX)
	r := s.holds(t)
	assert.Equal(t, verify.Skip, line(r, "sbom").Verdict)
	assert.Len(t, r.Attestations, 3)

	s.req.Require = []string{"sbom"}
	assert.Equal(t, []string{"signer-wrong"}, codes(s.verify(t)))
}

// Two places, one of which is broken: what is needed came from the other.
func TestOnePlaceThatFailsIsAWarning(t *testing.T) {
	s := newScene(t)
	s.publishAll(t)
	store := s.parts.Registry
	entry, err := store.Get(t.Context(), acme, "")
	require.NoError(t, err)
	p, ok, err := attest.PointerOf(entry.Server)
	require.NoError(t, err)
	require.True(t, ok)
	p.OCI = []string{"127.0.0.1:1/acme/echo@" + p.Subject}
	raw, err := attest.WithPointer(s.json(t), p)
	require.NoError(t, err)
	s.req, s.parts.Images = verify.Request{Server: raw, Source: "server.json"}, images{}
	r := s.verify(t)
	assert.Equal(t, []string{"oci-unreachable"}, codes(r))
	assert.Equal(t, verify.Pass, r.Verdict)
	assert.Zero(t, r.Kind(false))
	assert.NotZero(t, r.Kind(true))
}

func TestTheBillAtHandIsTheSignedOne(t *testing.T) {
	s := newScene(t)
	s.atHand(t)
	s.req.SBOM = []byte(`{"version":1, "specVersion":"1.6", "bomFormat":"CycloneDX", "metadata":{"component":{"version":"1.0.0","name":"echo","type":"application"}}}`)
	assert.Contains(t, line(s.holds(t), "sbom").Reason, "is the one at hand")
}

func TestPackagesCanBeLeftOut(t *testing.T) {
	s := newScene(t)
	s.atHand(t)
	s.req.WithoutPackages, s.parts.Packages = true, nil
	assert.Equal(t, verify.Skip, line(s.holds(t), "package").Verdict)
}

// A build on somebody's own machine has no source to compare, which is no fault
// unless a provenance is required.
func TestAProvenanceWithoutASource(t *testing.T) {
	s := newScene(t)
	s.source = ""
	s.atHand(t)
	assert.Equal(t, verify.Skip, line(s.holds(t), "provenance").Verdict)
}
