package verify

import (
	"context"
	"fmt"
	"slices"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/packages"
	"github.com/mcpctl/mcpctl/publish/registry"
	"github.com/mcpctl/mcpctl/publish/sign"
	"github.com/mcpctl/mcpctl/publish/surface"
)

// Request says what to verify: one of Name, Server and Image, and how strictly.
type Request struct {
	// Name and Version ask for a registry's entry; the latest without a version.
	Name, Version string
	// Server is a server.json at hand.
	Server []byte
	// Image is a reference, host/repository with a tag or digest.
	Image string
	// Source is what the user calls the place where it comes from.
	Source string

	// Bundles are at hand. With them, nothing is looked for elsewhere.
	Bundles []Bundles
	// Require are attestations without which it fails: see Requirable.
	Require []string
	// WithoutPackages leaves the bytes of the packages unproven.
	WithoutPackages bool
	// SBOM is a bill of materials that has to be the signed one.
	SBOM []byte

	// Policy is who has to have signed; zero for what lock and namespace say.
	Policy sign.Policy
	// FirstUse accepts whoever signed a name that nothing is known of.
	FirstUse bool
	// SignerChange are names whose signer may be another than the lock's.
	SignerChange []string
	// Lock is what was accepted before; nil without a lock.
	Lock *Lock
	// Locked accepts only versions that are in the lock.
	Locked bool
}

// Bundles are signed statements and where they come from.
type Bundles struct {
	From  string
	Lines [][]byte
}

// Parts are the way to the outside. What is nil is not asked, and what would have
// needed it fails with the code offline-impossible.
type Parts struct {
	Registry Registry
	Shelf    Shelf
	Images   Images
	Web      Web
	Packages Packages
	// Trust is asked once, and only if a signature is not by a known key.
	Trust func(context.Context) (Trust, error)
	// Live asks the running server for its surface in those revisions; nil leaves
	// that out. It is called only when everything else has held.
	Live func(ctx context.Context, revisions ...mcp.Revision) (*surface.Snapshot, error)
}

// Registry answers entries; registry.Client is one.
type Registry interface {
	Get(ctx context.Context, name, version string) (*registry.Entry, error)
}

// Shelf answers files of bundles that a registry keeps; registry.Client is one.
type Shelf interface {
	Attestations(ctx context.Context, sha256 string) ([]byte, error)
}

// Images answers what an image registry has.
type Images interface {
	Resolve(ctx context.Context, ref string) (digest string, err error)
	Fetch(ctx context.Context, ref string) ([][]byte, error)
}

// Web answers what lies at an address, up to a number of bytes.
type Web interface {
	Get(ctx context.Context, address string, most int64) ([]byte, error)
}

// Packages answers the digests of a package's files: packages.Checker, or one that
// reads files at hand.
type Packages interface {
	Digests(ctx context.Context, p packages.Package) ([]attest.Package, error)
}

// Trust verifies bundles; sign.Trust is one.
type Trust interface {
	Verify(bundle []byte, p sign.Policy) (*sign.Verified, error)
	Read(bundle []byte) (*sign.Verified, error)
}

// Requirable are the attestations that Request.Require can name.
func Requirable() []string { return []string{"provenance", "sbom", "conformance", "surface"} }

// Verify makes every check that can be made. What fails is in the result; an error
// is a request that makes no sense, or a context that ended.
func Verify(ctx context.Context, req Request, parts Parts) (*Result, error) {
	if err := req.check(); err != nil {
		return nil, err
	}
	v := &verification{Request: req, parts: parts, hosts: map[string]bool{},
		Result: &Result{Schema: Schema, Source: req.Source, Verdict: Pass, Checks: []Check{}}}
	// Each step hangs on the one before; one that cannot go on ends it.
	for _, step := range []func(context.Context) bool{v.find, v.gather, v.release, v.attested, v.proven, v.remembered, v.live} {
		on := step(ctx)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if !on {
			break
		}
	}
	for host := range v.hosts {
		v.Hosts = append(v.Hosts, host)
	}
	slices.Sort(v.Hosts)
	return v.Result, nil
}

func (r Request) check() error {
	for _, name := range r.Require {
		if !slices.Contains(Requirable(), name) {
			return fail("require-unknown", "reading what is required", fmt.Sprintf("there is no attestation called %q", name))
		}
	}
	if r.Locked && r.Lock == nil {
		return fail("lock-missing", "looking into the lock", "there is none")
	}
	return checkPolicy(r.Policy)
}

// verification is one run of Verify, which adds to it as it goes.
type verification struct {
	Request
	*Result
	parts Parts
	hosts map[string]bool
	trust Trust

	server   []byte            // the server.json, empty if only an image is verified
	pointer  attest.Pointer    // of server.json, if it has one
	image    string            // host/repository@sha256:… that is verified
	found    []*bundle         // all bundles
	signed   *bundle           // the release that counts
	released attest.Release    // what it says
	surface  *surface.Snapshot // as it was signed
}
