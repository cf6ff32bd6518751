package verify

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/publish/attest"
)

// unreleased says why there is no release, as the last arguments of fault do.
func (v *verification) unreleased() (check, subject string, err error) {
	const doing = "looking for the release"
	if signed := v.signedOtherwise(); signed != "" {
		return "digest", v.id(), fail("server-json-differs", doing,
			fmt.Sprintf("the canonical server.json has the digest %s, signed is %s", v.Digest, signed))
	}
	b := v.failedRelease()
	switch {
	case b == nil:
		why := "none of the statements is a release of it"
		if others := v.others(); len(others) > 0 {
			why += "; they are about " + strings.Join(others, ", ")
		}
		return "release", v.id(), fail("release-missing", doing, why)
	case v.Basis == BasisLock && slices.Contains([]string{"signer-wrong", "key-wrong"}, code(b.err)):
		return "release", v.id(), fail("signer-changed", doing, fmt.Sprintf("%v; before it was %s", b.err, v.Lock.server(v.Result.Name).Signer))
	}
	return "release", v.id(), b.err
}

// signedOtherwise is the digest of the server.json that was released under this name
// and version by somebody entitled, if there is one.
func (v *verification) signedOtherwise() string {
	for _, b := range v.found {
		if b.verified == nil || b.says.PredicateType != attest.TypeRelease {
			continue
		}
		for _, one := range b.says.Subject {
			if one.Name == "server.json:"+v.id() {
				return "sha256:" + one.Digest["sha256"]
			}
		}
	}
	return ""
}

// failedRelease is the bundle whose failure explains best that there is no release:
// what claims to be the very one, else any release, else, if nothing at all could be
// verified, whatever there is.
func (v *verification) failedRelease() *bundle {
	var release, anything *bundle
	verified := false
	for _, b := range v.found {
		switch isRelease := b.claim.PredicateType == attest.TypeRelease; {
		case b.err == nil:
			verified = true
		case isRelease && about(b.claim, v.subject()):
			return b
		case isRelease && release == nil:
			release = b
		case anything == nil:
			anything = b
		}
	}
	if release == nil && !verified {
		return anything
	}
	return release
}

// others are the releases that the statements are about instead, at most five.
func (v *verification) others() []string {
	var all []string
	for _, b := range v.found {
		for _, one := range b.says.Subject {
			name, ok := strings.CutPrefix(one.Name, "server.json:")
			if ok && b.verified != nil && len(all) < 5 && !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
	}
	return all
}
