package publish

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/packages"
	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/serverjson"
)

// Inputs are what a release is made of, as the caller has read it.
type Inputs struct {
	// File is what findings call server.json, Raw its bytes.
	File string
	Raw  []byte
	// Folder has the project's other manifests; nil if there is none.
	Folder fs.FS
	// Tag is the release's tag, which has to name the version; empty for none.
	Tag string
	// Artifacts are files of packages that may not be published yet.
	Artifacts []Artifact
	// Bills makes the bills of materials, which carry that time.
	Bills func(time.Time) ([][]byte, error)
	// Report is of `mcpctl test --format json`, Surface a snapshot of what the
	// server offers; nil for none.
	Report, Surface []byte
	// Build is where the release is made.
	Build attest.Build
	// Now is the clock, Created the time of the plan that is applied.
	Now, Created time.Time
	// Settings are what the user wants.
	Settings Settings
}

// Artifact is a file that becomes, or is, what a registry of packages has.
type Artifact struct {
	Type string `json:"type"`
	// Identifier of the package, if there are several of the type.
	Identifier string `json:"identifier,omitempty"`
	Path       string `json:"path"`
}

// Settings say where a release goes. A plan's file keeps them.
type Settings struct {
	// AttachTo are image repositories that get an artifact of the release's own,
	// to which the attestations are attached.
	AttachTo []string `json:"attachTo,omitempty"`
	// URL is where the user puts the file of attestations.
	URL string `json:"attestationsUrl,omitempty"`
	// Out is a folder that gets the file of attestations.
	Out string `json:"out,omitempty"`
	// Upload has the artifacts uploaded by their ecosystem's client.
	Upload bool `json:"upload,omitempty"`
	// NoImages leaves the images of the release alone.
	NoImages bool `json:"noImages,omitempty"`
	// SignOnly makes the attestations and goes to no registry.
	SignOnly bool `json:"signOnly,omitempty"`
	// State is the folder that gets the journals.
	State string `json:"-"`
}

// Release is one server.json, its packages and the statements about them. It is
// not changed any more once it is gathered.
type Release struct {
	Name, Version string
	// Raw is server.json as the author wrote it, Canonical what is signed, and
	// Digest its "sha256:…".
	Raw, Canonical []byte
	Digest         string
	// Findings are all that is to be said of server.json; errors refuse.
	Findings   []serverjson.Finding
	Packages   []Package
	Remotes    []string         // addresses
	Domains    []packages.Proof // of the remotes; the registry asks for none
	Statements []Statement
	// Created is the time that all statements carry.
	Created  time.Time
	Settings Settings
	// Problems are why the release cannot be published as it is.
	Problems []*refusal.Refusal
	Notes    []string
}

// Statement is what one bundle will sign.
type Statement struct {
	Name  string // "release", "provenance", "sbom-cyclonedx", …
	Type  string // of the predicate
	Bytes []byte
	Note  string // for people
}

// Gather makes the release. It reads, and asks for packages; it changes nothing.
// The refusals are server-json-unreadable and server-json-invalid; with the
// latter there is a release that has only findings. Everything else that stands
// against publishing is among Problems.
func Gather(ctx context.Context, in Inputs, s Services) (*Release, error) {
	r := &Release{Raw: in.Raw, Settings: in.Settings}
	if err := r.check(in, s.Targets); err != nil {
		return r, err
	}
	var err error
	if r.Canonical, err = attest.Canonical(in.Raw); err != nil {
		return r, err
	}
	if r.Digest, err = attest.Digest(in.Raw); err != nil {
		return r, err
	}
	if err := r.packages(ctx, in, s.Packages); err != nil {
		return r, err
	}
	// A release that was begun keeps its time, so that its statements stay the
	// same; if something else in it has changed it is another one, of now.
	for _, at := range moments(in, r) {
		if err := r.compose(in, at); err != nil {
			return r, err
		}
		if !in.Created.IsZero() || begunAs(r) {
			break
		}
	}
	r.repositories(ctx, s.Images)
	if _, err := attest.WithPointer(r.Raw, r.pointer(strings.Repeat("0", 64))); err != nil {
		r.problem(err)
	}
	r.findable(s.Targets)
	return r, nil
}

// moments are the times that the release could have, the likeliest first.
func moments(in Inputs, r *Release) []time.Time {
	if !in.Created.IsZero() {
		return []time.Time{in.Created.UTC()}
	}
	var all []time.Time
	if j, err := readJournal(r); err == nil && j != nil {
		all = append(all, j.Created)
	}
	return append(all, in.Now.UTC().Truncate(time.Second))
}

func begunAs(r *Release) bool {
	j, err := readJournal(r)
	return err == nil && j != nil && j.Digest == r.content()
}

// publicRules are about hosts that everybody reaches, and so bind entries of the
// official registry only: a private one may list what only its users reach.
func publicRules(rule string) bool {
	switch rule {
	case "oci/host", "mcpb/url", "remote/local", "remote/https":
		return true
	}
	return false
}

func (r *Release) check(in Inputs, targets []Target) error {
	official := len(targets) == 0
	for _, t := range targets {
		official = official || t.Official
	}
	d, bad := serverjson.Parse(in.File, in.Raw)
	r.Findings = bad
	if d != nil {
		r.Findings = d.Check()
		var sources []serverjson.Source
		if in.Folder != nil {
			var err error
			if sources, err = serverjson.Sources(in.Folder); err != nil {
				return &refusal.Refusal{Kind: refusal.Usage, Code: "manifest-unreadable", Doing: "comparing the project's manifests", Err: err, Mend: "Correct the manifest."}
			}
		}
		r.Findings = append(r.Findings, d.Agree(sources, in.Tag)...)
	}
	errors := 0
	for i, f := range r.Findings {
		if !official && publicRules(f.Rule) {
			r.Findings[i].Level = serverjson.Warning
			continue
		}
		if f.Level == serverjson.Error {
			errors++
		}
	}
	if errors > 0 {
		return &refusal.Refusal{Kind: refusal.Finding, Code: "server-json-invalid", Doing: "checking " + in.File,
			Why:  fmt.Sprintf("%s in it, and registries refuse such a file or take it in another meaning", count(errors, "error")),
			Mend: "Each finding says what to do; `mcpctl publish check` shows them again."}
	}
	var id struct{ Name, Version string }
	if err := json.Unmarshal(in.Raw, &id); err != nil {
		return &refusal.Refusal{Kind: refusal.Usage, Code: "server-json-unreadable", Doing: "reading " + in.File, Err: err, Mend: "Correct the file."}
	}
	r.Name, r.Version = id.Name, id.Version
	return nil
}

// findable notes when nobody but the publisher will find the attestations.
func (r *Release) findable(targets []Target) {
	if len(r.Refs()) > 0 || r.Settings.URL != "" || r.Settings.SignOnly {
		return
	}
	for _, t := range targets {
		if _, keeps := t.Registry.(Shelf); keeps && t.Held == nil {
			return // a folder
		}
	}
	r.Notes = append(r.Notes, "Nothing but a registry that keeps attestations will lead users to them: give --attach-to REPOSITORY, or --attestations-url.")
}

// problem keeps what stands against publishing.
func (r *Release) problem(err error) {
	if known, ok := refusal.Of(err); ok {
		r.Problems = append(r.Problems, known)
		return
	}
	r.Problems = append(r.Problems, &refusal.Refusal{Kind: refusal.Environment, Code: "failed", Doing: "preparing the release", Err: err})
}

// ID is the release in one word.
func (r *Release) ID() string { return r.Name + "@" + r.Version }

// count is a number of things, in words.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
