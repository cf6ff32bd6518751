package sign

import (
	"crypto"
	"fmt"
	"regexp"

	"github.com/sigstore/sigstore/pkg/cryptoutils"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// Policy says whose signature is accepted: an account at an issuer, or a key.
type Policy struct {
	// Issuer is the identity provider, compared as it is.
	Issuer string
	// Subject is the account, compared as it is.
	Subject string
	// SubjectRegexp matches the account from its beginning to its end. With
	// Subject, both have to hold.
	SubjectRegexp string
	// Key is a PEM public key; Issuer, Subject and SubjectRegexp are then empty.
	Key []byte
	// Logged demands that it is in a transparency log of the trust root. A
	// certificate's signature always has to be, if the root names logs.
	Logged bool
	// Timestamped demands a timestamp of a key's signature; a certificate's
	// always has to have one.
	Timestamped bool
}

// rule is a policy that was found to make sense.
type rule struct {
	Policy
	subject *regexp.Regexp
	key     crypto.PublicKey
}

func (p Policy) rule() (rule, error) {
	r := rule{Policy: p}
	named := p.Issuer != "" || p.Subject != "" || p.SubjectRegexp != ""
	switch {
	case len(p.Key) > 0 && named:
		return r, policyWrong("it names a key and an identity; a signature has one of them")
	case len(p.Key) > 0:
		key, err := cryptoutils.UnmarshalPEMToPublicKey(p.Key)
		if err != nil {
			return r, &refusal.Refusal{Kind: refusal.Usage, Code: "key-unreadable", Doing: "reading the public key", Err: err,
				Mend: "Give a PEM public key, such as cosign.pub."}
		}
		r.key = key
	case p.Issuer == "" || p.Subject == "" && p.SubjectRegexp == "":
		return r, policyWrong("it does not name both an issuer and a subject, so anybody's signature would do")
	case p.SubjectRegexp != "":
		// By itself first: what is no expression could get out of the brackets.
		if _, err := regexp.Compile(p.SubjectRegexp); err != nil {
			return r, policyWrong("its expression for the subject is not regular: " + err.Error())
		}
		compiled, err := regexp.Compile(`^(?:` + p.SubjectRegexp + `)$`)
		if err != nil {
			return r, policyWrong("its expression for the subject is not regular: " + err.Error())
		}
		r.subject = compiled
	}
	return r, nil
}

// holds judges the identity of a certificate that has been verified.
func (r rule) holds(id Identity) error {
	if id.Issuer != r.Issuer {
		return notTheSigner("issuer-wrong", fmt.Sprintf("%q vouched for the signer, and %q was to", id.Issuer, r.Issuer))
	}
	if r.Subject != "" && id.Subject != r.Subject {
		return notTheSigner("signer-wrong", fmt.Sprintf("%q signed it, and %q was to", id.Subject, r.Subject))
	}
	if r.subject != nil && !r.subject.MatchString(id.Subject) {
		return notTheSigner("signer-wrong", fmt.Sprintf("%q signed it, which is not like %q", id.Subject, r.SubjectRegexp))
	}
	return nil
}

func notTheSigner(code, why string) error {
	return &refusal.Refusal{Kind: refusal.Finding, Code: code, Doing: "checking who signed", Why: why,
		Mend: "Do not use it, unless you know that this signer is the right one; then say so in the policy."}
}

func policyWrong(why string) error {
	return &refusal.Refusal{Kind: refusal.Usage, Code: "policy-unusable", Doing: "reading the identity policy", Why: why,
		Mend: "Name an issuer and a subject, or a public key."}
}
