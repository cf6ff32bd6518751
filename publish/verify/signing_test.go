package verify_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/testing/ca"
	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/sigstore/sigstore/pkg/signature/dsse"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/sign"
)

// authority is a certificate authority with a timestamp authority, in memory.
type authority struct {
	cert  *x509.Certificate
	key   *ecdsa.PrivateKey
	stamp *ca.VirtualSigstore
}

func newAuthority(t testing.TB) *authority {
	cert, key, err := ca.GenerateRootCa()
	require.NoError(t, err)
	stamp, err := ca.NewVirtualSigstore()
	require.NoError(t, err)
	return &authority{cert, key, stamp}
}

// root is what trusts it: trusted_root.json.
func (a *authority) root(t testing.TB) []byte {
	fulcio := &root.FulcioCertificateAuthority{Root: a.cert, URI: "https://ca.example.org", ValidityPeriodStart: time.Now().Add(-5 * time.Hour), ValidityPeriodEnd: time.Now().Add(5 * time.Hour)}
	trusted, err := root.NewTrustedRoot(root.TrustedRootMediaType01, []root.CertificateAuthority{fulcio}, nil, a.stamp.TimestampingAuthorities(), nil)
	require.NoError(t, err)
	raw, err := trusted.MarshalJSON()
	require.NoError(t, err)
	return raw
}

func (a *authority) trust(t testing.TB) *sign.Trust {
	trust, err := sign.ParseTrust("test", a.root(t))
	require.NoError(t, err)
	return trust
}

// identity signs as an identity that has a certificate and a timestamp.
func (a *authority) identity(issuer, subject string) signs {
	return a.signer(issuer, subject, time.Now().Add(-time.Minute), true)
}

// signer signs with a certificate of ten minutes.
func (a *authority) signer(issuer, subject string, from time.Time, stamped bool) signs {
	return func(t testing.TB, statement []byte) []byte {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		require.NoError(t, err)
		who, err := url.Parse(subject)
		require.NoError(t, err)
		leaf, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
			SerialNumber: big.NewInt(1), URIs: []*url.URL{who}, NotBefore: from, NotAfter: from.Add(10 * time.Minute),
			KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning},
			ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 57264, 1, 1}, Value: []byte(issuer)}},
		}, a.cert, key.Public(), a.key)
		require.NoError(t, err)
		signer, err := signature.LoadECDSASigner(key, crypto.SHA256)
		require.NoError(t, err)
		envelope, err := dsse.WrapSigner(signer, sign.PayloadType).SignMessage(bytes.NewReader(statement))
		require.NoError(t, err)
		var signed struct{ Signatures []struct{ Sig []byte } }
		require.NoError(t, json.Unmarshal(envelope, &signed))
		stamps := []any{}
		if stamped {
			stamp, err := a.stamp.TimestampResponse(signed.Signatures[0].Sig)
			require.NoError(t, err)
			stamps = append(stamps, map[string]any{"signedTimestamp": stamp})
		}
		bundle, err := json.Marshal(map[string]any{
			"mediaType": sign.BundleMediaType,
			"verificationMaterial": map[string]any{
				"certificate":               map[string]any{"rawBytes": leaf},
				"timestampVerificationData": map[string]any{"rfc3161Timestamps": stamps},
			},
			"dsseEnvelope": json.RawMessage(envelope),
		})
		require.NoError(t, err)
		return bundle
	}
}

// byKey signs with a key of its own, through package sign, and gives its public key.
func byKey(t testing.TB) (signs, []byte) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "key.pem")
	require.NoError(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), 0o600))
	signer, err := sign.Key(t.Context(), sign.KeyOptions{File: file})
	require.NoError(t, err)
	pkix, err := x509.MarshalPKIXPublicKey(public)
	require.NoError(t, err)
	return func(t testing.TB, statement []byte) []byte {
		bundle, err := signer.Sign(t.Context(), statement)
		require.NoError(t, err)
		return bundle
	}, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: pkix})
}

// edited changes what a bundle's statement says, and leaves its signature.
func edited(t testing.TB, bundle []byte, change func(statement []byte) []byte) []byte {
	var outer map[string]any
	require.NoError(t, json.Unmarshal(bundle, &outer))
	envelope := outer["dsseEnvelope"].(map[string]any)
	payload, err := base64.StdEncoding.DecodeString(envelope["payload"].(string))
	require.NoError(t, err)
	after := change(payload)
	require.NotEqual(t, string(payload), string(after), "the edit has to change something")
	envelope["payload"] = base64.StdEncoding.EncodeToString(after)
	raw, err := json.Marshal(outer)
	require.NoError(t, err)
	return raw
}
