package sign

import (
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"time"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	sigstore "github.com/sigstore/sigstore-go/pkg/sign"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// sealer puts statements in bundles: signs, has the signature timestamped and
// enters it in the logs.
type sealer struct {
	services Services
	timeout  time.Duration
}

// holder is a key that signs, with its certificate if it has one.
type holder struct {
	keypair     sigstore.Keypair
	certificate []byte // DER; nil where the key speaks for itself
}

// seal signs a statement. A log that failed for the moment is asked again with
// a new signature, as it refuses the old one in case it has entered it. (Keys
// but ECDSA's always make the same.)
func (s sealer) seal(ctx context.Context, statement []byte, h holder) ([]byte, error) {
	if err := signable(statement); err != nil {
		return nil, err
	}
	for attempt := 1; ; attempt++ {
		bundle, err := s.once(ctx, statement, h)
		if err == nil {
			return marshal(bundle)
		}
		again := refusal.Code(err) == "rekor-refused" && mayLogLater(err)
		if attempt == attempts || !again || rest(ctx, attempt) != nil {
			return nil, err
		}
	}
}

func mayLogLater(err error) bool {
	code, ok := statusOf(err)
	return worthRepeating(err) || ok && code == http.StatusConflict
}

func (s sealer) once(ctx context.Context, statement []byte, h holder) (*protobundle.Bundle, error) {
	content := &sigstore.DSSEData{Data: statement, PayloadType: PayloadType}
	bundle, err := sigstore.Bundle(content, h.keypair, sigstore.BundleOptions{Context: ctx})
	if err != nil {
		return nil, &refusal.Refusal{Kind: refusal.Environment, Code: "key-unreadable", Doing: "signing with the key", Err: err,
			Mend: "Use a key of the kind ECDSA, Ed25519 or RSA."}
	}
	verifier, err := s.verifierPEM(h)
	if err != nil {
		return nil, err
	}
	if h.certificate != nil {
		bundle.VerificationMaterial.Content = &protobundle.VerificationMaterial_Certificate{
			Certificate: &protocommon.X509Certificate{RawBytes: h.certificate},
		}
	}
	if err := s.witness(ctx, verifier, bundle); err != nil {
		return nil, err
	}
	return bundle, nil
}

// witness has the signature of bundle timestamped and then logged: what could
// not be timestamped leaves no entry behind.
func (s sealer) witness(ctx context.Context, verifier []byte, bundle *protobundle.Bundle) error {
	stamps := &protobundle.TimestampVerificationData{}
	signature := bundle.GetDsseEnvelope().GetSignatures()[0].GetSig()
	if err := s.stamp(ctx, signature, stamps); err != nil {
		return err
	}
	if len(stamps.Rfc3161Timestamps) > 0 {
		bundle.VerificationMaterial.TimestampVerificationData = stamps
	}
	return s.enter(ctx, verifier, bundle)
}

// verifierPEM is what the log is given to check the signature with.
func (s sealer) verifierPEM(h holder) ([]byte, error) {
	if h.certificate != nil {
		return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: h.certificate}), nil
	}
	public, err := h.keypair.GetPublicKeyPem()
	if err != nil {
		return nil, fmt.Errorf("writing the public key: %w", err)
	}
	return []byte(public), nil
}

// stamp has the signature timestamped by every authority.
func (s sealer) stamp(ctx context.Context, signature []byte, into *protobundle.TimestampVerificationData) error {
	for _, address := range s.services.Timestamps {
		one, err := s.stampAt(ctx, address, signature)
		if err != nil {
			return serviceRefused("timestamp-refused", "asking the timestamp authority "+address, err)
		}
		into.Rfc3161Timestamps = append(into.Rfc3161Timestamps, &protocommon.RFC3161SignedTimestamp{SignedTimestamp: one})
	}
	return nil
}

func (s sealer) stampAt(ctx context.Context, address string, signature []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	authority := sigstore.NewTimestampAuthority(&sigstore.TimestampAuthorityOptions{
		URL: address, Timeout: s.timeout, Transport: bound{ctx, http.DefaultTransport},
	})
	return authority.GetTimestamp(ctx, signature)
}

// enter enters the signature of bundle in every log, and the entries in bundle.
func (s sealer) enter(ctx context.Context, verifier []byte, bundle *protobundle.Bundle) error {
	for _, l := range s.services.Logs {
		if err := s.enterAt(ctx, l, verifier, bundle); err != nil {
			return serviceRefused("rekor-refused", "entering the signature in the log "+l.URL, err)
		}
	}
	return nil
}

func (s sealer) enterAt(ctx context.Context, l Log, verifier []byte, bundle *protobundle.Bundle) error {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	version := uint32(2)
	if l.Version == 1 {
		version = 1
	}
	rekor := sigstore.NewRekor(&sigstore.RekorOptions{BaseURL: l.URL, Timeout: s.timeout, Version: version})
	return rekor.GetTransparencyLogEntry(ctx, verifier, bundle)
}

// serviceRefused is a refusal by, or a failure of, one of the services.
func serviceRefused(code, doing string, err error) error {
	r := &refusal.Refusal{Kind: refusal.Environment, Code: code, Doing: doing, Err: err}
	status, told := statusOf(err)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		r.Why, r.Mend = "It did not answer in time.", "try again later; what has been signed is not lost"
	case told && (status == http.StatusUnauthorized || status == http.StatusForbidden):
		r.Kind, r.Mend = refusal.Consent, "Check that the service accepts this identity."
	case told && status == http.StatusConflict:
		r.Mend = "This very signature is in the log already: use the bundle of the run that entered it, or sign with an ECDSA key, which never signs alike twice."
	case told && status < 500:
		r.Mend = "Check the address and that the service accepts this kind of request."
	default:
		r.Mend = "Check the address and the network, and try again later."
	}
	return r
}

func marshal(bundle *protobundle.Bundle) ([]byte, error) {
	b, err := protojson.Marshal(bundle)
	if err != nil {
		return nil, fmt.Errorf("writing the bundle: %w", err)
	}
	line, err := oneLine(b)
	if err != nil {
		return nil, fmt.Errorf("writing the bundle: %w", err)
	}
	return line, nil
}
