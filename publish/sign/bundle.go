package sign

import (
	"crypto/x509"
	"fmt"

	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/sigstore/sigstore-go/pkg/tlog"
)

// parts are what a bundle holds beside its content.
type parts struct {
	leaf    *x509.Certificate // nil where a key signed
	hint    string            // names that key, without proof
	entries []*tlog.Entry
	stamps  int
}

// parse reads a bundle of at most MaxBundle bytes and version 0.3.
func parse(b []byte) (*entity, error) {
	if len(b) > MaxBundle {
		return nil, bundleUnreadable(b, fmt.Sprintf("it has %d bytes, and %d is the most", len(b), MaxBundle))
	}
	e := &entity{Bundle: &bundle.Bundle{}}
	if err := e.UnmarshalJSON(b); err != nil {
		return nil, bundleUnreadable(b, err.Error())
	}
	if e.GetMediaType() != BundleMediaType {
		return nil, bundleUnreadable(b, fmt.Sprintf("it is of the kind %q, and %q is read", e.GetMediaType(), BundleMediaType))
	}
	if err := e.open(); err != nil {
		return nil, bundleUnreadable(b, err.Error())
	}
	return e, nil
}

func (e *entity) open() error {
	content, err := e.VerificationContent()
	if err != nil {
		return err
	}
	e.leaf = content.Certificate()
	if key := content.PublicKey(); key != nil {
		e.hint = key.Hint()
	}
	if e.entries, err = e.TlogEntries(); err != nil {
		return err
	}
	stamps, err := e.Timestamps()
	if err != nil {
		return err
	}
	e.stamps = len(stamps)
	_, err = e.SignatureContent()
	return err
}

// suits refuses a certificate where a key is awaited, and the other way round.
func (e *entity) suits(r *rule) error {
	switch {
	case r == nil && e.leaf == nil:
		return notTheSigner("key-wrong", "a key signed it, and no key to check it with was given")
	case r != nil && r.key != nil && e.leaf != nil:
		return notTheSigner("key-wrong", "a certificate's holder signed it, and a key was to")
	case r != nil && r.key == nil && e.leaf == nil:
		return notTheSigner("signer-wrong", fmt.Sprintf("a key signed it, and %q was to", r.Issuer))
	}
	return nil
}
