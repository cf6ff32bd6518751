package verify_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/registry"
	"github.com/mcpctl/mcpctl/publish/sign"
	"github.com/mcpctl/mcpctl/publish/verify"
)

// Each way to spoil a release is found, by its own code and no other; TestAnEntryHolds
// and its like are the other side of it.
func TestBreakages(t *testing.T) {
	for _, b := range breakages() {
		t.Run(b.code+"/"+b.name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			b.spoil(t, s)
			r := s.verify(t)
			assert.Equal(t, []string{b.code}, codes(r))
			c := line(r, b.code)
			assert.NotEmpty(t, c.Reason)
			assert.NotEmpty(t, c.Mend)
			if b.code == "entry-deprecated" {
				assert.Equal(t, verify.Pass, r.Verdict)
				assert.Zero(t, r.Kind(false))
			} else {
				assert.Equal(t, verify.Fail, r.Verdict)
				assert.Equal(t, b.kind, r.Kind(false))
			}
			assert.Equal(t, b.kind, r.Kind(true))
		})
	}
}

func breakages() []breakage {
	return slices.Concat(entries(), places(), signatures(), contents(), memories())
}

// What makes no sense is refused before anything is asked.
func TestRequestsThatMakeNoSense(t *testing.T) {
	for name, c := range map[string]struct {
		code string
		req  verify.Request
	}{
		"an unknown attestation":     {"require-unknown", verify.Request{Require: []string{"sboom"}}},
		"a lock that is not there":   {"lock-missing", verify.Request{Locked: true}},
		"a subject without issuer":   {"policy-unusable", verify.Request{Policy: sign.Policy{Subject: release}}},
		"an issuer without subject":  {"policy-unusable", verify.Request{Policy: sign.Policy{Issuer: github}}},
		"a key and an identity":      {"policy-unusable", verify.Request{Policy: sign.Policy{Issuer: github, Subject: release, Key: []byte("k")}}},
		"an expression that is none": {"policy-unusable", verify.Request{Policy: sign.Policy{Issuer: github, SubjectRegexp: "("}}},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := verify.Verify(t.Context(), c.req, verify.Parts{})
			assert.Nil(t, r)
			assert.Equal(t, c.code, refusal.Code(err))
			known, _ := refusal.Of(err)
			require.NotNil(t, known)
			assert.Equal(t, refusal.Usage, known.Kind)
		})
	}
}

// No code is there that no test brings about, and none comes of it that no table has.
func TestEveryCodeIsProven(t *testing.T) {
	proven := []string{"require-unknown", "lock-missing", "policy-unusable"} // TestRequestsThatMakeNoSense
	proven = append(proven, "lock-broken")                                   // TestBrokenLocks
	proven = append(proven, "surface-changed")                               // TestTheLiveServer
	for _, b := range breakages() {
		proven = append(proven, b.code)
	}
	known := map[string]bool{}
	for _, c := range verify.Codes() {
		assert.Contains(t, proven, c.ID)
		known[c.ID] = true
	}
	for _, c := range verify.Passed() {
		known[c.ID] = true
	}
	for _, id := range proven {
		assert.True(t, known[id], id)
	}
}

func TestAContextThatEnds(t *testing.T) {
	s := newScene(t)
	s.publishAll(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := verify.Verify(ctx, s.req, s.parts)
	assert.ErrorIs(t, err, context.Canceled)
}

// liar answers one entry to every question.
type liar struct{ verify.Registry }

func (l liar) Get(ctx context.Context, _, version string) (*registry.Entry, error) {
	return l.Registry.Get(ctx, acme, version)
}
