package verify_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realoci"
	"github.com/mcpctl/mcpctl/publish/attach"
	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/sign"
	"github.com/mcpctl/mcpctl/publish/verify"
)

// elsewhere asks a registry on this machine for what is said to lie at another.
type elsewhere struct {
	images
	host, real string
}

func (e elsewhere) Resolve(ctx context.Context, ref string) (string, error) {
	return e.images.Resolve(ctx, strings.Replace(ref, e.host, e.real, 1))
}

func (e elsewhere) Fetch(ctx context.Context, ref string) ([][]byte, error) {
	return e.images.Fetch(ctx, strings.Replace(ref, e.host, e.real, 1))
}

// image asks for the scene's image as if it lay at GitHub's registry.
func (s *scene) image(t testing.TB, at string) {
	ref := s.images(t, realoci.WithReferrers)
	_, err := attach.Attach(t.Context(), ref, s.bundles(t), attach.Options{})
	require.NoError(t, err)
	host, _, _ := strings.Cut(ref, "/")
	s.req = verify.Request{Image: at + ":1.0.0"}
	s.parts = verify.Parts{Images: elsewhere{host: strings.TrimSuffix(at, "/acme/echo") + "/acme/echo", real: host + "/acme/echo"}, Trust: s.ca.source(t)}
}

// At a registry whose paths begin with an account, that account has to have signed.
func TestAnImageByItsOwner(t *testing.T) {
	s := newScene(t)
	s.image(t, "ghcr.io/acme/echo")
	r := s.holds(t)
	assert.Equal(t, verify.BasisNamespace, r.Basis)
	assert.Equal(t, acme, r.Name)
	assert.Equal(t, []string{"ghcr.io"}, r.Hosts)

	s = newScene(t)
	s.server["name"] = "io.gitlab.acme/echo"
	s.by = s.ca.identity("https://gitlab.com", "https://gitlab.com/acme/echo//.gitlab-ci.yml@refs/tags/v1.0.0")
	s.image(t, "registry.gitlab.com/acme/echo")
	assert.Equal(t, verify.BasisNamespace, s.holds(t).Basis)

	s = newScene(t)
	s.by = s.ca.identity(github, strings.Replace(release, "acme", "mallory", 1))
	s.image(t, "ghcr.io/acme/echo")
	assert.Equal(t, []string{"signer-wrong"}, codes(s.verify(t)))
}

// An image is its signer's; the name that he gives it need not be.
func TestAnImageUnderAnothersName(t *testing.T) {
	s := newScene(t)
	s.server["name"] = "io.github.victim/echo"
	s.image(t, "ghcr.io/acme/echo")
	assert.Equal(t, []string{"release-differs"}, codes(s.verify(t)))
}

func TestAnImageBringsNoNameIntoTheLock(t *testing.T) {
	s := newScene(t)
	s.server["name"] = "com.victim/echo"
	s.image(t, "ghcr.io/acme/echo")
	s.req.Lock = &verify.Lock{}
	_, changed := s.req.Lock.Remember(s.holds(t), time.Now())
	assert.False(t, changed)

	// Nor is there a first use of it.
	s.req.Image = "docker.io/library/echo:1.0.0"
	s.parts.Images = elsewhere{host: "docker.io/library/echo", real: s.parts.Images.(elsewhere).real}
	s.req.FirstUse = true
	assert.Equal(t, []string{"identity-unknown"}, codes(s.verify(t)))

	// Where the lock knows the name, its signer is the one who may sign.
	subject := "https://github.com/acme/echo/.github/workflows/release.yml"
	s.req.Lock = &verify.Lock{Servers: []verify.LockedServer{{Name: "com.victim/echo", Signer: verify.Signer{Issuer: github, Subject: subject}}}}
	r := s.holds(t)
	assert.Equal(t, verify.BasisLock, r.Basis)
	next, changed := s.req.Lock.Remember(r, time.Now())
	assert.True(t, changed)
	assert.Empty(t, next.Servers[0].Versions[0].Server)
	assert.Len(t, next.Servers[0].Versions[0].Packages, 1)

	s.req.Lock.Servers[0].Signer.Subject = "https://github.com/victim/echo/.github/workflows/release.yml"
	assert.Equal(t, []string{"signer-changed"}, codes(s.verify(t)))
	s.req.Policy = sign.Policy{Issuer: github, Subject: release}
	assert.Equal(t, []string{"signer-changed"}, codes(s.verify(t)))
}

// Beside a release other tools attach what they like: a platform's own provenance
// of the image alone, a scanner's result under another root of trust.
func TestAnImageWithStatementsOfOtherTools(t *testing.T) {
	s := newScene(t)
	s.image(t, "ghcr.io/acme/echo")
	at := strings.Replace(s.packages[0].Identifier, ":1.0.0", "@sha256:"+s.packages[0].Digest["sha256"], 1)
	s.subjects = s.about(t)[1:]
	own := s.bundle(t, attest.TypeProvenance)
	s.by = newAuthority(t).identity(github, "https://github.com/scanner/app/.github/workflows/scan.yml@refs/heads/main")
	scan := s.bundle(t, attest.TypeCycloneDX)
	_, err := attach.Attach(t.Context(), at, [][]byte{own, scan}, attach.Options{})
	require.NoError(t, err)
	s.req.Require = []string{"provenance", "sbom"}
	assert.Len(t, s.holds(t).Attestations, 5)

	// To the entry they say nothing.
	s.subjects = nil
	server := s.json(t)
	s.req = verify.Request{Server: server}
	s.parts.Images, s.parts.Packages = images{}, images{}
	assert.Len(t, s.holds(t).Attestations, 4)
}
