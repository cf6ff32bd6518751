package sign

import (
	"fmt"
	"time"

	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/verify"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// diagnose names why the library did not accept a bundle. It asks for one part
// after the other, the signature first: whatever else fails, fails with it.
func (t *Trust) diagnose(e *entity, r *rule, material root.TrustedMaterial, cause error) error {
	for _, part := range []func() *refusal.Refusal{
		func() *refusal.Refusal { return e.diagnoseSignature(r, material) },
		func() *refusal.Refusal { return e.diagnoseLog(material) },
		func() *refusal.Refusal { return e.diagnoseTime(r, material) },
		func() *refusal.Refusal { return e.diagnoseCertificate(material, t.ctlogs) },
	} {
		if found := part(); found != nil {
			found.Kind, found.Doing, found.Err = refusal.Finding, "verifying the signature", cause
			if found.Mend == "" {
				found.Mend = "Do not use it."
			}
			return found
		}
	}
	return &refusal.Refusal{Kind: refusal.Finding, Code: "signature-invalid", Doing: "verifying the signature", Err: cause, Mend: "Do not use it."}
}

func (e *entity) diagnoseSignature(r *rule, material root.TrustedMaterial) *refusal.Refusal {
	signature, err := e.SignatureContent()
	if err != nil || e.GetDsseEnvelope() == nil {
		return nil // a file's: the library's own words are the best there are
	}
	content, err := e.VerificationContent()
	if err != nil {
		return nil
	}
	if verify.VerifySignature(signature, content, material) == nil {
		return nil
	}
	if r != nil && r.key != nil && e.hint != "" && e.hint != hint(e.pkix) {
		return &refusal.Refusal{Code: "key-wrong", Why: "another key than the given one signed it",
			Mend: "Do not use it, unless you know that the other key is the right one."}
	}
	return &refusal.Refusal{Code: "signature-invalid", Why: "the signature does not fit what it is to sign: one of them was changed"}
}

func (e *entity) diagnoseLog(material root.TrustedMaterial) *refusal.Refusal {
	if !e.logged {
		return nil
	}
	if len(e.entries) == 0 {
		return &refusal.Refusal{Code: "log-missing", Why: "it has no entry in a transparency log, and the trust root demands one"}
	}
	known := material.RekorLogs()
	ours := 0
	for _, entry := range e.entries {
		if _, ok := known[fmt.Sprintf("%x", entry.LogKeyID())]; ok {
			ours++
		}
	}
	if ours == 0 {
		return &refusal.Refusal{Code: "log-missing", Why: "it is in no transparency log that the trust root names",
			Mend: "Check that the trust root is the one of the signer's services."}
	}
	if _, err := verify.VerifyTlogEntry(e.Bundle, material, 1, true); err != nil {
		return &refusal.Refusal{Code: "log-invalid", Why: "its entry in the transparency log does not prove that it was entered: " + err.Error()}
	}
	return nil
}

func (e *entity) diagnoseTime(r *rule, material root.TrustedMaterial) *refusal.Refusal {
	if e.leaf == nil && (r == nil || !r.Timestamped) {
		return nil
	}
	if len(e.times(material)) > 0 {
		return nil
	}
	switch {
	case e.stamps > 0:
		return &refusal.Refusal{Code: "timestamp-missing", Why: fmt.Sprintf("none of its %d timestamps is by an authority of the trust root, for this signature", e.stamps),
			Mend: "Check that the trust root is the one of the signer's services."}
	case e.leaf != nil && time.Now().After(e.leaf.NotAfter):
		return &refusal.Refusal{Code: "certificate-expired", Why: "its certificate ended at " + e.leaf.NotAfter.UTC().Format(time.RFC3339) +
			", and no timestamp proves that it was signed before", Mend: "Sign again with a timestamp authority."}
	}
	return &refusal.Refusal{Code: "timestamp-missing", Why: "no timestamp proves when it was signed", Mend: "Sign again with a timestamp authority."}
}

// times are when trusted authorities saw the signature.
func (e *entity) times(material root.TrustedMaterial) []time.Time {
	var all []time.Time
	if stamps, _, err := verify.VerifySignedTimestamp(e.Bundle, material); err == nil {
		for _, s := range stamps {
			all = append(all, s.Time)
		}
	}
	if entries, err := verify.VerifyTlogEntry(e.Bundle, material, 1, true); err == nil {
		for _, s := range entries {
			all = append(all, s.Time)
		}
	}
	return all
}

func (e *entity) diagnoseCertificate(material root.TrustedMaterial, ctlogs bool) *refusal.Refusal {
	if e.leaf == nil {
		return nil
	}
	for _, at := range e.times(material) {
		if at.Before(e.leaf.NotBefore) || at.After(e.leaf.NotAfter) {
			return &refusal.Refusal{Code: "certificate-expired", Why: fmt.Sprintf("it was signed at %s, when its certificate was not valid", at.UTC().Format(time.RFC3339))}
		}
		if _, err := verify.VerifyLeafCertificate(at, e.leaf, material); err != nil {
			return &refusal.Refusal{Code: "certificate-untrusted", Why: "its certificate is by no authority of the trust root",
				Mend: "Check that the trust root is the one of the signer's services."}
		}
	}
	if !ctlogs {
		return nil
	}
	return &refusal.Refusal{Code: "certificate-untrusted", Why: "its certificate is in no certificate log of the trust root"}
}
