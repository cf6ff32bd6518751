package publish

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/sbom"
	"github.com/mcpctl/mcpctl/publish/surface"
)

// compose writes the statements, all about the same subjects.
func (r *Release) compose(in Inputs, at time.Time) error {
	r.Created, r.Statements = at, nil
	subjects, err := r.subjects()
	if err != nil {
		return err
	}
	add := func(name, kind, note string, predicate any) error {
		b, err := attest.New(subjects, kind, predicate)
		if err != nil {
			return err
		}
		r.Statements = append(r.Statements, Statement{Name: name, Type: kind, Bytes: b, Note: note})
		return nil
	}
	release := attest.Release{Name: r.Name, Version: r.Version, Packages: r.files(), Remotes: r.Remotes}
	if err := add("release", attest.TypeRelease, "what belongs together: "+count(len(subjects), "subject"), release); err != nil {
		return err
	}
	if err := add("provenance", attest.TypeProvenance, "built "+builtOn(in.Build), in.Build.Provenance(time.Time{}, time.Time{})); err != nil {
		return err
	}
	if err := r.composeBills(in, at, add); err != nil {
		return err
	}
	return r.composeReports(in, add)
}

type adder func(name, kind, note string, predicate any) error

// composeBills adds a statement for each bill of materials.
func (r *Release) composeBills(in Inputs, at time.Time, add adder) error {
	if in.Bills == nil {
		return nil
	}
	bills, err := in.Bills(at)
	if err != nil {
		return err
	}
	seen := map[string]int{}
	for _, b := range bills {
		d, err := sbom.Read(b)
		if err != nil || !json.Valid(b) {
			if err == nil {
				err = fmt.Errorf("it is not JSON")
			}
			return &refusal.Refusal{Kind: refusal.Usage, Code: "sbom-unusable", Doing: "attesting the bill of materials", Err: err, Mend: "Give CycloneDX or SPDX 2.3 in JSON."}
		}
		name, kind := "sbom-"+strings.ToLower(d.Format), attest.TypeCycloneDX
		if d.Format == "SPDX" {
			kind = attest.TypeSPDX
		}
		if seen[name]++; seen[name] > 1 {
			name = fmt.Sprintf("%s-%d", name, seen[name])
		}
		note := fmt.Sprintf("%s %s, %s, %d %% complete", d.Format, d.Version, count(len(d.Components), "component"), d.Score().Total)
		if err := add(name, kind, note, json.RawMessage(b)); err != nil {
			return err
		}
	}
	return nil
}

// composeReports adds what was found out about the server's behaviour.
func (r *Release) composeReports(in Inputs, add adder) error {
	if len(in.Report) > 0 {
		predicate, passed, err := attest.TestResult(in.Report)
		if err != nil {
			return err
		}
		note := "the server conforms"
		if !passed {
			note = "the server does not conform"
			r.Notes = append(r.Notes, "The report of `mcpctl test` has failures, and everybody will see it attested.")
		}
		if err := add("test-result", attest.TypeTestResult, note, predicate); err != nil {
			return err
		}
	}
	if len(in.Surface) == 0 {
		return nil
	}
	snapshot, err := surface.Parse(in.Surface)
	if err != nil {
		return err
	}
	return add("surface", attest.TypeSurface, "what the server offers: "+count(len(snapshot.Entries), "descriptor"), snapshot)
}

// builtOn says where a release was built.
func builtOn(b attest.Build) string {
	switch b.Platform {
	case attest.GitHubActions:
		return "on GitHub Actions from " + b.Source + " " + b.Ref
	case attest.GitLabCI:
		return "on GitLab CI from " + b.Source + " " + b.Ref
	}
	if b.Commit != "" {
		return "on this machine from commit " + b.Commit[:min(len(b.Commit), 12)]
	}
	return "on this machine"
}

// subjects are what every statement is about.
func (r *Release) subjects() ([]attest.Subject, error) {
	server, err := attest.ServerSubject(r.Raw)
	if err != nil {
		return nil, err
	}
	all := []attest.Subject{server}
	for _, f := range r.files() {
		all = append(all, f.Subject())
	}
	return all, nil
}

// files are the files of all packages, each once.
func (r *Release) files() []attest.Package {
	all := []attest.Package{}
	seen := map[string]bool{}
	for _, p := range r.Packages {
		for _, f := range p.Files {
			key := f.Type + "\x00" + f.Identifier + "\x00" + digestWords(f.Digest)
			if !seen[key] {
				seen[key] = true
				all = append(all, f)
			}
		}
	}
	return all
}

// Digest is one thing that a plan binds.
type Digest struct {
	What   string `json:"what"`
	Digest string `json:"digest"`
}

// Digests are all that the release is bound to.
func (r *Release) Digests() []Digest {
	all := []Digest{{"server.json", r.Digest}}
	for _, p := range r.Packages {
		for _, f := range p.Files {
			all = append(all, Digest{"package " + p.String(), digestWords(f.Digest)})
		}
	}
	for _, s := range r.Statements {
		all = append(all, Digest{"statement " + s.Name, sum(s.Bytes)})
	}
	return all
}

// content is one digest of all that the release is bound to.
func (r *Release) content() string {
	var b strings.Builder
	for _, d := range r.Digests() {
		fmt.Fprintf(&b, "%q %s\n", d.What, d.Digest)
	}
	return sum([]byte(b.String()))
}

// bind is content with where it goes, which is in the pointer.
func (r *Release) bind() string {
	return sum(fmt.Appendf(nil, "%s %q %q", r.content(), r.Refs(), r.Settings.URL))
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(s[:])
}
