//go:build unix

package sign_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/sign"
)

// Each edit of a good bundle breaks it in one way, which has a code of its own.
func TestEveryFaultOfABundleHasItsCode(t *testing.T) {
	material := func(doc map[string]any) map[string]any { return at(doc, "verificationMaterial") }
	for _, c := range []struct {
		name string
		edit func(map[string]any)
		code string
	}{
		{"a changed statement", func(doc map[string]any) {
			envelope := at(doc, "dsseEnvelope")
			payload := decode(t, envelope["payload"])
			envelope["payload"] = base64.StdEncoding.EncodeToString(bytes.Replace(payload, []byte("acme"), []byte("evil"), 1))
		}, "signature-invalid"},
		{"a changed signature", func(doc map[string]any) {
			signature := at(doc, "dsseEnvelope")["signatures"].([]any)[0].(map[string]any)
			signature["sig"] = flipped(t, signature["sig"])
		}, "signature-invalid"},
		{"no signature", func(doc map[string]any) { at(doc, "dsseEnvelope")["signatures"] = []any{} }, "signature-invalid"},
		{"two signatures", func(doc map[string]any) {
			all := at(doc, "dsseEnvelope")["signatures"].([]any)
			at(doc, "dsseEnvelope")["signatures"] = append(all, all[0])
		}, "signature-invalid"},
		{"no log entry", func(doc map[string]any) { delete(material(doc), "tlogEntries") }, "log-missing"},
		{"an entry of another log", func(doc map[string]any) {
			id := at(entry(doc), "logId")
			id["keyId"] = flipped(t, id["keyId"])
		}, "log-missing"},
		{"an entry at another place", func(doc map[string]any) {
			entry(doc)["logIndex"] = "77"
			at(entry(doc), "inclusionProof")["logIndex"] = "77"
		}, "log-invalid"},
		{"an entry without a proof", func(doc map[string]any) { delete(entry(doc), "inclusionProof") }, "bundle-unreadable"},
		{"the same entry twice", func(doc map[string]any) {
			material(doc)["tlogEntries"] = append(material(doc)["tlogEntries"].([]any), entry(doc))
		}, "log-invalid"},
		{"no timestamp, and the certificate has ended", func(doc map[string]any) { delete(material(doc), "timestampVerificationData") }, "certificate-expired"},
		{"a changed timestamp", func(doc map[string]any) {
			stamp := at(doc, "verificationMaterial", "timestampVerificationData")["rfc3161Timestamps"].([]any)[0].(map[string]any)
			stamp["signedTimestamp"] = flipped(t, stamp["signedTimestamp"])
		}, "timestamp-missing"},
		{"a changed certificate", func(doc map[string]any) {
			c := at(doc, "verificationMaterial", "certificate")
			c["rawBytes"] = flipped(t, c["rawBytes"])
		}, "log-invalid"},
		{"an older kind of bundle", func(doc map[string]any) { doc["mediaType"] = "application/vnd.dev.sigstore.bundle+json;version=0.2" }, "bundle-unreadable"},
		{"a newer kind of bundle", func(doc map[string]any) { doc["mediaType"] = "application/vnd.dev.sigstore.bundle.v0.4+json" }, "bundle-unreadable"},
		{"another kind of envelope", func(doc map[string]any) { at(doc, "dsseEnvelope")["payloadType"] = "text/plain" }, "bundle-unreadable"},
		{"no content", func(doc map[string]any) { delete(doc, "dsseEnvelope") }, "bundle-unreadable"},
		{"no verification material", func(doc map[string]any) { delete(doc, "verificationMaterial") }, "bundle-unreadable"},
		{"something unknown", func(doc map[string]any) { doc["extra"] = 1 }, "bundle-unreadable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			broken := edited(t, sample(t, "keyless.sigstore.json"), c.edit)
			got, err := sampleTrust(t, nil).Verify(broken, released())
			r := refused(t, err, c.code)
			assert.Equal(t, refusal.Finding, r.Kind)
			assert.Nil(t, got)
			_, err = sampleTrust(t, nil).Read(broken)
			refused(t, err, c.code)
		})
	}
}

// The same bundle, and a trust root that lacks one thing.
func TestEveryGapOfATrustRootHasItsCode(t *testing.T) {
	other := func(t *testing.T, member string) func(map[string]any) {
		theirs := sigstoreRoot(t)
		return func(doc map[string]any) { doc[member] = theirs[member] }
	}
	for _, c := range []struct {
		name string
		edit func(t *testing.T) func(map[string]any)
		code string
	}{
		{"another certificate authority", func(t *testing.T) func(map[string]any) { return other(t, "certificateAuthorities") }, "certificate-untrusted"},
		{"no certificate authority", func(*testing.T) func(map[string]any) {
			return func(doc map[string]any) { delete(doc, "certificateAuthorities") }
		}, "certificate-untrusted"},
		{"another log", func(t *testing.T) func(map[string]any) { return other(t, "tlogs") }, "log-missing"},
		{"another timestamp authority", func(t *testing.T) func(map[string]any) { return other(t, "timestampAuthorities") }, "timestamp-missing"},
		{"no timestamp authority", func(*testing.T) func(map[string]any) {
			return func(doc map[string]any) { delete(doc, "timestampAuthorities") }
		}, "timestamp-missing"},
		{"a certificate log, which the certificate is not in", func(*testing.T) func(map[string]any) {
			return func(doc map[string]any) { doc["ctlogs"] = doc["tlogs"] }
		}, "certificate-untrusted"},
		{"an authority that had ended", func(*testing.T) func(map[string]any) {
			return func(doc map[string]any) {
				ca := doc["certificateAuthorities"].([]any)[0].(map[string]any)
				ca["validFor"] = map[string]any{"start": "2020-01-01T00:00:00Z", "end": "2020-02-01T00:00:00Z"}
			}
		}, "certificate-untrusted"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := sampleTrust(t, c.edit(t)).Verify(sample(t, "keyless.sigstore.json"), released())
			refused(t, err, c.code)
		})
	}
	t.Run("no logs at all: then none is demanded", func(t *testing.T) {
		tr := sampleTrust(t, func(doc map[string]any) { delete(doc, "tlogs") })
		got, err := tr.Verify(sample(t, "keyless.sigstore.json"), released())
		require.NoError(t, err)
		demanding := released()
		demanding.Logged = true
		refusedPolicy(t, tr, sample(t, "keyless.sigstore.json"), demanding, "log-missing")
		assert.False(t, got.Logged)
		assert.True(t, got.Timestamped)
	})
	t.Run("nobody", func(t *testing.T) {
		_, err := sign.NoTrust().Read(sample(t, "keyless.sigstore.json"))
		refused(t, err, "timestamp-missing")
	})
}

// A certificate that is still valid does not stand in for a timestamp.
func TestAFreshCertificateNeedsATimestampToo(t *testing.T) {
	fresh := services(t)
	fresh.Timestamps = nil
	signer, err := sign.Keyless(sign.KeylessOptions{Services: fresh, Token: workflowToken(t)})
	require.NoError(t, err)
	bundle, err := signer.Sign(soon(t), []byte(statement))
	require.NoError(t, err)
	_, err = trust(t).Verify(bundle, released())
	refused(t, err, "timestamp-missing")
}

func TestUnreadableTrust(t *testing.T) {
	for name, path := range map[string]string{
		"missing": "testdata/none.json", "not JSON": "testdata/README.md", "a folder": "testdata", "a bundle": "testdata/keyless.sigstore.json",
		"too big": write(t, "big.json", bytes.Repeat([]byte(" "), 5<<20), 0o600),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := sign.LoadTrust(path)
			refused(t, err, "trust-unreadable")
			_, err = sign.LoadServices(path)
			refused(t, err, "services-unreadable")
		})
	}
}

func TestHugeBundlesAreNotParsed(t *testing.T) {
	huge := bytes.Repeat([]byte("["), 50<<20)
	for name, read := range map[string]func([]byte) error{
		"Read":   func(b []byte) error { _, err := sampleTrust(t, nil).Read(b); return err },
		"Verify": func(b []byte) error { _, err := sampleTrust(t, nil).Verify(b, released()); return err },
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			err := read(huge)
			runtime.ReadMemStats(&after)
			refused(t, err, "bundle-unreadable")
			assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(5<<20), "it was taken apart before it was measured")
		})
	}
}

func FuzzRead(f *testing.F) {
	good := sample(f, "keyless.sigstore.json")
	f.Add(good)
	f.Add([]byte(`{}`))
	f.Add([]byte(strings.Replace(string(good), `"tlogEntries"`, `"x"`, 1)))
	f.Add(edited(f, good, func(doc map[string]any) {
		at(doc, "verificationMaterial")["certificate"] = map[string]any{}
	}))
	f.Add(edited(f, good, func(doc map[string]any) { entry(doc)["canonicalizedBody"] = "e30=" }))
	f.Add(edited(f, good, func(doc map[string]any) {
		delete(at(doc, "verificationMaterial"), "certificate")
		at(doc, "verificationMaterial")["publicKey"] = map[string]any{"hint": "x"}
	}))
	tr := sampleTrust(f, nil)
	want, err := tr.Read(good)
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := tr.Read(b)
		if err != nil {
			assert.NotEmpty(t, refusal.Code(err), "%v", err)
			return
		}
		// Whatever is accepted is what was signed, by whom it was signed.
		assert.Equal(t, string(want.Statement), string(got.Statement))
		assert.Equal(t, want.Identity, got.Identity)
	})
}

// BenchmarkVerifyOffline is what a consumer waits for, once the bundle is there.
func BenchmarkVerifyOffline(b *testing.B) {
	tr, bundle := sampleTrust(b, nil), sample(b, "keyless.sigstore.json")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tr.Verify(bundle, released()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLoadTrust(b *testing.B) {
	for b.Loop() {
		if _, err := sign.LoadTrust("testdata/trusted_root.json"); err != nil {
			b.Fatal(err)
		}
	}
}

// entry is the log entry of a bundle.
func entry(doc map[string]any) map[string]any {
	return at(doc, "verificationMaterial")["tlogEntries"].([]any)[0].(map[string]any)
}

// sigstoreRoot is the trusted root of the instance that runs now, which is not
// the one that signed the samples.
func sigstoreRoot(t *testing.T) map[string]any {
	t.Helper()
	path := sigstore.Get(t).TrustedRoot
	var doc map[string]any
	require.NoError(t, json.Unmarshal(read(t, path), &doc))
	return doc
}

func decode(t *testing.T, base64Text any) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(base64Text.(string))
	require.NoError(t, err)
	return b
}

// flipped changes one bit of the last byte but one.
func flipped(t *testing.T, base64Text any) string {
	t.Helper()
	b := decode(t, base64Text)
	b[len(b)-2] ^= 1
	return base64.StdEncoding.EncodeToString(b)
}
