package verify_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realoci"
	"github.com/mcpctl/mcpctl/publish/attach"
	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/registry"
	"github.com/mcpctl/mcpctl/publish/sign"
	"github.com/mcpctl/mcpctl/publish/verify"
)

// breakage is one way to spoil a scene that holds.
type breakage struct {
	code  string // what must come of it, and nothing else
	name  string
	kind  refusal.Kind
	spoil func(testing.TB, *scene)
}

// entries are breakages of what a registry answers.
func entries() []breakage {
	status := func(status string) func(testing.TB, *scene) {
		return func(t testing.TB, s *scene) {
			store := s.published(t)
			require.NoError(t, store.Status(t.Context(), acme, "1.0.0", status, "has a hole", ""))
			s.entry(t, store)
			s.req.Version = "1.0.0"
		}
	}
	return []breakage{
		{"entry-deleted", "a version that was taken back", refusal.Finding, status(registry.Deleted)},
		{"entry-deprecated", "a version that is advised against", refusal.Finding, status(registry.Deprecated)},
		{"entry-mismatch", "another entry than was asked for", refusal.Finding, func(t testing.TB, s *scene) {
			store := s.published(t)
			s.entry(t, liar{store})
			s.req.Name = "io.github.acme/other"
		}},
		{"not-found", "a version that is not there", refusal.Usage, func(t testing.TB, s *scene) {
			s.publishAll(t)
			s.req.Version = "9.9.9"
		}},
		{"offline-impossible", "a name, offline", refusal.Usage, func(t testing.TB, s *scene) {
			s.publishAll(t)
			s.parts.Registry = nil
		}},
		{"server-json-unreadable", "a file that is none", refusal.Usage, func(t testing.TB, s *scene) {
			s.atHand(t)
			s.req.Server = []byte(`{"name":"io.github.acme/echo","name":"io.github.acme/other"}`)
		}},
		{"pointer-unreadable", "a pointer that is none", refusal.Finding, func(t testing.TB, s *scene) {
			s.atHand(t)
			s.server["_meta"] = map[string]any{"io.modelcontextprotocol.registry/publisher-provided": map[string]any{attest.PointerKey: 7}}
			s.req.Server = s.json(t)
		}},
	}
}

// places are breakages of where the statements are.
func places() []breakage {
	return []breakage{
		{"bundles-missing", "an entry that nobody signed", refusal.Finding, func(t testing.TB, s *scene) {
			s.atHand(t)
			s.req.Bundles = nil
		}},
		{"referrer-missing", "an image without referrers", refusal.Finding, func(t testing.TB, s *scene) {
			s.images(t, realoci.WithReferrers)
			s.atHand(t)
			s.req.Bundles, s.parts.Images = nil, images{}
		}},
		{"image-missing", "an image that is not there", refusal.Finding, func(t testing.TB, s *scene) {
			ref := s.images(t, realoci.WithReferrers)
			s.atHand(t)
			s.req = verify.Request{Image: strings.Replace(ref, "acme/echo", "acme/other", 1)}
			s.parts.Images = images{}
		}},
		{"bundles-changed", "a file of statements that was exchanged", refusal.Finding, func(t testing.TB, s *scene) {
			jsonl, _ := attach.Lines(s.bundles(t)[:1])
			s.web(t, jsonl, http.StatusOK)
		}},
		{"bundles-unreachable", "an address where nothing is", refusal.Environment, func(t testing.TB, s *scene) {
			s.web(t, nil, http.StatusNotFound)
		}},
		{"host-refused", "an address in the user's own network", refusal.Consent, func(t testing.TB, s *scene) {
			s.web(t, nil, http.StatusOK)
			s.parts.Web = verify.Download{}
		}},
		{"pointer-wrong", "a pointer to another server.json", refusal.Finding, func(t testing.TB, s *scene) {
			s.atHand(t)
			raw, err := attest.WithPointer(s.json(t), attest.Pointer{Subject: "sha256:" + strings.Repeat("0", 64)})
			require.NoError(t, err)
			s.req.Server = raw
		}},
		{"offline-impossible", "statements that are elsewhere, offline", refusal.Usage, func(t testing.TB, s *scene) {
			s.web(t, nil, http.StatusOK)
			s.parts.Web = nil
		}},
	}
}

// signatures are breakages of who signed, and how.
func signatures() []breakage {
	signedBy := func(by func(*scene, testing.TB) signs) func(testing.TB, *scene) {
		return func(t testing.TB, s *scene) {
			s.by = by(s, t)
			s.atHand(t)
		}
	}
	identity := func(issuer, subject string) func(testing.TB, *scene) {
		return signedBy(func(s *scene, _ testing.TB) signs { return s.ca.identity(issuer, subject) })
	}
	return []breakage{
		{"signer-wrong", "a workflow of somebody else", refusal.Finding, identity(github, "https://github.com/mallory/echo/.github/workflows/release.yml@refs/tags/v1.0.0")},
		{"signer-wrong", "a name that only begins like the owner", refusal.Finding, identity(github, "https://github.com/acme-evil/echo/.github/workflows/release.yml@refs/tags/v1.0.0")},
		{"signer-wrong", "a run for a pull request", refusal.Finding, identity(github, "https://github.com/acme/echo/.github/workflows/release.yml@refs/pull/7/merge")},
		{"signer-wrong", "a key where a workflow is awaited", refusal.Finding, signedBy(func(_ *scene, t testing.TB) signs { by, _ := byKey(t); return by })},
		{"issuer-wrong", "an account elsewhere with the same subject", refusal.Finding, identity("https://accounts.example.org", release)},
		{"certificate-expired", "a certificate that ended, without a timestamp", refusal.Finding, signedBy(func(s *scene, _ testing.TB) signs {
			return s.ca.signer(github, release, time.Now().Add(-time.Hour), false)
		})},
		{"timestamp-missing", "a certificate that lives, without a timestamp", refusal.Finding, signedBy(func(s *scene, _ testing.TB) signs {
			return s.ca.signer(github, release, time.Now().Add(-time.Minute), false)
		})},
		{"certificate-untrusted", "a certificate of an authority that nobody trusts", refusal.Finding, signedBy(func(s *scene, t testing.TB) signs {
			other := newAuthority(t)
			other.stamp = s.ca.stamp
			return other.identity(github, release)
		})},
		{"key-wrong", "another key", refusal.Finding, func(t testing.TB, s *scene) {
			s.by, _ = byKey(t)
			s.atHand(t)
			_, key := byKey(t)
			s.req.Policy = sign.Policy{Key: key}
		}},
		{"signature-invalid", "a release that was rewritten", refusal.Finding, func(t testing.TB, s *scene) {
			s.atHand(t)
			lines := s.req.Bundles[0].Lines
			lines[0] = edited(t, lines[0], func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("npm"), []byte("NPM")) })
		}},
		{"bundle-unreadable", "a file that is no bundle", refusal.Finding, func(t testing.TB, s *scene) {
			s.atHand(t)
			s.req.Bundles[0].Lines = append(s.req.Bundles[0].Lines, []byte(`{"hello":"world"}`))
		}},
		{"statement-unreadable", "a signed text that is no release's statement", refusal.Finding, func(t testing.TB, s *scene) {
			s.atHand(t)
			s.req.Bundles[0].Lines = [][]byte{s.by(t, []byte(`{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"x","predicate":{}}`))}
		}},
		{"identity-unknown", "a domain's namespace, and no word about its signer", refusal.Consent, func(t testing.TB, s *scene) {
			s.server["name"] = "com.acme/echo"
			s.atHand(t)
		}},
		{"signer-ambiguous", "two strangers who claim one release", refusal.Consent, func(t testing.TB, s *scene) {
			s.server["name"] = "com.acme/echo"
			s.atHand(t)
			s.by = s.ca.identity(github, "https://github.com/mallory/echo/.github/workflows/release.yml@refs/tags/v1.0.0")
			s.req.Bundles[0].Lines = append(s.req.Bundles[0].Lines, s.bundle(t, attest.TypeRelease))
			s.req.FirstUse = true
		}},
		{"offline-impossible", "a certificate, and no root of trust", refusal.Usage, func(t testing.TB, s *scene) {
			s.atHand(t)
			s.parts.Trust = nil
		}},
	}
}

// atHand asks for the file with bundles at hand.
func (s *scene) atHand(t testing.TB) {
	s.req, s.parts = s.request(t), s.world.parts()
	s.parts.Trust = s.ca.source(t)
}

// entry asks a registry.
func (s *scene) entry(t testing.TB, from verify.Registry) {
	s.req, s.parts = s.named(from)
	s.parts.Trust = s.ca.source(t)
}

// web lets the pointer lead to an address where a server answers.
func (s *scene) web(t testing.TB, answer []byte, status int) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write(answer)
	}))
	t.Cleanup(server.Close)
	s.atHand(t)
	_, sum := attach.Lines(s.bundles(t))
	digest, err := attest.Digest(s.json(t))
	require.NoError(t, err)
	raw, err := attest.WithPointer(s.json(t), attest.Pointer{Subject: digest, URL: server.URL + "/echo.jsonl", SHA256: sum})
	require.NoError(t, err)
	s.req = verify.Request{Server: raw, Source: "server.json"}
	s.parts.Web = verify.Download{Transport: server.Client().Transport, Allow: []string{server.Listener.Addr().String()}}
}
