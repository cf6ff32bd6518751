package publish

import (
	"context"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/publish/attach"
	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/packages"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// Package is one package of the release, and what is known of it.
type Package struct {
	packages.Package
	// Files are what is bound to the release, by digest.
	Files []attest.Package
	// Proof is who owns the package, or what is wrong with it.
	Proof packages.Proof
	// Artifacts are files of it on this machine.
	Artifacts []string
	// Ref is an image by its digest, HOST/PATH@sha256:…; empty for others.
	Ref string
}

// packages asks for the proof and the digests of every package.
func (r *Release) packages(ctx context.Context, in Inputs, ask Packages) error {
	list, remotes, err := packages.List(in.Raw)
	if err != nil {
		return err
	}
	for _, remote := range remotes {
		r.Remotes = append(r.Remotes, remote.URL)
		r.Domains = append(r.Domains, packages.ProveRemote(r.Name, remote))
	}
	left := in.Artifacts
	for _, p := range list {
		known := Package{Package: p}
		var local []attest.Package
		local, left, err = known.take(r.Name, left, list)
		spoiled := err != nil
		if spoiled {
			r.problem(err)
		}
		known.Proof = ask.Prove(ctx, r.Name, p)
		known.Files, err = known.bound(local)
		if err != nil && !(spoiled && known.awaited()) { // it is not there yet, and its file is no way round that
			r.problem(err)
		}
		if p.Type == packages.OCI && moves(p.Identifier) {
			r.problem(&refusal.Refusal{Kind: refusal.Finding, Code: "oci-mutable", Doing: "binding the image " + p.Identifier, Why: "its tag is moved to whatever was pushed last", Mend: "Name the version, or better the digest."})
		}
		if p.Type == packages.OCI && len(known.Files) > 0 {
			known.Ref = repository(p.Identifier) + "@sha256:" + known.Files[0].Digest["sha256"]
		}
		r.Packages = append(r.Packages, known)
	}
	for _, a := range left {
		return &refusal.Refusal{Kind: refusal.Usage, Code: "artifact-unknown", Doing: "taking " + a.Path,
			Why: "server.json lists no package of type " + strings.TrimSuffix(a.Type+" called "+a.Identifier, " called "), Mend: "Write --artifact TYPE=FILE, or TYPE:IDENTIFIER=FILE, for a package of server.json."}
	}
	return ctx.Err()
}

// take gives the package its artifacts, and answers those that are left.
func (p *Package) take(name string, all []Artifact, list []packages.Package) (local []attest.Package, left []Artifact, err error) {
	alike := 0
	for _, other := range list {
		if other.Type == p.Type && other.Identifier != p.Identifier {
			alike++
		}
	}
	for _, a := range all {
		if a.Type != p.Type || a.Identifier != p.Identifier && (a.Identifier != "" || alike > 0) {
			left = append(left, a)
			continue
		}
		proof := packages.ProveLocal(name, a.Path, p.Package)
		if failed := proof.Err(); failed != nil {
			err = failed
		}
		local = append(local, proof.Files...)
		p.Artifacts = append(p.Artifacts, a.Path)
	}
	return local, left, err
}

// bound are the files that the release speaks of: those that users get, or,
// before they can, those that will be uploaded.
func (p *Package) bound(local []attest.Package) ([]attest.Package, error) {
	published := p.Proof.Files
	switch {
	case p.Proof.Err() == nil && len(published) > 0:
		if missing := strangers(local, published); missing != "" {
			return published, &refusal.Refusal{Kind: refusal.Finding, Code: "artifact-differs", Doing: "comparing " + strings.Join(p.Artifacts, ", ") + " with " + p.String(),
				Why: "what is published has other bytes than the file, " + missing, Mend: "Give the file that was published, or raise the version and publish this one."}
		}
		return published, nil
	case len(local) > 0 && p.Proof.Code == "client-missing":
		return local, p.Proof.Err() // waiting would not help
	case len(local) > 0 && p.awaited():
		return local, nil
	case p.Proof.Err() == nil:
		return nil, &refusal.Refusal{Kind: refusal.Environment, Code: "package-unchecked", Doing: "asking for " + p.String(), Why: "nobody says what its digests are", Mend: p.give()}
	case p.awaited():
		known, _ := refusal.Of(p.Proof.Err())
		with := *known
		with.Mend = sentence(known.Mend) + p.give()
		return nil, &with
	}
	return published, p.Proof.Err()
}

// awaited reports a package that may yet be seen.
func (p *Package) awaited() bool {
	return p.Proof.State == packages.NotFound || p.Proof.State == packages.Unchecked
}

func (p *Package) give() string {
	if p.Type == packages.OCI {
		return "Push the image first."
	}
	return "To sign before it is there, give its file: --artifact " + p.Type + "=FILE."
}

// strangers names the first file of ours that is not among theirs.
func strangers(ours, theirs []attest.Package) string {
	for _, o := range ours {
		found := false
		for _, t := range theirs {
			found = found || sameBytes(o.Digest, t.Digest)
		}
		if !found {
			return digestWords(o.Digest)
		}
	}
	return ""
}

// sameBytes reports digests that agree in an algorithm and differ in none.
func sameBytes(a, b map[string]string) bool {
	same := false
	for algorithm, value := range a {
		other, both := b[algorithm]
		if both && other != value {
			return false
		}
		same = same || both
	}
	return same
}

// digestWords is the strongest digest, as algorithm:value.
func digestWords(d map[string]string) string {
	for _, algorithm := range []string{"sha256", "sha512"} {
		if v := d[algorithm]; v != "" {
			return algorithm + ":" + v
		}
	}
	return ""
}

// repository is an image's reference without tag and digest.
func repository(reference string) string {
	name, _, _ := strings.Cut(reference, "@")
	if colon := strings.LastIndexByte(name, ':'); colon > strings.LastIndexByte(name, '/') {
		name = name[:colon]
	}
	return name
}

// moves reports a reference without digest whose tag does not name a version.
// server.json's own rules say so too, but not of hosts on this machine.
func moves(reference string) bool {
	if strings.Contains(reference, "@") {
		return false
	}
	tag := strings.TrimPrefix(strings.TrimPrefix(reference, repository(reference)), ":")
	return slices.Contains([]string{"", "latest", "main", "master", "edge", "dev", "nightly", "stable"}, strings.ToLower(tag))
}

// Refs are where attestations are attached: the images of the release, then the
// artifacts of its own.
func (r *Release) Refs() []string {
	var refs []string
	add := func(ref string) {
		if ref != "" && !slices.Contains(refs, ref) {
			refs = append(refs, ref)
		}
	}
	for _, p := range r.Packages {
		if !r.Settings.NoImages {
			add(p.Ref)
		}
	}
	for _, repo := range r.Settings.AttachTo {
		add(repo + "@" + attach.Artifact(r.Canonical))
	}
	return refs
}

// repositories refuses what is no repository. Whether we may push there is asked
// when the plan is applied, since it is no mere reading.
func (r *Release) repositories(ctx context.Context, images Images) {
	for _, repo := range r.Settings.AttachTo {
		_, err := images.Fetch(ctx, repo+"@"+attach.Artifact(r.Canonical))
		if known, ok := refusal.Of(err); ok && known.Kind == refusal.Usage {
			r.problem(err)
		}
	}
}

// pointer says where the attestations are, whose file has that SHA-256.
func (r *Release) pointer(sum string) attest.Pointer {
	return attest.Pointer{Subject: r.Digest, OCI: r.Refs(), URL: r.Settings.URL, SHA256: sum}
}

// sentence is text to which another sentence can be added.
func sentence(text string) string {
	if text == "" || strings.HasSuffix(text, ".") {
		return text + " "
	}
	return text + ". "
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
