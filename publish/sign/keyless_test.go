//go:build unix

package sign_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realsigstore"
	"github.com/mcpctl/mcpctl/publish/sign"
)

func TestKeylessSignaturesOfOneRun(t *testing.T) {
	var asked atomic.Int32
	token := sigstore.Get(t).GitHubToken(repository, workflow, tag)
	signer, err := sign.Keyless(sign.KeylessOptions{
		Services: services(t), Trust: trust(t),
		Token: func(_ context.Context, audience string) (string, error) {
			asked.Add(1)
			assert.Equal(t, sign.Audience, audience)
			return token, nil
		},
	})
	require.NoError(t, err)
	before, err := signer.Who(soon(t))
	require.NoError(t, err)
	assert.Equal(t, sign.Identity{Issuer: realsigstore.GitHub, Subject: subject}, before)

	const n = 6
	bundles := make([][]byte, n)
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() {
			one := strings.Replace(statement, `"echo"`, fmt.Sprintf(`"echo %d"`, i), 1)
			b, err := signer.Sign(soon(t), []byte(one))
			if assert.NoError(t, err) {
				bundles[i] = b
			}
		})
	}
	group.Wait()
	require.False(t, t.Failed())
	assert.Equal(t, int32(1), asked.Load(), "a person would have been asked more than once")

	certificates := map[string]bool{}
	for i, b := range bundles {
		got, err := trust(t).Verify(b, released())
		require.NoError(t, err)
		assert.Equal(t, predicateType, got.PredicateType)
		assert.Contains(t, string(got.Statement), fmt.Sprintf("echo %d", i))
		assert.Equal(t, before, got.Identity)
		assert.True(t, got.Logged)
		assert.True(t, got.Timestamped)
		assert.WithinDuration(t, time.Now(), got.Time, time.Minute)
		assert.NotContains(t, string(b), "\n", "it is one line of a file of bundles")

		var doc map[string]any
		require.NoError(t, json.Unmarshal(b, &doc))
		assert.Equal(t, sign.BundleMediaType, doc["mediaType"])
		certificates[at(doc, "verificationMaterial", "certificate")["rawBytes"].(string)] = true
	}
	assert.Len(t, certificates, 1, "one certificate for all statements of a run")
	assert.Equal(t, subject+" (by "+realsigstore.GitHub+")", before.String())
	after, err := signer.Who(soon(t))
	require.NoError(t, err)
	assert.Equal(t, before, after)
}

func TestKeylessPolicy(t *testing.T) {
	bundle, tr := keyless(t), trust(t)
	for _, c := range []struct {
		name   string
		policy sign.Policy
		code   string
	}{
		{"the signer", released(), ""},
		{"like the signer", sign.Policy{Issuer: realsigstore.GitHub, SubjectRegexp: `https://github\.com/acme/.*`}, ""},
		{"both", sign.Policy{Issuer: realsigstore.GitHub, Subject: subject, SubjectRegexp: `https://github\.com/acme/.*`}, ""},
		{"another repository", sign.Policy{Issuer: realsigstore.GitHub, Subject: strings.Replace(subject, "acme", "evil", 1)}, "signer-wrong"},
		{"other case", sign.Policy{Issuer: realsigstore.GitHub, Subject: strings.Replace(subject, "acme", "Acme", 1)}, "signer-wrong"},
		{"only the beginning is like it", sign.Policy{Issuer: realsigstore.GitHub, SubjectRegexp: `https://github\.com/acme/`}, "signer-wrong"},
		{"only the end is like it", sign.Policy{Issuer: realsigstore.GitHub, SubjectRegexp: `refs/tags/v1\.0\.0|echo`}, "signer-wrong"},
		{"both, and one does not hold", sign.Policy{Issuer: realsigstore.GitHub, Subject: subject + "1", SubjectRegexp: ".*"}, "signer-wrong"},
		{"another issuer", sign.Policy{Issuer: realsigstore.GitLab, Subject: subject}, "issuer-wrong"},
		{"the issuer with a slash", sign.Policy{Issuer: realsigstore.GitHub + "/", Subject: subject}, "issuer-wrong"},
		{"a key", sign.Policy{Key: publicPEM(t, newKey(t, "P-256"))}, "key-wrong"},
		{"nobody", sign.Policy{}, "policy-unusable"},
		{"anybody of the issuer", sign.Policy{Issuer: realsigstore.GitHub}, "policy-unusable"},
		{"the subject of any issuer", sign.Policy{Subject: subject}, "policy-unusable"},
		{"a broken expression", sign.Policy{Issuer: realsigstore.GitHub, SubjectRegexp: "("}, "policy-unusable"},
		{"an expression that gets out of its brackets", sign.Policy{Issuer: realsigstore.GitHub, SubjectRegexp: ")|(.*"}, "policy-unusable"},
		{"a key and an issuer", sign.Policy{Issuer: realsigstore.GitHub, Key: []byte("x")}, "policy-unusable"},
		{"no key", sign.Policy{Key: []byte("x")}, "key-unreadable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := tr.Verify(bundle, c.policy)
			if c.code != "" {
				refused(t, err, c.code)
				assert.Nil(t, got)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, statement, string(got.Statement))
		})
	}
}

// The samples are signed by the real services; see testdata/README.md.
func TestSampleStillVerifies(t *testing.T) {
	if *update {
		root, err := os.ReadFile(sigstore.Get(t).TrustedRoot)
		require.NoError(t, err)
		var pretty bytes.Buffer
		require.NoError(t, json.Indent(&pretty, root, "", "  "))
		require.NoError(t, os.WriteFile("testdata/trusted_root.json", append(pretty.Bytes(), '\n'), 0o600))
		require.NoError(t, os.WriteFile("testdata/keyless.sigstore.json", append(keyless(t), '\n'), 0o600))
	}
	got, err := sampleTrust(t, nil).Read(sample(t, "keyless.sigstore.json"))
	require.NoError(t, err)
	assert.Equal(t, sign.Identity{Issuer: realsigstore.GitHub, Subject: subject}, got.Identity)
	assert.Equal(t, statement, string(got.Statement))
}

func TestKeylessNeedsItsServices(t *testing.T) {
	_, err := sign.Keyless(sign.KeylessOptions{Token: given("x")})
	refused(t, err, "services-missing")
	_, err = sign.Keyless(sign.KeylessOptions{Services: sign.Services{Fulcio: "http://127.0.0.1:1"}})
	refused(t, err, "token-missing")
}

func TestOnlyStatementsAreSigned(t *testing.T) {
	signer, err := sign.Keyless(sign.KeylessOptions{Services: sign.Services{Fulcio: "http://127.0.0.1:1"}, Token: func(context.Context, string) (string, error) {
		t.Error("a token was asked for")
		return "", nil
	}})
	require.NoError(t, err)
	for name, what := range map[string]string{
		"nothing": "", "no JSON": "{", "another object": `{"_type":"x"}`,
		"too much": statement + strings.Repeat(" ", sign.MaxStatement),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := signer.Sign(soon(t), []byte(what))
			refused(t, err, "statement-unreadable")
		})
	}
}

// A bundle that our own trust root would not accept is not given out.
func TestKeylessChecksItself(t *testing.T) {
	signer, err := sign.Keyless(sign.KeylessOptions{Services: services(t), Token: workflowToken(t), Trust: sampleTrust(t, nil)})
	require.NoError(t, err)
	_, err = signer.Sign(soon(t), []byte(statement))
	r := refused(t, err, "log-missing")
	assert.Contains(t, r.Doing, "new signature")
}
