package verify_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/verify"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var seen = time.Date(2026, 11, 21, 20, 30, 0, 0, time.UTC)

// sample is a lock with every kind of entry.
func sample() *verify.Lock {
	digest := func(c string) string { return "sha256:" + strings.Repeat(c, 64) }
	result := func(name, version, server string, signer verify.Signer, p ...verify.Package) *verify.Result {
		return &verify.Result{Name: name, Version: version, Digest: server, Verdict: verify.Pass, Signer: &signer, Packages: p}
	}
	npm := verify.Package{Type: "npm", Identifier: "@acme/echo", Version: "1.0.0", Digest: map[string]string{"sha512": strings.Repeat("ab", 64)}}
	identity := verify.Signer{Issuer: github, Subject: "https://github.com/acme/echo/.github/workflows/release.yml"}
	key := verify.Signer{Key: "sha256:3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29"}
	key.PublicKey, key.Key = sampleKey()
	var l *verify.Lock
	for _, r := range []*verify.Result{
		result("io.github.acme/echo", "1.0.1", digest("c"), identity),
		result("io.github.acme/echo", "1.0.0", digest("b"), identity, npm),
		result("com.acme/echo", "1.0.0", digest("a"), key),
	} {
		l, _ = l.Remember(r, seen)
	}
	return l
}

func TestALockAsItIsKept(t *testing.T) {
	raw, err := sample().Encode()
	require.NoError(t, err)
	golden := filepath.Join("testdata", "mcpctl.lock")
	if *update {
		require.NoError(t, os.WriteFile(golden, raw, 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(raw))

	back, err := verify.ParseLock(raw)
	require.NoError(t, err)
	again, err := back.Encode()
	require.NoError(t, err)
	assert.Equal(t, string(raw), string(again))
	_, err = verify.ParseLock(bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n")))
	assert.NoError(t, err, "line ends of another system are no damage")
}

func TestBrokenLocks(t *testing.T) {
	raw, err := sample().Encode()
	require.NoError(t, err)
	good := string(raw)
	for name, text := range map[string]string{
		"nothing":               "",
		"no JSON":               "servers:\n",
		"a merge gone wrong":    "<<<<<<< HEAD\n" + good,
		"something behind it":   good + "{}",
		"another schema":        strings.Replace(good, verify.LockSchema, "mcpctl.lock/v9", 1),
		"an unknown member":     strings.Replace(good, `"servers"`, `"trusted": true, "servers"`, 1),
		"a member in capitals":  strings.Replace(good, `"issuer"`, `"Issuer"`, 1),
		"a member given twice":  strings.Replace(good, `"issuer"`, `"issuer": "https://mallory.example.org", "issuer"`, 1),
		"a digest cut short":    strings.Replace(good, strings.Repeat("a", 64), strings.Repeat("a", 63), 1),
		"a digest in capitals":  strings.Replace(good, strings.Repeat("a", 64), strings.Repeat("A", 64), 1),
		"a package's digest":    strings.Replace(good, "sha512:", "sha1:", 1),
		"a signer by half":      strings.Replace(good, `"issuer": "`+github+`"`, `"issuer": ""`, 1),
		"a key of another hash": strings.Replace(good, `"publicKey": "MC`, `"publicKey": "MD`, 1),
		"another order":         strings.NewReplacer("1.0.0", "1.0.1", "1.0.1", "1.0.0").Replace(good),
		"a name given twice":    strings.Replace(good, "com.acme/echo", acme, 1),
		"a version given twice": strings.Replace(good, "1.0.1", "1.0.0", 1),
		"no name":               strings.Replace(good, "com.acme/echo", "", 1),
		"no versions":           `{"schema":"mcpctl.lock/v1","servers":[{"name":"a/b","signer":{"issuer":"i","subject":"s"},"firstSeen":"2026-11-21T20:30:00Z","versions":[]}]}`,
		"too large":             strings.Repeat(" ", verify.MaxLock+1),
	} {
		t.Run(name, func(t *testing.T) {
			require.NotEqual(t, good, text)
			l, err := verify.ParseLock([]byte(text))
			assert.Nil(t, l)
			known, ok := refusal.Of(err)
			require.True(t, ok)
			assert.Equal(t, "lock-broken", known.Code)
			assert.Equal(t, refusal.Usage, known.Kind)
			assert.NotEmpty(t, known.Why)
		})
	}
}

func TestRememberKeepsWhatItKnows(t *testing.T) {
	before := sample()
	r := &verify.Result{Name: acme, Version: "1.0.0", Digest: "sha256:" + strings.Repeat("b", 64), Verdict: verify.Pass,
		Signer: &verify.Signer{Issuer: github, Subject: "https://github.com/acme/echo/.github/workflows/release.yml"}}
	_, changed := before.Remember(r, seen.Add(time.Hour))
	assert.False(t, changed, "it is known")

	failed := *r
	failed.Version, failed.Verdict = "2.0.0", verify.Fail
	_, changed = before.Remember(&failed, seen)
	assert.False(t, changed, "what failed is not remembered")

	next := *r
	next.Version = "2.0.0"
	after, changed := before.Remember(&next, seen.Add(time.Hour))
	assert.True(t, changed)
	was, err := sample().Encode()
	require.NoError(t, err)
	same, err := before.Encode()
	require.NoError(t, err)
	assert.Equal(t, string(was), string(same), "the lock that is given stays as it is")
	now, err := after.Encode()
	require.NoError(t, err)
	assert.Greater(t, len(now), len(was))
	assert.Contains(t, string(now), "2026-11-21T21:30:00Z")
}

// FuzzLock holds the parser to its promise: what it takes, it writes the same.
func FuzzLock(f *testing.F) {
	raw, err := sample().Encode()
	require.NoError(f, err)
	f.Add(raw)
	f.Add([]byte(`{"schema":"mcpctl.lock/v1","servers":[]}`))
	f.Add([]byte(`{"schema":"mcpctl.lock/v1","servers":null}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := verify.ParseLock(data)
		if err != nil {
			assert.Equal(t, "lock-broken", refusal.Code(err))
			return
		}
		again, err := l.Encode()
		require.NoError(t, err)
		var was, is bytes.Buffer
		require.NoError(t, json.Compact(&was, data))
		require.NoError(t, json.Compact(&is, again))
		assert.Equal(t, was.String(), is.String())
	})
}
