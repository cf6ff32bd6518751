// Package sign makes and checks the signatures of a release: one in-toto
// statement in a DSSE envelope in a Sigstore bundle v0.3, signed either without
// a lasting key (an identity token becomes a certificate of some minutes) or
// with a key in a file.
//
// It is the only room that knows Sigstore's libraries. Every failure is a
// refusal.Refusal with a code of its own. Nothing is asked over the network but
// what a Services or a Mirror names, and verification asks nothing at all.
package sign

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// The bounds of what is signed and of what is read, in bytes.
const (
	MaxStatement = 16 << 20
	// MaxBundle leaves room for a statement of MaxStatement in base64.
	MaxBundle = 24 << 20
)

// PayloadType is the media type of what every envelope of ours holds.
const PayloadType = "application/vnd.in-toto+json"

// BundleMediaType is the only kind of bundle that is written.
const BundleMediaType = "application/vnd.dev.sigstore.bundle.v0.3+json"

// Signer signs in-toto statements. It is safe for concurrent use, and signing
// several statements at once is faster than one after the other.
type Signer interface {
	// Sign answers the bundle as one line of JSON, without a line end.
	Sign(ctx context.Context, statement []byte) (bundle []byte, err error)
	// Who answers under which identity signatures will appear, without
	// leaving a trace anywhere: nothing is certified, logged or signed by it.
	Who(ctx context.Context) (Identity, error)
}

// Identity is who signed: an account at an issuer, or else a key.
type Identity struct {
	// Issuer is the URL of the identity provider that vouched for Subject.
	Issuer string `json:"issuer,omitempty"`
	// Subject is the account: an e-mail address or the URL of a workflow.
	Subject string `json:"subject,omitempty"`
	// Key is "sha256:" and the hexadecimal digest of the PKIX public key; it
	// is empty where a certificate names the signer.
	Key string `json:"key,omitempty"`
}

// String names the identity for people.
func (i Identity) String() string {
	if i.Key != "" {
		return "key " + i.Key
	}
	return i.Subject + " (by " + i.Issuer + ")"
}

// signable refuses to put a signature under what is no statement at all.
func signable(statement []byte) error {
	refuse := func(why string) error {
		return &refusal.Refusal{
			Kind: refusal.Usage, Code: "statement-unreadable", Doing: "signing a statement", Why: why,
			Mend: "Sign an in-toto statement of version 1.",
		}
	}
	if len(statement) > MaxStatement {
		return refuse(fmt.Sprintf("it has %d bytes, and %d is the most", len(statement), MaxStatement))
	}
	var head struct {
		Type string `json:"_type"`
	}
	if err := json.Unmarshal(statement, &head); err != nil {
		return refuse("it is not JSON: " + err.Error())
	}
	if head.Type != "https://in-toto.io/Statement/v1" {
		return refuse(fmt.Sprintf("its _type is %q", head.Type))
	}
	return nil
}

// oneLine takes out the white space that protojson puts in at random.
func oneLine(b []byte) ([]byte, error) {
	var out bytes.Buffer
	if err := json.Compact(&out, b); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
