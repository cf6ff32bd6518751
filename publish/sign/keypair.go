package sign

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"

	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	"github.com/sigstore/sigstore/pkg/cryptoutils"
	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/sigstore/sigstore/pkg/signature/options"
)

// keypair is a long-lived key in the shape that sigstore-go signs with.
type keypair struct {
	signer  signature.Signer
	public  crypto.PublicKey
	pkix    []byte
	details signature.AlgorithmDetails
}

func newKeypair(ctx context.Context, sv signature.SignerVerifier, prehash bool) (*keypair, error) {
	public, err := sv.PublicKey(options.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	pkix, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return nil, err
	}
	var load []signature.LoadOption
	if prehash {
		load = append(load, options.WithED25519ph())
	}
	details, err := signature.GetDefaultAlgorithmDetails(public, load...)
	if err != nil {
		return nil, err
	}
	return &keypair{sv, public, pkix, details}, nil
}

// fingerprint is the Identity.Key of this key.
func (k *keypair) fingerprint() string { return fingerprint(k.pkix) }

// hint is how cosign names a public key in a bundle.
func hint(pkix []byte) string {
	sum := sha256.Sum256(pkix)
	return base64.StdEncoding.EncodeToString(sum[:])
}

func fingerprint(pkix []byte) string {
	sum := sha256.Sum256(pkix)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func (k *keypair) GetHashAlgorithm() protocommon.HashAlgorithm { return k.details.GetProtoHashType() }

func (k *keypair) GetSigningAlgorithm() protocommon.PublicKeyDetails {
	return k.details.GetSignatureAlgorithm()
}

func (k *keypair) GetHint() []byte { return []byte(hint(k.pkix)) }

func (k *keypair) GetKeyAlgorithm() string {
	switch k.details.GetKeyType() {
	case signature.ECDSA:
		return "ECDSA"
	case signature.RSA:
		return "RSA"
	default:
		return "ED25519"
	}
}

func (k *keypair) GetPublicKey() crypto.PublicKey { return k.public }

func (k *keypair) GetPublicKeyPem() (string, error) {
	b, err := cryptoutils.MarshalPublicKeyToPEM(k.public)
	return string(b), err
}

// SignData answers the signature of data and what was signed in the end, which
// is a digest but for plain Ed25519.
func (k *keypair) SignData(ctx context.Context, data []byte) ([]byte, []byte, error) {
	sig, err := k.signer.SignMessage(bytes.NewReader(data), options.WithContext(ctx))
	if err != nil {
		return nil, nil, err
	}
	hash := k.details.GetHashType()
	if hash == crypto.Hash(0) {
		return sig, data, nil
	}
	h := hash.New()
	h.Write(data)
	return sig, h.Sum(nil), nil
}
