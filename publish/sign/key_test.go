//go:build unix

package sign_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/sign"
)

func TestKeysOfEveryKindSign(t *testing.T) {
	for _, kind := range []string{"P-256", "P-384", "P-521", "Ed25519", "RSA-2048"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			key := newKey(t, kind)
			file := write(t, "key.pem", pkcs8(t, key), 0o600)
			der, err := x509.MarshalPKIXPublicKey(key.Public())
			require.NoError(t, err)
			who := sign.Identity{Key: fmt.Sprintf("sha256:%x", sha256.Sum256(der))}
			policy := sign.Policy{Key: publicPEM(t, key)}

			alone, err := sign.Key(soon(t), sign.KeyOptions{File: file})
			require.NoError(t, err)
			got, err := alone.Who(soon(t))
			require.NoError(t, err)
			assert.Equal(t, who, got)
			assert.Equal(t, "key "+who.Key, got.String())
			bundle, err := alone.Sign(soon(t), []byte(statement))
			require.NoError(t, err)
			for name, tr := range map[string]*sign.Trust{"nobody": sign.NoTrust(), "the instance": trust(t)} {
				v, err := tr.Verify(bundle, policy)
				require.NoErrorf(t, err, "trusting %s", name)
				assert.Equal(t, &sign.Verified{Statement: []byte(statement), PredicateType: predicateType, Identity: who}, v)
			}
			refusedPolicy(t, trust(t), bundle, sign.Policy{Key: policy.Key, Logged: true}, "log-missing")
			refusedPolicy(t, trust(t), bundle, sign.Policy{Key: policy.Key, Timestamped: true}, "timestamp-missing")
			refusedPolicy(t, trust(t), bundle, sign.Policy{Key: publicPEM(t, newKey(t, kind))}, "key-wrong")
			refusedPolicy(t, trust(t), bundle, released(), "signer-wrong")
			_, err = trust(t).Read(bundle)
			refused(t, err, "key-wrong")
			changed := edited(t, bundle, func(doc map[string]any) { at(doc, "dsseEnvelope")["payload"] = "e30=" })
			refusedPolicy(t, trust(t), changed, policy, "signature-invalid")

			logged, err := sign.Key(soon(t), sign.KeyOptions{File: file, Services: services(t)})
			require.NoError(t, err)
			bundle, err = logged.Sign(soon(t), []byte(statement))
			require.NoError(t, err)
			v, err := trust(t).Verify(bundle, sign.Policy{Key: policy.Key, Logged: true, Timestamped: true})
			require.NoError(t, err)
			assert.True(t, v.Logged)
			assert.True(t, v.Timestamped)
			assert.Equal(t, who, v.Identity)
			v, err = sign.NoTrust().Verify(bundle, policy)
			require.NoError(t, err, "what cannot be checked is not believed, and the key suffices")
			assert.False(t, v.Logged)
			assert.False(t, v.Timestamped)
			moved := edited(t, bundle, func(doc map[string]any) {
				entry(doc)["logIndex"] = "77"
				at(entry(doc), "inclusionProof")["logIndex"] = "77"
			})
			refusedPolicy(t, trust(t), moved, policy, "log-invalid")
		})
	}
}

func refusedPolicy(t *testing.T, tr *sign.Trust, bundle []byte, p sign.Policy, code string) {
	t.Helper()
	_, err := tr.Verify(bundle, p)
	refused(t, err, code)
}

func TestOlderPEMs(t *testing.T) {
	for _, kind := range []string{"EC PRIVATE KEY", "RSA PRIVATE KEY"} {
		t.Run(kind, func(t *testing.T) {
			file := write(t, "key.pem", oldPEM(t, kind), 0o600)
			signer, err := sign.Key(soon(t), sign.KeyOptions{File: file})
			require.NoError(t, err)
			_, err = signer.Sign(soon(t), []byte(statement))
			require.NoError(t, err)
		})
	}
}

func TestEncryptedKeys(t *testing.T) {
	key := newKey(t, "P-256")
	file := write(t, "cosign.key", encrypted(t, key, "correct horse"), 0o600)
	open := func(s sign.Secret) (sign.Signer, error) {
		return sign.Key(soon(t), sign.KeyOptions{File: file, Passphrase: s})
	}
	getenv := func(name string) string {
		return map[string]string{"GOOD": "correct horse", "BAD": "wrong horse"}[name]
	}

	t.Run("by a variable", func(t *testing.T) {
		signer, err := open(sign.SecretEnv(getenv, "GOOD"))
		require.NoError(t, err)
		bundle, err := signer.Sign(soon(t), []byte(statement))
		require.NoError(t, err)
		_, err = sign.NoTrust().Verify(bundle, sign.Policy{Key: publicPEM(t, key)})
		require.NoError(t, err)
	})
	t.Run("by a file", func(t *testing.T) {
		_, err := open(sign.SecretFile(write(t, "passphrase", []byte("correct horse"), 0o600)))
		require.NoError(t, err)
		_, err = open(sign.SecretFile(write(t, "passphrase", []byte("correct horse\n"), 0o600)))
		require.NoError(t, err, "editors end a file with a line end")
	})
	for _, c := range []struct {
		name   string
		secret sign.Secret
		code   string
	}{
		{"a wrong one", sign.SecretEnv(getenv, "BAD"), "passphrase-wrong"},
		{"none", nil, "passphrase-wrong"},
		{"an unset variable", sign.SecretEnv(getenv, "UNSET"), "passphrase-missing"},
		{"no file", sign.SecretFile("testdata/none"), "passphrase-missing"},
		{"an open file", sign.SecretFile(write(t, "open", []byte("correct horse"), 0o644)), "passphrase-missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := open(c.secret)
			r := refused(t, err, c.code)
			assert.Equal(t, refusal.Consent, r.Kind)
			assert.NotContains(t, err.Error(), "horse")
		})
	}
}

func TestUnusableKeys(t *testing.T) {
	good := pkcs8(t, newKey(t, "P-256"))
	corrupt := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")})
	folder := filepath.Join(t.TempDir(), "folder")
	require.NoError(t, os.Mkdir(folder, 0o700))
	for _, c := range []struct{ name, file, code string }{
		{"missing", "testdata/none.pem", "key-unreadable"},
		{"a folder", folder, "key-unreadable"},
		{"readable by the group", write(t, "k", good, 0o640), "key-permissions"},
		{"readable by all", write(t, "k", good, 0o604), "key-permissions"},
		{"writable by all", write(t, "k", good, 0o602), "key-permissions"},
		{"encrypted and readable by all", write(t, "k", encrypted(t, newKey(t, "P-256"), ""), 0o644), "key-permissions"},
		{"no PEM", write(t, "k", []byte("no key"), 0o600), "key-unreadable"},
		{"empty", write(t, "k", nil, 0o600), "key-unreadable"},
		{"corrupt", write(t, "k", corrupt, 0o600), "key-unreadable"},
		{"a public key", write(t, "k", publicPEM(t, newKey(t, "P-256")), 0o600), "key-unreadable"},
		{"too big", write(t, "k", bytes.Repeat(good, 1000), 0o600), "key-unreadable"},
		{"for agreement only", write(t, "k", x25519(t), 0o600), "key-unreadable"},
		{"an odd curve", write(t, "k", pkcs8(t, newKey(t, "P-224")), 0o600), "key-unreadable"},
		{"too weak", write(t, "k", pkcs8(t, newKey(t, "RSA-1024")), 0o600), "key-unreadable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := sign.Key(soon(t), sign.KeyOptions{File: c.file})
			refused(t, err, c.code)
			if slices.Contains([]string{"for agreement only", "an odd curve", "too weak"}, c.name) {
				return // what it is good for shows when it is used
			}
			refused(t, sign.CheckKey(c.file), c.code)
		})
	}
	for _, usable := range [][]byte{good, encrypted(t, newKey(t, "P-256"), "correct horse")} {
		assert.NoError(t, sign.CheckKey(write(t, "k", usable, 0o600)))
	}
}

// A key from elsewhere, such as a key management service.
func TestKeysFromElsewhere(t *testing.T) {
	key := newKey(t, "P-384")
	signer, err := sign.Key(soon(t), sign.KeyOptions{Load: func(context.Context) (signature.SignerVerifier, error) {
		return signature.LoadDefaultSignerVerifier(key)
	}})
	require.NoError(t, err)
	bundle, err := signer.Sign(soon(t), []byte(statement))
	require.NoError(t, err)
	_, err = sign.NoTrust().Verify(bundle, sign.Policy{Key: publicPEM(t, key)})
	require.NoError(t, err)

	gone := errors.New("the service is gone")
	_, err = sign.Key(soon(t), sign.KeyOptions{Load: func(context.Context) (signature.SignerVerifier, error) { return nil, gone }})
	require.ErrorIs(t, err, gone)
}

func TestSignaturesOfFilesAreNoStatements(t *testing.T) {
	key := newKey(t, "P-256")
	signer, err := sign.Key(soon(t), sign.KeyOptions{File: write(t, "k", pkcs8(t, key), 0o600)})
	require.NoError(t, err)
	bundle, err := signer.Sign(soon(t), []byte(statement))
	require.NoError(t, err)
	var doc map[string]any
	require.NoError(t, json.Unmarshal(bundle, &doc))
	delete(doc, "dsseEnvelope")
	doc["messageSignature"] = map[string]any{"messageDigest": map[string]any{"algorithm": "SHA2_256", "digest": "AAAA"}, "signature": "AAAA"}
	changed, err := json.Marshal(doc)
	require.NoError(t, err)
	_, err = sign.NoTrust().Verify(changed, sign.Policy{Key: publicPEM(t, key)})
	refused(t, err, "bundle-unreadable")
	_, err = sign.NoTrust().VerifyFile(changed, []byte("file"), sign.Policy{Key: publicPEM(t, key)})
	refused(t, err, "signature-invalid")
}
