package registry

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/internal/redact"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// MaxKey is the largest key file, in bytes.
const MaxKey = 64 << 10

// Key proves the ownership of a domain: the domain publishes its public half.
// Printing it never shows the secret. The zero value signs nothing.
type Key struct{ signer crypto.Signer }

// ParseKey reads an ed25519 or ECDSA P-384 private key: PEM (PKCS #8 or SEC 1),
// or its seed in hexadecimal digits (64 for ed25519, 96 for P-384). The refusal is
// key-unreadable; it never quotes the key.
func ParseKey(b []byte) (Key, error) {
	signer, err := parseSigner(b)
	if err != nil {
		return Key{}, &refusal.Refusal{Kind: refusal.Usage, Code: "key-unreadable", Doing: "reading the domain's key", Err: err,
			Mend: "Make one with `openssl genpkey -algorithm ed25519 -out key.pem`."}
	}
	return Key{signer}, nil
}

func parseSigner(b []byte) (crypto.Signer, error) {
	if len(b) > MaxKey {
		return nil, fmt.Errorf("it is larger than %d bytes", MaxKey)
	}
	block, _ := pem.Decode(b)
	if block == nil {
		return parseSeed(strings.TrimSpace(string(b)))
	}
	var key any
	var err error
	switch block.Type {
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(block.Bytes)
	case "ENCRYPTED PRIVATE KEY":
		return nil, errors.New("it is encrypted, which the registry's login does not need and mcpctl does not read")
	default:
		return nil, fmt.Errorf("it is a %s, not a private key", strings.ToLower(clip(block.Type)))
	}
	if err != nil {
		return nil, errors.New("it is no whole private key")
	}
	switch key := key.(type) {
	case ed25519.PrivateKey:
		return key, nil
	case *ecdsa.PrivateKey:
		if key.Curve == elliptic.P384() {
			return key, nil
		}
		return nil, fmt.Errorf("it is on the curve %s, and registries take P-384", key.Curve.Params().Name)
	}
	return nil, errors.New("it is neither ed25519 nor ECDSA P-384, which registries take")
}

func parseSeed(digits string) (crypto.Signer, error) {
	seed, err := hex.DecodeString(digits)
	switch {
	case err != nil:
		return nil, errors.New("it is neither PEM nor hexadecimal digits")
	case len(seed) == ed25519.SeedSize:
		return ed25519.NewKeyFromSeed(seed), nil
	case len(seed) == 48:
		key, err := ecdsa.ParseRawPrivateKey(elliptic.P384(), seed)
		if err != nil {
			return nil, errors.New("its digits are no key on P-384")
		}
		return key, nil
	}
	return nil, fmt.Errorf("it has %d hexadecimal digits; ed25519 has 64 and ECDSA P-384 has 96", len(digits))
}

// Record is what the domain must publish for this key.
func (k Key) Record() string {
	var algorithm string
	var raw []byte
	switch public := k.public().(type) {
	case ed25519.PublicKey:
		algorithm, raw = "ed25519", public
	case *ecdsa.PublicKey:
		point, err := public.Bytes()
		if err != nil {
			return ""
		}
		// Compressed: the first coordinate, and whether the second is odd.
		algorithm = "ecdsap384"
		raw = append([]byte{2 + point[len(point)-1]&1}, point[1:1+len(point)/2]...)
	default:
		return ""
	}
	return "v=MCPv1; k=" + algorithm + "; p=" + base64.StdEncoding.EncodeToString(raw)
}

func (k Key) public() crypto.PublicKey {
	if k.signer == nil {
		return nil
	}
	return k.signer.Public()
}

// Format writes a mark in place of the key, whatever the verb.
func (Key) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, redact.Mark) }

// sign signs as registries expect it: ed25519 plain, ECDSA as R and S of 48
// bytes each over SHA-384.
func (k Key) sign(message []byte) ([]byte, error) {
	switch key := k.signer.(type) {
	case ed25519.PrivateKey:
		return ed25519.Sign(key, message), nil
	case *ecdsa.PrivateKey:
		sum := sha512.Sum384(message)
		r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
		if err != nil {
			return nil, err
		}
		return append(r.FillBytes(make([]byte, 48)), s.FillBytes(make([]byte, 48))...), nil
	}
	return nil, errors.New("there is no key")
}

// DNS logs in as the owner of a domain whose TXT record holds the key's Record;
// it allows the names of the domain and of those below it.
type DNS struct {
	Domain string
	Key    Key
}

// Name is the method's name in the API.
func (DNS) Name() string { return "dns" }

func (m DNS) proof(_ context.Context, c *Client) (proof, error) {
	return domainProof(m.Domain, m.Key, c.now(), "The domain "+m.Domain+" itself, no name below it, must have the TXT record")
}

// HTTP logs in as the owner of a domain that serves the key's Record at
// /.well-known/mcp-registry-auth; it allows the names of this domain.
type HTTP struct {
	Domain string
	Key    Key
}

// Name is the method's name in the API.
func (HTTP) Name() string { return "http" }

func (m HTTP) proof(_ context.Context, c *Client) (proof, error) {
	return domainProof(m.Domain, m.Key, c.now(), "https://"+m.Domain+"/.well-known/mcp-registry-auth must answer")
}

// domainProof signs the time, of which the registry takes 15 seconds' difference.
func domainProof(domain string, key Key, now time.Time, mend string) (proof, error) {
	if domain == "" || strings.ContainsAny(domain, "/:@ ") || !strings.Contains(domain, ".") {
		return proof{}, &refusal.Refusal{Kind: refusal.Usage, Code: "bad-domain", Doing: "logging in", Why: fmt.Sprintf("%q is no domain", domain), Mend: "Give one like example.com with --domain."}
	}
	timestamp := now.UTC().Format(time.RFC3339)
	signature, err := key.sign([]byte(timestamp))
	if err != nil {
		return proof{}, &refusal.Refusal{Kind: refusal.Usage, Code: "key-unreadable", Doing: "signing the time", Err: err, Mend: "Give the domain's key with --key FILE."}
	}
	return proof{
		body: map[string]string{"domain": domain, "timestamp": timestamp, "signed_timestamp": hex.EncodeToString(signature)},
		mend: mend + " " + key.Record() + " ; and this machine's clock must be right to 15 seconds.",
	}, nil
}
