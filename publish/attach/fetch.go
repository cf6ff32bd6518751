package attach

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// Fetch answers every bundle that is attached to repo@sha256:…, whoever did it,
// in the order of their manifests' digests and each once. They are not verified.
// Refusals: referrer-missing (none is attached, or one that is listed has no
// content), referrers-too-many, bundle-too-big, oci-tampered (not what its digest
// says), image-denied, reference-malformed, and those of every registry (oci-…).
func Fetch(ctx context.Context, ref string, o Options) ([][]byte, error) {
	doing := "reading the attestations of " + ref
	subject, err := parseDigest(doing, ref)
	if err != nil {
		return nil, err
	}
	s, err := open(ctx, subject.Context(), transport.PullScope, o)
	if err != nil {
		return nil, refuse(doing, err)
	}
	defer s.close()
	found, err := s.fetch(doing, subject)
	if err != nil {
		return nil, refuse(doing, err)
	}
	if len(found) == 0 {
		return nil, missing(doing, "nothing that is attached to it is a Sigstore bundle")
	}
	return found, nil
}

func (s *session) fetch(doing string, subject name.Digest) ([][]byte, error) {
	listed, err := s.list(doing, subject)
	if err != nil {
		return nil, err
	}
	referrers, err := s.bundles(doing, subject, listed)
	if err != nil {
		return nil, err
	}
	var (
		found [][]byte
		seen  []string
		total int64
	)
	for _, r := range referrers {
		digest := r.layer.Digest.String()
		if slices.Contains(seen, digest) {
			continue
		}
		seen = append(seen, digest)
		if total += r.layer.Size; r.layer.Size < 0 || r.layer.Size > MaxBundle || total > maxTotal {
			return nil, tooBig(doing, fmt.Sprintf("the bundle of %s has %d bytes", r.digest, r.layer.Size))
		}
		content, err := s.blob(digest, r.layer.Size)
		if isStatus(err, http.StatusNotFound) {
			return nil, missing(doing, fmt.Sprintf("the registry lists %s but has lost the bundle of it", r.digest))
		}
		if err != nil {
			return nil, err
		}
		found = append(found, content)
	}
	return found, nil
}

func missing(doing, why string) error {
	return &refusal.Refusal{
		Kind: refusal.Finding, Code: "referrer-missing", Doing: doing, Why: why,
		Mend: "Ask who published it to run mcpctl publish again, which attaches what is missing.",
	}
}
