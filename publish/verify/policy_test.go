package verify_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mcpctl/mcpctl/publish/sign"
	"github.com/mcpctl/mcpctl/publish/verify"
)

// sampleKey is a public key in base64 and its digest, the same every time.
func sampleKey() (text, digest string) {
	pkix := sampleKeyBytes()
	sum := sha256.Sum256(pkix)
	return base64.StdEncoding.EncodeToString(pkix), "sha256:" + hex.EncodeToString(sum[:])
}

func sampleKeyBytes() []byte {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	pkix, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		panic(err) // such a key can always be written
	}
	return pkix
}

func TestWhoIsExpectedByTheNamespace(t *testing.T) {
	const gitlab = "https://gitlab.com"
	for _, c := range []struct {
		name, issuer, subject string
		holds                 bool
	}{
		{acme, github, release, true},
		{acme, github, "https://github.com/ACME/Echo/.github/workflows/release.yaml@refs/heads/main", true},
		{"io.github.Acme/echo", github, release, true},
		{acme, github, "https://github.com/acme/other/.github/workflows/x.yml@refs/tags/v1", true},
		{acme, github, "https://github.com/acme2/echo/.github/workflows/release.yml@refs/tags/v1", false},
		{acme, github, "https://github.com/mallory/acme/.github/workflows/release.yml@refs/tags/v1", false},
		{acme, github, "https://github.com/acme/echo/.github/workflows/release.yml@refs/pull/1/merge", false},
		{acme, github, "https://github.com/acme/echo/.github/workflows/a/b.yml@refs/tags/v1", false},
		{acme, github, "https://githubxcom/acme/echo/.github/workflows/release.yml@refs/tags/v1", false},
		{acme, github, "https://evil.example.org/?" + release, false},
		{acme, github, release + "\nhttps://evil.example.org", false},
		{acme, github, "https://github.com/acme/x/y/.github/workflows/release.yml@refs/tags/v1", false},
		{"io.github.a.me/echo", github, "https://github.com/axme/echo/.github/workflows/release.yml@refs/tags/v1", false},
		{"io.gitlab.acme/echo", gitlab, "https://gitlab.com/acme/tools/echo//.gitlab-ci.yml@refs/tags/v1.0.0", true},
		{"io.gitlab.acme/echo", gitlab, "https://gitlab.com/acme-evil/echo//.gitlab-ci.yml@refs/tags/v1.0.0", false},
		{"io.gitlab.acme/echo", gitlab, "https://gitlab.com/acme/echo//.gitlab-ci.yml@refs/merge-requests/1/head", false},
	} {
		p, ok := verify.Expected(c.name)
		assert.True(t, ok)
		assert.Equal(t, c.issuer, p.Issuer)
		assert.Equal(t, c.holds, regexp.MustCompile("^(?:"+p.SubjectRegexp+")$").MatchString(c.subject), "%s by %s", c.name, c.subject)
	}
	for _, name := range []string{"com.acme/echo", "io.github./echo", "io.github.a(b/echo", "echo", "io.github.acme", "io.modelcontextprotocol.anonymous/echo"} {
		_, ok := verify.Expected(name)
		assert.False(t, ok, name)
	}
}

// A signer is the same from release to release: the tag is no part of it.
func TestTheLastingSigner(t *testing.T) {
	for subject, want := range map[string]string{
		release: "https://github.com/acme/echo/.github/workflows/release.yml",
		"https://gitlab.com/acme/echo//.gitlab-ci.yml@refs/heads/main": "https://gitlab.com/acme/echo//.gitlab-ci.yml",
		"person@example.org":                 "person@example.org",
		"https://example.org/x@refs/tags/v1": "https://example.org/x@refs/tags/v1",
	} {
		assert.Equal(t, verify.Signer{Issuer: github, Subject: want}, verify.SignerOf(sign.Identity{Issuer: github, Subject: subject}, nil))
	}
	text, digest := sampleKey()
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: sampleKeyBytes()})
	assert.Equal(t, verify.Signer{Key: digest, PublicKey: text}, verify.SignerOf(sign.Identity{Key: digest}, public))
	assert.Equal(t, verify.Signer{Key: "sha256:00"}, verify.SignerOf(sign.Identity{Key: "sha256:00"}, public), "the text has to be of that key")
}
