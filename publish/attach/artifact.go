package attach

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// ArtifactType is the type of the artifact that carries the attestations of a
// release without an image. Its one layer is the canonical server.json.
const ArtifactType = "application/vnd.mcpctl.release.v1+json"

const (
	emptyType  types.MediaType = "application/vnd.oci.empty.v1+json"
	serverType types.MediaType = "application/vnd.mcpctl.server.v1+json"
	emptyJSON                  = "{}"
	titleNote                  = "org.opencontainers.image.title"
)

// Artifact answers the digest that PushArtifact's manifest will have, without
// the network. server is the canonical server.json; equal bytes, equal digest.
func Artifact(server []byte) (manifestDigest string) {
	return digestOf(artifactManifest(server))
}

// PushArtifact puts the artifact of a release into a repository and answers it
// as repo@sha256:…. It is tagged, lest the registry sweep it away. Where it is
// already there nothing is written. Refusals: push-denied, reference-malformed,
// image-missing (no such repository), and those of every registry (oci-…).
func PushArtifact(ctx context.Context, repo string, server []byte, o Options) (ref string, err error) {
	doing := "pushing the release's artifact to " + repo
	parsed, err := parseRepository(doing, repo)
	if err != nil {
		return "", err
	}
	s, err := open(ctx, parsed, transport.PushScope, o)
	if err != nil {
		return "", refusePush(doing, err)
	}
	defer s.close()
	if err := s.pushArtifact(server); err != nil {
		return "", refusePush(doing, err)
	}
	return repo + "@" + Artifact(server), nil
}

func (s *session) pushArtifact(server []byte) error {
	raw := artifactManifest(server)
	tag := s.repo.Tag(artifactTag(digestOf(raw)))
	there, err := s.manifest(tag.TagStr())
	if err == nil && there.digest == digestOf(raw) {
		return nil
	}
	if err != nil && !isStatus(err, http.StatusNotFound) {
		return err
	}
	for _, layer := range []v1.Layer{static.NewLayer(server, serverType), static.NewLayer([]byte(emptyJSON), emptyType)} {
		if err := remote.WriteLayer(s.repo, layer, s.remote()...); err != nil {
			return err
		}
	}
	return remote.Put(tag, document{raw, types.OCIManifestSchema1}, s.remote()...)
}

// artifactManifest is written field by field as the bytes decide the digest.
func artifactManifest(server []byte) []byte {
	raw, err := json.Marshal(v1.Manifest{
		SchemaVersion: 2,
		MediaType:     types.OCIManifestSchema1,
		ArtifactType:  ArtifactType,
		Config:        describe([]byte(emptyJSON), emptyType, nil),
		Layers:        []v1.Descriptor{describe(server, serverType, map[string]string{titleNote: "server.json"})},
	})
	if err != nil {
		panic("attach: a manifest of strings and numbers is always JSON: " + err.Error())
	}
	return raw
}

func artifactTag(digest string) string {
	return "mcpctl-" + strings.TrimPrefix(digest, "sha256:")[:16]
}

func describe(content []byte, mediaType types.MediaType, annotations map[string]string) v1.Descriptor {
	algorithm, hex, _ := strings.Cut(digestOf(content), ":")
	return v1.Descriptor{
		MediaType: mediaType, Size: int64(len(content)),
		Digest: v1.Hash{Algorithm: algorithm, Hex: hex}, Annotations: annotations,
	}
}

// document is a manifest as its bytes, which the library puts as they are.
type document struct {
	raw       []byte
	mediaType types.MediaType
}

func (d document) RawManifest() ([]byte, error)        { return d.raw, nil }
func (d document) MediaType() (types.MediaType, error) { return d.mediaType, nil }

var _ remote.Taggable = document{}

func isStatus(err error, status int) bool {
	var answer *transport.Error
	return errors.As(err, &answer) && answer.StatusCode == status
}

func tagOf(digest name.Digest) string {
	return strings.Replace(digest.DigestStr(), ":", "-", 1)
}
