package sign

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/verify"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// Verified is a signature that was found good.
type Verified struct {
	// Statement is what was signed, byte by byte; it is nil for a signature of a
	// file.
	Statement []byte
	// PredicateType says what the statement states.
	PredicateType string
	// Identity signed it.
	Identity Identity
	// Time is the earliest time that a trusted authority saw the signature at;
	// it is zero for a key's signature without a timestamp.
	Time time.Time
	// Logged says that it is in a transparency log of the trust root.
	Logged bool
	// Timestamped says that Time comes from a trusted authority.
	Timestamped bool
}

// Verify checks a bundle and that its signer is who the policy says. It takes
// milliseconds and asks nobody.
func (t *Trust) Verify(b []byte, p Policy) (*Verified, error) {
	r, err := p.rule()
	if err != nil {
		return nil, err
	}
	e, err := parseBundle(b)
	if err != nil {
		return nil, err
	}
	return t.check(e, &r, verify.WithoutArtifactUnsafe())
}

// Read checks a bundle against the trust root, whoever signed it: for trust on
// first use, where the answer's identity is what is to be remembered. It takes
// certificates only, for a key is known by nobody but a Policy.
func (t *Trust) Read(b []byte) (*Verified, error) {
	e, err := parseBundle(b)
	if err != nil {
		return nil, err
	}
	return t.check(e, nil, verify.WithoutArtifactUnsafe())
}

// VerifyFile is Verify for the signature of a file instead of a statement.
func (t *Trust) VerifyFile(b, file []byte, p Policy) (*Verified, error) {
	r, err := p.rule()
	if err != nil {
		return nil, err
	}
	e, err := parse(b)
	if err != nil {
		return nil, err
	}
	return t.check(e, &r, verify.WithArtifact(bytes.NewReader(file)))
}

// check lets the library decide, in whole; diagnose only names why it did not
// accept.
func (t *Trust) check(e *entity, r *rule, artifact verify.ArtifactPolicyOption) (*Verified, error) {
	if err := e.suits(r); err != nil {
		return nil, err
	}
	material, how, err := t.requirements(e, r)
	if err != nil {
		return nil, err
	}
	verifier, err := verify.NewVerifier(material, how...)
	if err != nil {
		return nil, fmt.Errorf("preparing to verify: %w", err)
	}
	result, err := verifier.Verify(e.Bundle, verify.NewPolicy(artifact, verify.WithoutIdentitiesUnsafe()))
	if err != nil {
		return nil, t.diagnose(e, r, material, err)
	}
	v := e.verified(result)
	v.Logged = e.logged
	if e.leaf == nil {
		v.Identity = Identity{Key: fingerprint(e.pkix)}
	} else if r != nil {
		err = r.holds(v.Identity)
	}
	if err != nil {
		return nil, err
	}
	return v, nil
}

// requirements are what the library is to insist on, and against which trust.
func (t *Trust) requirements(e *entity, r *rule) (root.TrustedMaterial, []verify.VerifierOption, error) {
	how := []verify.VerifierOption{verify.WithoutStatementPredicate()}
	if e.leaf != nil {
		how = append(how, verify.WithObserverTimestamps(1))
		if e.logged = t.logs || r != nil && r.Logged; e.logged {
			how = append(how, verify.WithTransparencyLog(1))
		}
		if t.ctlogs {
			how = append(how, verify.WithSignedCertificateTimestamps(1))
		}
		return t.material, how, nil
	}
	material, err := withKey(t.material, r.key)
	if err != nil {
		return nil, nil, err
	}
	e.pkix = material.pkix
	if e.logged = r.Logged || t.knowsLog(e); e.logged {
		how = append(how, verify.WithTransparencyLog(1))
	}
	if r.Timestamped || stamped(e, material) {
		return material, append(how, verify.WithObserverTimestamps(1)), nil
	}
	return material, append(how, verify.WithNoObserverTimestamps()), nil
}

// knowsLog tells whether one of the entries is of a log of the trust root.
func (t *Trust) knowsLog(e *entity) bool {
	known := t.material.RekorLogs()
	for _, entry := range e.entries {
		if _, ok := known[fmt.Sprintf("%x", entry.LogKeyID())]; ok {
			return true
		}
	}
	return false
}

// stamped tells whether a trusted authority has stamped the signature.
func stamped(e *entity, material root.TrustedMaterial) bool {
	stamps, _, err := verify.VerifySignedTimestamp(e.Bundle, material)
	return err == nil && len(stamps) > 0
}

// entity is a bundle with what is looked at often.
type entity struct {
	*bundle.Bundle
	parts
	logged bool
	pkix   []byte // of the key that the policy names
}

func (e *entity) verified(result *verify.VerificationResult) *Verified {
	v := &Verified{}
	if env := e.GetDsseEnvelope(); env != nil {
		v.Statement = env.GetPayload()
		v.PredicateType = result.Statement.GetPredicateType()
	}
	if c := result.Signature.Certificate; c != nil {
		v.Identity = Identity{Issuer: c.Issuer, Subject: c.SubjectAlternativeName}
	}
	for _, ts := range result.VerifiedTimestamps {
		if v.Time.IsZero() || ts.Timestamp.Before(v.Time) {
			v.Time, v.Timestamped = ts.Timestamp, true
		}
	}
	return v
}

// parseBundle reads the bundle of a statement.
func parseBundle(b []byte) (*entity, error) {
	e, err := parse(b)
	if err != nil {
		return nil, err
	}
	env := e.GetDsseEnvelope()
	switch {
	case env == nil:
		return nil, bundleUnreadable(b, "it holds the signature of a file, and no statement")
	case env.GetPayloadType() != PayloadType:
		return nil, bundleUnreadable(b, fmt.Sprintf("it holds a %q, and no statement", env.GetPayloadType()))
	case len(env.GetPayload()) > MaxStatement:
		return nil, bundleUnreadable(b, fmt.Sprintf("its statement has %d bytes, and %d is the most", len(env.GetPayload()), MaxStatement))
	}
	return e, nil
}

func bundleUnreadable(b []byte, why string) error {
	doing := "reading a bundle"
	if len(b) <= MaxBundle {
		doing = fmt.Sprintf("reading the bundle sha256:%x", sha256.Sum256(b))
	}
	return &refusal.Refusal{Kind: refusal.Finding, Code: "bundle-unreadable", Doing: doing, Why: why,
		Mend: "Get the bundle again from where it was published; it has to be a Sigstore bundle of version 0.3."}
}
