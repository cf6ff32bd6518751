package registry_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/registry"
)

func inPEM(t *testing.T, kind string, der []byte, err error) []byte {
	t.Helper()
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

// published is what a registry reads out of a domain's record.
func published(t *testing.T, record string) (algorithm string, key []byte) {
	t.Helper()
	rest, ok := strings.CutPrefix(record, "v=MCPv1; k=")
	require.True(t, ok, record)
	algorithm, encoded, ok := strings.Cut(rest, "; p=")
	require.True(t, ok, record)
	key, err := base64.StdEncoding.DecodeString(encoded)
	require.NoError(t, err)
	return algorithm, key
}

// The registry verifies the signature of the timestamp with the published key;
// this does the same, in all spellings that a key file can have.
func TestDomainLogin(t *testing.T) {
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	ec, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	edDER, edErr := x509.MarshalPKCS8PrivateKey(ed)
	ecDER, ecErr := x509.MarshalPKCS8PrivateKey(ec)
	sec1, sec1Err := x509.MarshalECPrivateKey(ec)
	scalar, err := ec.Bytes()
	require.NoError(t, err)

	verify := map[string]func(public, message, signature []byte) bool{
		"ed25519": func(public, message, signature []byte) bool { return ed25519.Verify(public, message, signature) },
		"ecdsap384": func(public, message, signature []byte) bool {
			require.Len(t, signature, 96)
			require.Len(t, public, 49)
			x, y := elliptic.UnmarshalCompressed(elliptic.P384(), public)
			require.NotNil(t, x)
			sum := sha512.Sum384(message)
			key := &ecdsa.PublicKey{Curve: elliptic.P384(), X: x, Y: y} //nolint:staticcheck // as the registry does it
			return ecdsa.Verify(key, sum[:], new(big.Int).SetBytes(signature[:48]), new(big.Int).SetBytes(signature[48:]))
		},
	}
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600))
	for name, c := range map[string]struct {
		file      []byte
		algorithm string
	}{
		"ed25519 in PKCS 8": {inPEM(t, "PRIVATE KEY", edDER, edErr), "ed25519"},
		"ed25519 seed":      {[]byte(hex.EncodeToString(ed.Seed()) + "\n"), "ed25519"},
		"P-384 in PKCS 8":   {inPEM(t, "PRIVATE KEY", ecDER, ecErr), "ecdsap384"},
		"P-384 in SEC 1":    {inPEM(t, "EC PRIVATE KEY", sec1, sec1Err), "ecdsap384"},
		"P-384 seed":        {[]byte(hex.EncodeToString(scalar)), "ecdsap384"},
	} {
		t.Run(name, func(t *testing.T) {
			key, err := registry.ParseKey(c.file)
			require.NoError(t, err)
			algorithm, public := published(t, key.Record())
			assert.Equal(t, c.algorithm, algorithm)
			h, _ := welcome(t)
			d := serve(t, h)
			client := d.client(t, registry.Options{Now: func() time.Time { return now }})
			for path, m := range map[string]registry.Method{"/v0.1/auth/dns": registry.DNS{Domain: "example.com", Key: key}, "/v0.1/auth/http": registry.HTTP{Domain: "example.com", Key: key}} {
				_, err = client.Login(t.Context(), m)
				require.NoError(t, err)
				sent := d.requests()[len(d.requests())-1]
				assert.Equal(t, path, sent.path)
				var body struct {
					Domain, Timestamp string
					Signature         string `json:"signed_timestamp"`
				}
				require.NoError(t, json.Unmarshal([]byte(sent.body), &body))
				assert.Equal(t, "example.com", body.Domain)
				assert.Equal(t, "2026-01-02T02:04:05Z", body.Timestamp)
				signature, err := hex.DecodeString(body.Signature)
				require.NoError(t, err)
				assert.True(t, verify[algorithm](public, []byte(body.Timestamp), signature))
				assert.False(t, verify[algorithm](public, []byte("2026-01-02T02:04:06Z"), signature))
			}
		})
	}
}

func TestDomainLoginIsRefused(t *testing.T) {
	key, err := registry.ParseKey([]byte(strings.Repeat("07", 32)))
	require.NoError(t, err)
	c := serve(t, answers(401, problem("DNS authentication failed", "signature verification failed"))).client(t, registry.Options{})
	_, err = c.Login(t.Context(), registry.DNS{Domain: "example.com", Key: key})
	r := refused(t, err, "login-refused")
	assert.Contains(t, r.Mend, key.Record(), "it says what to publish")
	for _, domain := range []string{"", "localhost", "https://example.com", "example.com/x", "a b.example"} {
		_, err = c.Login(t.Context(), registry.HTTP{Domain: domain, Key: key})
		refused(t, err, "bad-domain")
	}
	_, err = c.Login(t.Context(), registry.DNS{Domain: "example.com"})
	refused(t, err, "key-unreadable")
}

func TestUnreadableKeys(t *testing.T) {
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	small, smallErr := x509.MarshalPKCS8PrivateKey(p256)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	other, otherErr := x509.MarshalPKCS8PrivateKey(rsaKey)
	for name, c := range map[string]struct {
		file []byte
		why  string
	}{
		"empty":         {nil, "0 hexadecimal digits"},
		"text":          {[]byte("hunter2"), "neither PEM nor hexadecimal"},
		"short seed":    {[]byte("abcd"), "4 hexadecimal digits"},
		"seed of none":  {[]byte(strings.Repeat("ff", 48)), "no key on P-384"},
		"P-256":         {inPEM(t, "PRIVATE KEY", small, smallErr), "P-256"},
		"RSA":           {inPEM(t, "PRIVATE KEY", other, otherErr), "neither ed25519 nor"},
		"a certificate": {inPEM(t, "CERTIFICATE", []byte("x"), nil), "not a private key"},
		"broken":        {inPEM(t, "PRIVATE KEY", []byte("hunter2"), nil), "no whole private key"},
		"encrypted":     {inPEM(t, "ENCRYPTED PRIVATE KEY", []byte("hunter2"), nil), "encrypted"},
		"huge":          {make([]byte, registry.MaxKey+1), "larger"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := registry.ParseKey(c.file)
			assert.ErrorContains(t, refused(t, err, "key-unreadable"), c.why)
			assert.NotContains(t, err.Error(), "hunter2")
		})
	}
	key, err := registry.ParseKey([]byte(strings.Repeat("07", 32)))
	require.NoError(t, err)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
		for _, shown := range []any{key, &key, registry.DNS{Key: key}} {
			text := fmt.Sprintf(verb, shown)
			assert.NotContains(t, text, "07070707")
			assert.NotContains(t, text, "7 7 7")
		}
	}
}
