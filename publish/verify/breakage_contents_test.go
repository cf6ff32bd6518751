package verify_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/packages"
	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/sign"
	"github.com/mcpctl/mcpctl/publish/verify"
)

// contents are breakages of what was signed.
func contents() []breakage {
	spoilt := func(change func(*scene)) func(testing.TB, *scene) {
		return func(t testing.TB, s *scene) { change(s); s.atHand(t) }
	}
	without := func(predicateType, require string) func(testing.TB, *scene) {
		return func(t testing.TB, s *scene) {
			s.atHand(t)
			var kept [][]byte
			for _, kind := range []string{attest.TypeRelease, attest.TypeProvenance, attest.TypeCycloneDX, attest.TypeTestResult} {
				if kind != predicateType {
					kept = append(kept, s.bundle(t, kind))
				}
			}
			s.req.Bundles[0].Lines = kept
			if require != "" {
				s.req.Require = []string{require}
			}
		}
	}
	tampered := func(at int, old, new string) func(testing.TB, *scene) {
		return func(t testing.TB, s *scene) {
			s.atHand(t)
			lines := s.req.Bundles[0].Lines
			lines[at] = edited(t, lines[at], func(b []byte) []byte { return bytes.ReplaceAll(b, []byte(old), []byte(new)) })
		}
	}
	return []breakage{
		{"server-json-differs", "a server.json that was rewritten", refusal.Finding, func(t testing.TB, s *scene) {
			s.atHand(t)
			s.server["remotes"] = []any{map[string]any{"type": "streamable-http", "url": "https://mallory.example.org/mcp"}}
			s.req.Server = s.json(t)
		}},
		{"release-missing", "attestations without a release", refusal.Finding, without(attest.TypeRelease, "")},
		{"release-missing", "statements of another version", refusal.Finding, func(t testing.TB, s *scene) {
			s.atHand(t)
			s.server["version"] = "2.0.0"
			s.req.Server = s.json(t)
		}},
		{"provenance-missing", "no provenance", refusal.Finding, without(attest.TypeProvenance, "provenance")},
		{"sbom-missing", "no bill of materials", refusal.Finding, without(attest.TypeCycloneDX, "sbom")},
		{"conformance-missing", "no conformance result", refusal.Finding, without(attest.TypeTestResult, "conformance")},
		{"surface-missing", "no snapshot", refusal.Finding, without("", "surface")},
		{"release-differs", "a release of another name", refusal.Finding, spoilt(func(s *scene) { s.withRelease = func(r *attest.Release) { r.Name = "io.github.acme/other" } })},
		{"release-differs", "a release that lists what it does not sign", refusal.Finding, spoilt(func(s *scene) {
			s.withRelease = func(r *attest.Release) {
				r.Packages = append(r.Packages, attest.Package{Type: "npm", Identifier: "evil", Version: "1.0.0", Digest: map[string]string{"sha256": strings.Repeat("0", 64)}})
			}
		})},
		{"subjects-differ", "a bill of materials of other files", refusal.Finding, func(t testing.TB, s *scene) {
			s.atHand(t)
			s.subjects = s.about(t)[:1]
			s.req.Bundles[0].Lines[2] = s.bundle(t, attest.TypeCycloneDX)
		}},
		{"conformance-failed", "a result that is none", refusal.Finding, spoilt(func(s *scene) { s.result = "FAILED" })},
		{"signature-invalid", "a bill of materials that was rewritten", refusal.Finding, tampered(2, `"specVersion":"1.6"`, `"specVersion":"1.5"`)},
		{"signature-invalid", "a conformance result that was rewritten", refusal.Finding, tampered(3, `"failedTests":[]`, `"failedTests":["x"]`)},
		{"sbom-unreadable", "a bill of materials that is none", refusal.Finding, spoilt(func(s *scene) { s.bill = map[string]any{"hello": "world"} })},
		{"sbom-differs", "another bill of materials at hand", refusal.Finding, func(t testing.TB, s *scene) {
			s.atHand(t)
			s.bill["version"] = 2
			raw, err := json.Marshal(s.bill)
			require.NoError(t, err)
			s.req.SBOM = raw
		}},
		{"provenance-unreadable", "a provenance of another shape", refusal.Finding, spoilt(func(s *scene) { s.provenance = map[string]any{"buildDefinition": "by hand"} })},
		{"provenance-sourceless", "a required provenance without a source", refusal.Finding, func(t testing.TB, s *scene) {
			s.source = ""
			s.atHand(t)
			s.req.Require = []string{"provenance"}
		}},
		{"provenance-source-differs", "a build of a fork", refusal.Finding, spoilt(func(s *scene) { s.source = "https://github.com/mallory/echo" })},
		{"surface-unreadable", "a snapshot that is none", refusal.Finding, spoilt(func(s *scene) { s.surface = map[string]any{"entries": 7} })},
		{"live-unreachable", "a live server that is not there", refusal.Environment, func(t testing.TB, s *scene) {
			s.surface = snapshotOf(t, mcptest.New().Target(t, mcp.HTTP))
			s.atHand(t)
			s.parts.Live = liveAt(mcp.Target{Name: "gone", URL: "http://127.0.0.1:1/mcp"})
		}},
		{"package-differs", "a package that was exchanged", refusal.Finding, func(t testing.TB, s *scene) {
			s.atHand(t)
			s.parts.Packages = atHand{npmTarball(t, "1.0.0", "stolen")}
		}},
		{"artifact-version", "a package that says another version of itself", refusal.Finding, func(t testing.TB, s *scene) {
			s.atHand(t)
			s.parts.Packages = atHand{npmTarball(t, "1.0.1", "hello")}
		}},
		{"package-unsigned", "a package that is in no statement", refusal.Finding, spoilt(func(s *scene) { s.packages = nil })},
		{"package-unchecked", "a package that nobody can ask for", refusal.Environment, func(t testing.TB, s *scene) {
			s.atHand(t)
			s.parts.Packages = failing{errors.New("the client is not installed")}
		}},
		{"package-unchecked", "a package without any file", refusal.Environment, func(t testing.TB, s *scene) {
			s.atHand(t)
			s.parts.Packages = failing{}
		}},
		{"package-unchecked", "a package, offline", refusal.Environment, func(t testing.TB, s *scene) {
			s.atHand(t)
			s.parts.Packages = nil
		}},
	}
}

// memories are breakages of what the lock remembers.
func memories() []breakage {
	locked := func(change func(*scene)) func(testing.TB, *scene) {
		return func(t testing.TB, s *scene) {
			s.atHand(t)
			lock, changed := (*verify.Lock)(nil).Remember(s.verify(t), time.Now())
			require.True(t, changed)
			change(s)
			s.atHand(t)
			s.req.Lock = lock
		}
	}
	other := "https://github.com/acme/echo/.github/workflows/other.yml@refs/tags/v1.0.0"
	return []breakage{
		{"signer-changed", "another workflow than before", refusal.Finding, locked(func(s *scene) { s.by = s.ca.identity(github, other) })},
		{"signer-changed", "another workflow, although the flags allow it", refusal.Finding, func(t testing.TB, s *scene) {
			locked(func(s *scene) { s.by = s.ca.identity(github, other) })(t, s)
			s.req.Policy = sign.Policy{Issuer: github, Subject: other}
		}},
		{"certificate-expired", "the same as before, without proof that it was he", refusal.Finding, locked(func(s *scene) { s.by = s.ca.signer(github, release, time.Now().Add(-time.Hour), false) })},
		{"timestamp-missing", "the same as before, without a timestamp", refusal.Finding, locked(func(s *scene) { s.by = s.ca.signer(github, release, time.Now().Add(-time.Minute), false) })},
		{"entry-changed", "the same version with another server.json", refusal.Finding, locked(func(s *scene) { s.server["title"] = "Echo" })},
		{"entry-changed", "the same version with another package", refusal.Finding, func(t testing.TB, s *scene) {
			locked(func(s *scene) {
				s.tarball = npmTarball(t, "1.0.0", "rebuilt")
				files, err := packages.Local(s.tarball, packages.Package{Type: "npm", Identifier: "@acme/echo", Version: "1.0.0"})
				require.NoError(t, err)
				s.packages = files
			})(t, s)
		}},
		{"not-locked", "a version that the lock does not have", refusal.Finding, func(t testing.TB, s *scene) {
			locked(func(s *scene) { s.server["version"] = "1.0.1" })(t, s)
			s.req.Locked = true
		}},
	}
}
