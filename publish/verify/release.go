package verify

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/mcpctl/mcpctl/publish/attest"
)

// release verifies all signatures, and finds the statement in which somebody
// entitled releases exactly this server.json or image.
func (v *verification) release(ctx context.Context) bool {
	if v.image != "" {
		v.Result.Name = v.claimed()
	}
	by, err := v.entitled(ctx)
	if err != nil {
		v.fault("release", v.id(), err)
		return false
	}
	for _, b := range v.found {
		b.verify(by)
	}
	candidates := v.releases()
	if len(candidates) == 0 {
		v.fault(v.unreleased())
		return false
	}
	v.signed = v.preferred(candidates)
	if v.signed == nil {
		v.fault("release", v.id(), v.ambiguous(candidates))
		return false
	}
	signer := v.signed.signer(v.Policy.Key)
	v.Signer = &signer
	if err := json.Unmarshal(v.signed.says.Predicate, &v.released); err != nil {
		v.fault("release", v.id(), fail("release-differs", "reading the release", fmt.Sprintf("it is no release: %v", err)))
		return false
	}
	if v.image != "" {
		v.Result.Name, v.Result.Version = v.released.Name, v.released.Version
	}
	v.pass("release", v.id(), v.signature(v.signed))
	if !v.sameSigner() || !v.agrees() {
		return false
	}
	v.pass("digest", v.id(), v.Digest+" is what was signed")
	v.keepPackages()
	return true
}

// releases are the releases of this very subject that somebody entitled signed,
// the latest first.
func (v *verification) releases() []*bundle {
	var all []*bundle
	for _, b := range v.found {
		if b.verified != nil && b.says.PredicateType == attest.TypeRelease && about(b.says, v.subject()) {
			all = append(all, b)
		}
	}
	slices.SortStableFunc(all, func(a, b *bundle) int { return b.verified.Time.Compare(a.verified.Time) })
	return all
}

// preferred is the release that counts. Where anybody may have signed, there has
// to be one signer only: a stranger can attach his own statement to an image.
func (v *verification) preferred(all []*bundle) *bundle {
	if locked := v.Lock.server(v.Result.Name); locked != nil {
		for _, b := range all {
			if b.signer(v.Policy.Key).same(locked.Signer) {
				return b
			}
		}
	}
	if v.Basis == BasisFirstUse {
		for _, b := range all[1:] {
			if !b.signer(nil).same(all[0].signer(nil)) {
				return nil
			}
		}
	}
	return all[0]
}

func (v *verification) ambiguous(all []*bundle) error {
	set := map[string]bool{}
	for _, b := range all {
		set[b.signer(nil).String()] = true
	}
	return fail("signer-ambiguous", "finding out who released it", "these did: "+listed(set))
}

// signature says who signed a statement, when, and why he may.
func (v *verification) signature(b *bundle) string {
	why := map[Basis]string{
		BasisFlags:     "as the flags ask for",
		BasisLock:      "as before",
		BasisNamespace: "to whom the namespace belongs",
		BasisFirstUse:  "whoever that is",
	}[v.Basis]
	out := fmt.Sprintf("signed by %s, %s", b.signer(v.Policy.Key), why)
	if !b.verified.Time.IsZero() {
		out += ", at " + b.verified.Time.UTC().Format(time.RFC3339)
	}
	return out
}

// sameSigner guards the lock where something else than the lock said who may sign.
func (v *verification) sameSigner() bool {
	locked := v.Lock.server(v.Result.Name)
	if locked == nil || v.Signer.same(locked.Signer) || slices.Contains(v.SignerChange, v.Result.Name) {
		return true
	}
	v.fault("lock", v.Result.Name, fail("signer-changed", "comparing the signer with the lock's",
		fmt.Sprintf("it is signed by %s, before it was %s", v.Signer, locked.Signer)))
	return false
}

// agrees holds the release against what it is a release of.
func (v *verification) agrees() bool {
	why := ""
	set := digestsOf(v.signed.says)
	for _, p := range v.released.Packages {
		if !set[digestText(p.Digest)] {
			why = fmt.Sprintf("it lists the package %s %s, which is none of its subjects", p.Type, p.Identifier)
		}
	}
	switch id := v.released.Name + "@" + v.released.Version; {
	case v.released.Name == "" || v.released.Version == "":
		why = "it has no name or no version"
	case id != v.id():
		why = "it says that it is of " + id
	case v.pointer.Subject != "" && v.pointer.Subject != v.Digest:
		v.fault("digest", v.id(), fail("pointer-wrong", "comparing the pointer with server.json",
			fmt.Sprintf("it points to the statements of %s, and the entry is %s", v.pointer.Subject, v.Digest)))
		return false
	case v.image != "":
		why = v.misnamed()
	}
	if why != "" {
		v.fault("release", v.id(), fail("release-differs", "reading the release", why))
		return false
	}
	return true
}

// misnamed says whether an image is released under a name that its signer has no
// right to: the image is his, but the name may be another's.
func (v *verification) misnamed() string {
	rule, ruled := Expected(v.Result.Name)
	if !ruled || v.Basis != BasisNamespace {
		return ""
	}
	if _, err := v.trust.Verify(v.signed.raw, rule); err != nil {
		return fmt.Sprintf("it gives the image out as %s, which is not its signer's: %v", v.Result.Name, err)
	}
	return ""
}

// keepPackages puts what was signed into the result.
func (v *verification) keepPackages() {
	for _, p := range v.released.Packages {
		v.Packages = append(v.Packages, Package{p.Type, p.Identifier, p.Version, p.File, p.Digest})
	}
	v.keep(v.signed)
}

// keep puts an attestation that counts into the result.
func (v *verification) keep(b *bundle) {
	v.Attestations = append(v.Attestations, Attestation{
		Type: b.says.PredicateType, Signer: b.signer(v.Policy.Key), Identity: b.verified.Identity.Subject,
		Time: b.verified.Time, Logged: b.verified.Logged, Timestamped: b.verified.Timestamped, From: b.from,
	})
}
