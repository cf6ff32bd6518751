//go:build unix

package realoci

import (
	"testing"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Image pushes a small image of random content for linux/amd64 to a tag, like
// "acme/echo:1.0.0", with labels in its configuration. It answers the reference
// with the digest. Pushing goes past Options.Wrap.
func (r *Registry) Image(t testing.TB, tag string, labels map[string]string) string {
	t.Helper()
	ref := r.tag(t, tag)
	image := newImage(t, "amd64", labels)
	must(t, remote.Write(ref, image, r.options()...))
	return r.digest(t, ref, image)
}

// Index pushes an index of two images: linux/amd64, which has the labels, and
// linux/arm64, which has none. It answers the reference with the index's digest.
func (r *Registry) Index(t testing.TB, tag string, labels map[string]string) string {
	t.Helper()
	ref := r.tag(t, tag)
	index := mutate.AppendManifests(mutate.IndexMediaType(empty.Index, types.OCIImageIndex), part(t, "arm64", nil), part(t, "amd64", labels))
	must(t, remote.WriteIndex(ref, index, r.options()...))
	return r.digest(t, ref, index)
}

func part(t testing.TB, architecture string, labels map[string]string) mutate.IndexAddendum {
	t.Helper()
	return mutate.IndexAddendum{
		Add:        newImage(t, architecture, labels),
		Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: architecture}},
	}
}

func newImage(t testing.TB, architecture string, labels map[string]string) v1.Image {
	t.Helper()
	image, err := random.Image(512, 1)
	must(t, err)
	config, err := image.ConfigFile()
	must(t, err)
	config = config.DeepCopy()
	config.OS, config.Architecture, config.Config.Labels = "linux", architecture, labels
	image, err = mutate.ConfigFile(mutate.MediaType(image, types.OCIManifestSchema1), config)
	must(t, err)
	return image
}

// tag is the reference behind the wrapper: a fixture is no part of the test.
func (r *Registry) tag(t testing.TB, tag string) name.Tag {
	t.Helper()
	ref, err := name.NewTag(r.direct + "/" + tag)
	must(t, err)
	return ref
}

// digest is the reference as the test uses it.
func (r *Registry) digest(t testing.TB, ref name.Tag, pushed interface{ Digest() (v1.Hash, error) }) string {
	t.Helper()
	digest, err := pushed.Digest()
	must(t, err)
	return r.Host + "/" + ref.RepositoryStr() + "@" + digest.String()
}

func (r *Registry) options() []remote.Option {
	if !r.private {
		return nil
	}
	return []remote.Option{remote.WithAuth(&authn.Basic{Username: User, Password: Password})}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
