package sign

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/sigstore/sigstore/pkg/signature/options"
)

// keyTrust is a trust root with one key in it, whatever a bundle calls it.
type keyTrust struct {
	root.TrustedMaterial
	key  *root.ExpiringKey
	pkix []byte
}

func (k *keyTrust) PublicKeyVerifier(string) (root.TimeConstrainedVerifier, error) { return k.key, nil }

// withKey puts a key in a trust root. Signers differ in what they feed it with:
// cosign takes SHA-256 for every curve, and a digest for Ed25519 where the log
// wants one. No signature of one variant is one of another.
func withKey(material root.TrustedMaterial, key crypto.PublicKey) (*keyTrust, error) {
	pkix, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return nil, fmt.Errorf("writing the public key: %w", err)
	}
	usual, err := signature.LoadDefaultVerifier(key)
	if err != nil {
		return nil, fmt.Errorf("using the public key: %w", err)
	}
	variants := anyOf{usual}
	if curve, ok := key.(*ecdsa.PublicKey); ok && curve.Params().BitSize > 256 {
		if v, err := signature.LoadVerifier(key, crypto.SHA256); err == nil {
			variants = append(variants, v)
		}
	} else if v, err := signature.LoadDefaultVerifier(key, options.WithED25519ph()); err == nil {
		variants = append(variants, v)
	}
	return &keyTrust{material, root.NewExpiringKey(variants, time.Time{}, time.Time{}), pkix}, nil
}

// anyOf accepts what one of the verifiers of one and the same key accepts.
type anyOf []signature.Verifier

func (a anyOf) PublicKey(o ...signature.PublicKeyOption) (crypto.PublicKey, error) {
	return a[0].PublicKey(o...)
}

func (a anyOf) VerifySignature(sig, message io.Reader, o ...signature.VerifyOption) error {
	s, err := io.ReadAll(sig)
	if err != nil {
		return err
	}
	m, err := io.ReadAll(message)
	if err != nil {
		return err
	}
	var failures []error
	for _, v := range a {
		if err = v.VerifySignature(bytes.NewReader(s), bytes.NewReader(m), o...); err == nil {
			return nil
		}
		failures = append(failures, err)
	}
	return errors.Join(failures...)
}
