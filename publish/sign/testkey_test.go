//go:build unix

package sign_test

import (
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"testing"

	"github.com/sigstore/cosign/v2/pkg/cosign"
	"github.com/sigstore/sigstore/pkg/cryptoutils"
	"github.com/stretchr/testify/require"
)

// newKey makes a key: "P-224", "P-256", "P-384", "P-521", "Ed25519", "RSA-2048" or "RSA-1024".
func newKey(t testing.TB, kind string) crypto.Signer {
	t.Helper()
	var key crypto.Signer
	var err error
	switch kind {
	case "P-224":
		key, err = ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	case "P-256":
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "P-384":
		key, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case "P-521":
		key, err = ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	case "Ed25519":
		_, key, err = ed25519.GenerateKey(rand.Reader)
	case "RSA-2048":
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	case "RSA-1024":
		t.Setenv("GODEBUG", "rsa1024min=0")
		key, err = rsa.GenerateKey(rand.Reader, 1024)
	default:
		t.Fatalf("no kind of key: %s", kind)
	}
	require.NoError(t, err)
	return key
}

func publicPEM(t testing.TB, key crypto.Signer) []byte {
	t.Helper()
	b, err := cryptoutils.MarshalPublicKeyToPEM(key.Public())
	require.NoError(t, err)
	return b
}

// pkcs8 is the key as most tools write it.
func pkcs8(t testing.TB, key crypto.Signer) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// encrypted is the key as cosign writes it.
func encrypted(t testing.TB, key crypto.Signer, passphrase string) []byte {
	t.Helper()
	pair, err := cosign.ImportKeyPair(write(t, "plain.pem", pkcs8(t, key), 0o600), func(bool) ([]byte, error) { return []byte(passphrase), nil })
	require.NoError(t, err)
	return pair.PrivateBytes
}

// oldPEM is a key as older tools write it.
func oldPEM(t testing.TB, kind string) []byte {
	t.Helper()
	switch kind {
	case "EC PRIVATE KEY":
		der, err := x509.MarshalECPrivateKey(newKey(t, "P-256").(*ecdsa.PrivateKey))
		require.NoError(t, err)
		return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	default:
		return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: x509.MarshalPKCS1PrivateKey(newKey(t, "RSA-2048").(*rsa.PrivateKey))})
	}
}

// x25519 is a key that cannot sign.
func x25519(t testing.TB) []byte {
	t.Helper()
	key, err := ecdh.X25519().GenerateKey(rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}
