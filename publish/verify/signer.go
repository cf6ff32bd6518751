package verify

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/internal/pattern"
	"github.com/mcpctl/mcpctl/publish/sign"
)

// Signer is who signed, in a form that stays the same from release to release. It
// has either an issuer and a subject, or a key.
type Signer struct {
	// Issuer is the address of the identity provider that vouched for the subject.
	Issuer string `json:"issuer,omitempty"`
	// Subject is the identity: of a workflow its file without branch or tag, since
	// each release has another tag.
	Subject string `json:"subject,omitempty"`
	// Key is the digest of the public key, sha256:….
	Key string `json:"key,omitempty"`
	// PublicKey is the key itself, PKIX in base64, so that a lock can verify the
	// next version without being given it again.
	PublicKey string `json:"publicKey,omitempty"`
}

// SignerOf is the lasting form of an identity that was verified. The public key
// is the PEM text that it was verified with, if it was.
func SignerOf(who sign.Identity, publicKey []byte) Signer {
	if who.Key == "" {
		return Signer{Issuer: who.Issuer, Subject: lasting(who.Subject)}
	}
	s := Signer{Key: who.Key}
	if block, _ := pem.Decode(publicKey); block != nil && keyDigest(block.Bytes) == who.Key {
		s.PublicKey = base64.StdEncoding.EncodeToString(block.Bytes)
	}
	return s
}

// workflow is how GitHub and GitLab name a workflow at a ref, in a certificate.
var workflow = pattern.New(`^(https://[^@]+\.ya?ml)@[^@]+$`)

// lasting leaves out of a subject what changes with each release.
func lasting(subject string) string {
	if m := workflow.FindStringSubmatch(subject); m != nil {
		return m[1]
	}
	return subject
}

// String is the signer in words.
func (s Signer) String() string {
	if s.Key != "" {
		return "the key " + s.Key
	}
	return fmt.Sprintf("%s (issuer %s)", s.Subject, s.Issuer)
}

// same reports whether two are the same signer; the text of a key says nothing
// that its digest does not.
func (s Signer) same(other Signer) bool {
	return s.Issuer == other.Issuer && s.Subject == other.Subject && s.Key == other.Key
}

// whole reports whether it names one signer fully and without contradiction.
func (s Signer) whole() bool {
	if s.Key == "" {
		return s.Issuer != "" && s.Subject != "" && s.PublicKey == ""
	}
	if s.Issuer+s.Subject != "" || !isDigest(s.Key) {
		return false
	}
	raw, err := base64.StdEncoding.DecodeString(s.PublicKey)
	return err == nil && keyDigest(raw) == s.Key
}

// policy is what verifies signatures of the locked key; none for identities,
// whose subjects have to be compared without their refs.
func (s Signer) policy() (sign.Policy, bool) {
	raw, err := base64.StdEncoding.DecodeString(s.PublicKey)
	if s.Key == "" || err != nil {
		return sign.Policy{}, false
	}
	return sign.Policy{Key: pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: raw})}, true
}

func keyDigest(pkix []byte) string {
	sum := sha256.Sum256(pkix)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// isDigest reports whether s is an algorithm and a digest of its length.
func isDigest(s string) bool {
	algorithm, digits, ok := strings.Cut(s, ":")
	bytes := map[string]int{"sha256": 32, "sha384": 48, "sha512": 64}[algorithm]
	raw, err := hex.DecodeString(digits)
	return ok && err == nil && bytes > 0 && len(raw) == bytes && digits == strings.ToLower(digits)
}
