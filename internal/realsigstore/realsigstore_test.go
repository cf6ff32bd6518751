//go:build unix

package realsigstore_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realsigstore"
	"github.com/mcpctl/mcpctl/publish/sign"
)

const statement = `{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a","digest":{"sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}}],"predicateType":"https://example.org/p","predicate":{}}`

// Whoever the providers vouch for is who has signed.
func TestEveryProviderIsBelieved(t *testing.T) {
	s := realsigstore.Start(t)
	services, err := sign.LoadServices(s.SigningConfig)
	require.NoError(t, err)
	assert.Equal(t, sign.Services{
		Fulcio: s.Fulcio, Logs: []sign.Log{{URL: s.Rekor, Version: 2}}, Timestamps: []string{s.Timestamp}, Issuer: s.People,
	}, services)
	trust, err := sign.LoadTrust(s.TrustedRoot)
	require.NoError(t, err)

	for _, c := range []struct{ name, token, issuer, subject string }{
		{"a workflow of GitHub", s.GitHubToken("acme/echo", "release.yml", "refs/tags/v1.0.0"), realsigstore.GitHub,
			"https://github.com/acme/echo/.github/workflows/release.yml@refs/tags/v1.0.0"},
		{"a pipeline of GitLab", s.GitLabToken("acme/echo", "refs/tags/v1.0.0"), realsigstore.GitLab,
			"https://gitlab.com/acme/echo//.gitlab-ci.yml@refs/tags/v1.0.0"},
		{"an address", s.MailToken("someone@example.org"), realsigstore.Mail, "someone@example.org"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			signer, err := sign.Keyless(sign.KeylessOptions{Services: services, Token: func(context.Context, string) (string, error) { return c.token, nil }})
			require.NoError(t, err)
			bundle, err := signer.Sign(ctx, []byte(statement))
			require.NoError(t, err)
			got, err := trust.Read(bundle)
			require.NoError(t, err)
			assert.Equal(t, sign.Identity{Issuer: c.issuer, Subject: c.subject}, got.Identity)
		})
	}
}

// What one instance has certified, another does not believe.
func TestInstancesAreStrangers(t *testing.T) {
	a, b := realsigstore.Start(t), realsigstore.Start(t)
	one, err := os.ReadFile(a.TrustedRoot)
	require.NoError(t, err)
	other, err := os.ReadFile(b.TrustedRoot)
	require.NoError(t, err)
	assert.NotEqual(t, string(one), string(other))
	assert.NotEqual(t, a.Timestamp, b.Timestamp)
}
