package verify

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/publish/attest"
)

// kind is one sort of attestation beside the release.
type kind struct {
	name  string                        // in checks and --require
	types []string                      // of predicates
	judge func(*bundle) (string, error) // what is looked at in them
}

func (v *verification) kinds() []kind {
	return []kind{
		{"provenance", []string{attest.TypeProvenance}, v.provenance},
		{"sbom", []string{attest.TypeCycloneDX, attest.TypeSPDX}, v.bill},
		{"conformance", []string{attest.TypeTestResult}, v.conformance},
		{"surface", []string{attest.TypeSurface}, v.snapshot},
	}
}

// attested judges every other attestation of the release that is there, and misses
// those that are required.
func (v *verification) attested(context.Context) bool {
	for _, k := range v.kinds() {
		good, bad := 0, error(nil)
		for _, b := range v.found {
			if !slices.Contains(k.types, b.claims().PredicateType) || !b.concerns(v.subject()) {
				continue
			}
			switch {
			case b.foreign():
				bad = b.err
			case b.err != nil:
				v.fault(k.name, v.id(), b.err)
				good++ // it is there, and judged
			default:
				v.judged(k, b)
				good++
			}
		}
		switch needed := v.requires(k.name); {
		case good > 0:
		case needed && bad != nil:
			v.fault(k.name, v.id(), bad)
		case needed:
			v.fault(k.name, v.id(), fail(k.name+"-missing", "looking for the "+k.name, "no statement of this kind is signed for "+v.id()))
		case bad != nil:
			v.skip(k.name, v.id(), "what is there counts for nothing here: "+bad.Error())
		}
	}
	v.unread()
	return true
}

// requires reports whether an attestation has to be there.
func (v *verification) requires(name string) bool {
	return slices.Contains(v.Require, name) || name == "surface" && v.parts.Live != nil || name == "sbom" && v.SBOM != nil
}

// judged writes the line of an attestation whose signature holds.
func (v *verification) judged(k kind, b *bundle) {
	// What is said of an image alone is about that image, and that is all that is
	// verified then.
	if v.image == "" && !maps.Equal(digestsOf(b.says), digestsOf(v.signed.says)) {
		v.fault(k.name, v.id(), fail("subjects-differ", "comparing its subjects with the release's", difference(b, v.signed)))
		return
	}
	said, err := k.judge(b)
	if code(err) == "provenance-sourceless" && !v.requires(k.name) {
		v.keep(b)
		v.skip(k.name, v.id(), "it names no source, as of a build on somebody's own machine")
		return
	}
	if err != nil {
		v.fault(k.name, v.id(), err)
		return
	}
	v.keep(b)
	if signer := b.signer(v.Policy.Key); !signer.same(*v.Signer) {
		said += ", signed by " + signer.String()
	}
	v.pass(k.name, v.id(), said)
}

// unread faults bundles of which nobody can tell what they are: a broken one may
// be what is left of an attestation that somebody did not like. At images lie
// others' as well, in forms of their own.
func (v *verification) unread() {
	for _, b := range v.found {
		if b.err != nil && b.claim.PredicateType == "" && !b.attached {
			v.fault("bundles", b.from, b.err)
		}
	}
}

// claims is the statement, verified or not.
func (b *bundle) claims() attest.Statement {
	if b.verified != nil {
		return b.says
	}
	return b.claim
}

// concerns reports whether a statement is about a subject, or may be: of one that
// cannot be read nobody can say that it is not.
func (b *bundle) concerns(sha256 string) bool {
	return b.verified == nil && len(b.claim.Subject) == 0 || about(b.claims(), sha256)
}

// difference names what one statement has and another has not.
func difference(got, want *bundle) string {
	var out []string
	for _, side := range []struct {
		words string
		a, b  *bundle
	}{{"it also speaks of", got, want}, {"it does not speak of", want, got}} {
		other, names := digestsOf(side.b.says), []string(nil)
		for _, one := range side.a.says.Subject {
			if !other[digestText(one.Digest)] {
				names = append(names, one.Name)
			}
		}
		if len(names) > 0 {
			out = append(out, fmt.Sprintf("%s %s", side.words, strings.Join(names[:min(len(names), 5)], ", ")))
		}
	}
	return strings.Join(out, "; ")
}
