package verify

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/sign"
)

// judge decides who may have signed a bundle, and verifies that he did.
type judge func(bundle []byte) (*sign.Verified, error)

// entitled finds out who may sign for the server: the flags say it, else the lock,
// else the namespace, else, if the user wants it so, whoever did.
func (v *verification) entitled(ctx context.Context) (judge, error) {
	locked := v.Lock.server(v.Result.Name)
	rule, ruled := Expected(v.Result.Name)
	if v.image != "" {
		rule, ruled = expectedOf(v.image)
	}
	changes := slices.Contains(v.SignerChange, v.Result.Name)
	switch {
	case len(v.Policy.Key) > 0 || v.Policy.Issuer != "":
		v.Basis = BasisFlags
		return v.byPolicy(ctx, v.Policy)
	case locked != nil && !changes:
		v.Basis = BasisLock
		return v.bySigner(ctx, locked.Signer)
	case ruled:
		v.Basis = BasisNamespace
		return v.byPolicy(ctx, rule)
	case v.FirstUse && v.image == "" || locked != nil: // an image's name is only what its signer says
		v.Basis = BasisFirstUse
		return v.byAnybody(ctx)
	}
	return nil, fail("identity-unknown", "finding out who may sign", fmt.Sprintf(
		"%s is in no namespace whose owner is known by a rule, no flag names the signer, and the lock does not know it", v.id()))
}

func (v *verification) byPolicy(ctx context.Context, p sign.Policy) (judge, error) {
	trust, err := v.trusted(ctx, len(p.Key) > 0)
	if err != nil {
		return nil, err
	}
	return func(b []byte) (*sign.Verified, error) { return trust.Verify(b, p) }, nil
}

// bySigner verifies what the signer of the lock has signed. An identity is
// compared here, as its branch or tag may be another than before.
func (v *verification) bySigner(ctx context.Context, s Signer) (judge, error) {
	if p, ok := s.policy(); ok {
		v.Policy = p // the key is needed again to write the lock
		return v.byPolicy(ctx, p)
	}
	read, err := v.byAnybody(ctx)
	if err != nil {
		return nil, err
	}
	return func(b []byte) (*sign.Verified, error) {
		got, err := read(b)
		if err == nil && !SignerOf(got.Identity, nil).same(s) {
			return nil, &refusal.Refusal{Kind: refusal.Finding, Code: "signer-wrong", Doing: "comparing the signer with the lock's",
				Why: fmt.Sprintf("it is signed by %s, the lock has %s", SignerOf(got.Identity, nil), s)}
		}
		return got, err
	}, nil
}

func (v *verification) byAnybody(ctx context.Context) (judge, error) {
	trust, err := v.trusted(ctx, false)
	if err != nil {
		return nil, err
	}
	return trust.Read, nil
}

// trusted is the trust root; none is needed where a key is known.
func (v *verification) trusted(ctx context.Context, byKey bool) (Trust, error) {
	if byKey {
		return sign.NoTrust(), nil
	}
	if v.parts.Trust == nil {
		return nil, offline("getting the root of trust")
	}
	if v.trust == nil {
		trust, err := v.parts.Trust(ctx)
		if err != nil {
			return nil, err
		}
		v.trust = trust
	}
	return v.trust, nil
}

// claimed is the name that the releases of an image give, if it is one name. It is
// believed no more than to look the signer up whom the lock has for it.
func (v *verification) claimed() string {
	name := ""
	for _, b := range v.found {
		if b.claim.PredicateType != attest.TypeRelease || !about(b.claim, v.subject()) {
			continue
		}
		var says attest.Release
		if json.Unmarshal(b.claim.Predicate, &says) != nil || name != "" && says.Name != name {
			return ""
		}
		name = says.Name
	}
	return name
}
