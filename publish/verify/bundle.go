package verify

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/sign"
)

// bundle is one signed statement on its way to be believed.
type bundle struct {
	from     string
	attached bool // to an image
	raw      []byte
	sum      [sha256.Size]byte
	// claim is what it says before anything is verified: good for telling which
	// bundle failed, and for nothing else.
	claim attest.Statement

	verified *sign.Verified // nil if it did not verify
	says     attest.Statement
	err      error // why it did not
}

func newBundle(from string, raw []byte, sum [sha256.Size]byte) *bundle {
	b := &bundle{from: from, raw: raw, sum: sum}
	var envelope struct {
		DSSE struct {
			Payload string `json:"payload"`
		} `json:"dsseEnvelope"`
	}
	if json.Unmarshal(raw, &envelope) != nil {
		return b
	}
	payload, err := base64.StdEncoding.DecodeString(envelope.DSSE.Payload)
	if err != nil {
		return b
	}
	// A claim that cannot be read stays empty, and the bundle unclaimed.
	if says, err := attest.Parse(payload); err == nil {
		b.claim = says
	} else {
		var kind struct {
			PredicateType string `json:"predicateType"`
		}
		_ = json.Unmarshal(payload, &kind)
		b.claim.PredicateType = kind.PredicateType
	}
	return b
}

// verify lets judge decide, and reads the statement if it is signed well.
func (b *bundle) verify(judge func([]byte) (*sign.Verified, error)) {
	b.verified, b.err = judge(b.raw)
	if b.err != nil {
		b.verified = nil
		return
	}
	if b.says, b.err = attest.Parse(b.verified.Statement); b.err != nil {
		b.verified = nil
	}
}

// signer is who signed it; it has to be verified.
func (b *bundle) signer(key []byte) Signer { return SignerOf(b.verified.Identity, key) }

// foreign reports whether it failed because somebody else signed it, or somebody
// whom this root of trust does not know. Anybody may attach statements of his own
// to an image, so that alone is nothing bad.
func (b *bundle) foreign() bool {
	return slices.Contains([]string{"signer-wrong", "issuer-wrong", "key-wrong", "certificate-untrusted", "log-missing", "timestamp-missing"}, code(b.err))
}

// about reports whether a statement has a subject with that sha256.
func about(s attest.Statement, sha256 string) bool {
	return slices.ContainsFunc(s.Subject, func(one attest.Subject) bool { return one.Digest["sha256"] == sha256 })
}

// digestsOf are the subjects of a statement without their names, as a set.
func digestsOf(s attest.Statement) map[string]bool {
	set := map[string]bool{}
	for _, one := range s.Subject {
		set[digestText(one.Digest)] = true
	}
	return set
}

// digestText writes digests in one way: sha256:…,sha512:….
func digestText(digest map[string]string) string {
	var all []string
	for _, algorithm := range slices.Sorted(maps.Keys(digest)) {
		all = append(all, algorithm+":"+digest[algorithm])
	}
	return strings.Join(all, ",")
}

func code(err error) string { return refusal.Code(err) }

// counted is a number with its noun.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func listed(set map[string]bool) string {
	return strings.Join(slices.Sorted(maps.Keys(set)), ", ")
}
