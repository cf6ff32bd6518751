package attach

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// Detach takes the bundle whose manifest has that digest (Attached.Digest) off
// repo@sha256:…. It is done where it is already gone. Where a fallback tag lists
// it, leaving the list is enough, even if the registry deletes nothing. Refusals:
// detach-foreign (that is no bundle about ref), detach-unsupported (the registry
// deletes nothing), push-denied, reference-malformed, oci-….
func Detach(ctx context.Context, ref, digest string, o Options) error {
	doing := "taking the attestation " + digest + " off " + ref
	subject, err := parseDigest(doing, ref)
	if err != nil {
		return err
	}
	victim, err := parseDigest(doing, subject.Context().Name()+"@"+digest)
	if err != nil {
		return err
	}
	s, err := open(ctx, subject.Context(), transport.DeleteScope, o)
	if err != nil {
		return refusePush(doing, err)
	}
	defer s.close()
	if err := s.detach(doing, subject, victim); err != nil {
		return refusePush(doing, err)
	}
	return nil
}

func (s *session) detach(doing string, subject, victim name.Digest) error {
	m, err := s.manifest(victim.DigestStr())
	gone := isStatus(err, http.StatusNotFound)
	if err != nil && !gone {
		return err
	}
	if !gone {
		if _, ok := bundleLayer(m, subject); !ok {
			return foreign(doing, "that manifest is no attestation about it")
		}
	}
	// First the list, then the manifest: registries refuse an index that names
	// what they do not have.
	unlisted, err := s.unlist(subject, victim)
	if err != nil || gone {
		return err
	}
	if err := s.delete(doing, victim); err != nil && !unlisted {
		return err
	}
	return nil // what no list names nobody finds
}

// unlist takes a manifest out of the fallback tag's index, and tells whether it
// was there.
func (s *session) unlist(subject, victim name.Digest) (bool, error) {
	index, err := s.fallbackIndex(subject)
	if err != nil {
		return false, err
	}
	before := len(index.Manifests)
	index.Manifests = slices.DeleteFunc(index.Manifests, func(d v1.Descriptor) bool { return d.Digest.String() == victim.DigestStr() })
	if len(index.Manifests) == before {
		return false, nil
	}
	raw, err := json.Marshal(index)
	if err != nil {
		return false, err
	}
	return true, remote.Put(s.repo.Tag(tagOf(subject)), document{raw, types.OCIImageIndex}, s.remote()...)
}

// RemoveArtifact deletes what PushArtifact made, given as it answered it. It is
// done where it is already gone. Refusals: detach-foreign (that is no artifact
// of a release), detach-unsupported (the registry deletes nothing), push-denied,
// reference-malformed, oci-….
func RemoveArtifact(ctx context.Context, ref string, o Options) error {
	doing := "deleting the release's artifact " + ref
	artifact, err := parseDigest(doing, ref)
	if err != nil {
		return err
	}
	s, err := open(ctx, artifact.Context(), transport.DeleteScope, o)
	if err != nil {
		return refusePush(doing, err)
	}
	defer s.close()
	m, err := s.manifest(artifact.DigestStr())
	if isStatus(err, http.StatusNotFound) {
		return nil
	}
	if err == nil && !isArtifact(m) {
		err = foreign(doing, "that is not the artifact of a release")
	}
	if err == nil {
		err = s.delete(doing, artifact)
	}
	if err != nil {
		return refusePush(doing, err)
	}
	return nil
}

func isArtifact(m *manifest) bool {
	parsed, err := v1.ParseManifest(bytes.NewReader(m.raw))
	return err == nil && parsed.ArtifactType == ArtifactType
}

// delete deletes a manifest; one that is gone is deleted.
func (s *session) delete(doing string, victim name.Digest) error {
	_, err := s.do(http.MethodDelete, s.url("manifests/"+victim.DigestStr()), "", maxManifest,
		http.StatusOK, http.StatusAccepted, http.StatusNoContent, http.StatusNotFound)
	if !isStatus(err, http.StatusMethodNotAllowed) && !isStatus(err, http.StatusBadRequest) {
		return err
	}
	return &refusal.Refusal{
		Kind: refusal.Environment, Code: "detach-unsupported", Doing: doing, Err: err,
		Mend: "Delete it on the registry's own pages, or leave it: it still says the truth about those bytes.",
	}
}

func foreign(doing, why string) error {
	return &refusal.Refusal{Kind: refusal.Usage, Code: "detach-foreign", Doing: doing, Why: why, Mend: "Give the digest that mcpctl publish has named."}
}
