package publish

import (
	"context"

	"github.com/mcpctl/mcpctl/publish/attach"
	"github.com/mcpctl/mcpctl/publish/packages"
	"github.com/mcpctl/mcpctl/publish/registry"
	"github.com/mcpctl/mcpctl/publish/sign"
)

// Registry is where entries are published. registry.Client is one over HTTP; a
// folder on the disk is another.
type Registry interface {
	Get(ctx context.Context, name, version string) (*registry.Entry, error)
	Publish(ctx context.Context, server []byte, token string) (*registry.Entry, error)
	Status(ctx context.Context, name, version, status, message, token string) error
}

// Shelf is a registry that also keeps attestations.
type Shelf interface {
	Attestations(ctx context.Context, sha256 string) ([]byte, error)
	PutAttestations(ctx context.Context, jsonl []byte, token string) error
}

// Target is a registry and the way to a token for it.
type Target struct {
	// Name is what the user calls it: an address or a folder.
	Name     string
	Registry Registry
	// Official says that it is held to the rules of the official registry about
	// public hosts.
	Official bool
	// Held is the token in the store, if there is one. Without it the registry
	// wants none: a folder.
	Held func() (registry.Token, bool)
	// Login gets a new token; without it there is no way to one.
	Login func(ctx context.Context) (registry.Token, error)
	// Early says that Login asks no person and may be called again, so that it can
	// be tried before anything is signed.
	Early bool
	// How says for people where Login gets it from.
	How string
}

// Packages asks ecosystems about packages. packages.Checker is one.
type Packages interface {
	Prove(ctx context.Context, serverName string, p packages.Package) packages.Proof
	Upload(ctx context.Context, p packages.Package, file string) error
}

// Images is where attestations are attached. OCI is one.
type Images interface {
	MayPush(ctx context.Context, repo string) error
	PushArtifact(ctx context.Context, repo string, canonical []byte) (string, error)
	Attach(ctx context.Context, ref string, bundles [][]byte) ([]attach.Attached, error)
	Fetch(ctx context.Context, ref string) ([][]byte, error)
	Detach(ctx context.Context, ref, digest string) error
}

// Services are the outside world as publishing sees it.
type Services struct {
	Packages Packages
	Images   Images
	Targets  []Target
	// Signer is called once, when the first statement is to be signed.
	Signer func(ctx context.Context) (sign.Signer, error)
	// Download gets the bytes at an address, or a refusal with the code not-found.
	Download func(ctx context.Context, url string, most int64) ([]byte, error)
}

// OCI is the real Images.
type OCI struct{ Options attach.Options }

// MayPush asks whether the credentials at hand let us push.
func (o OCI) MayPush(ctx context.Context, repo string) error {
	return attach.MayPush(ctx, repo, o.Options)
}

// PushArtifact pushes the artifact that stands for a release without an image.
func (o OCI) PushArtifact(ctx context.Context, repo string, canonical []byte) (string, error) {
	return attach.PushArtifact(ctx, repo, canonical, o.Options)
}

// Attach adds bundles to an image as its referrers.
func (o OCI) Attach(ctx context.Context, ref string, bundles [][]byte) ([]attach.Attached, error) {
	return attach.Attach(ctx, ref, bundles, o.Options)
}

// Fetch reads the bundles that are attached to an image.
func (o OCI) Fetch(ctx context.Context, ref string) ([][]byte, error) {
	return attach.Fetch(ctx, ref, o.Options)
}

// Detach removes a referrer of an image.
func (o OCI) Detach(ctx context.Context, ref, digest string) error {
	return attach.Detach(ctx, ref, digest, o.Options)
}
