package attach

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// referrer is one manifest that carries a bundle about the subject.
type referrer struct {
	digest string // of the manifest
	layer  v1.Descriptor
}

// listing is what a registry says refers to a subject.
type listing struct {
	descriptors []v1.Descriptor
	fallback    bool // from the tag: the registry has no referrers API
}

// list asks the referrers API and, where there is none or it knows nothing, the
// fallback tag: a registry that learned the API later may not know old ones.
func (s *session) list(doing string, subject name.Digest) (*listing, error) {
	descriptors, supported, err := s.listAPI(doing, subject)
	if err != nil {
		return nil, err
	}
	if supported && len(descriptors) > 0 {
		return &listing{descriptors: descriptors}, nil
	}
	index, err := s.fallbackIndex(subject)
	if err != nil {
		return nil, err
	}
	if len(index.Manifests) > maxListed {
		return nil, tooMany(doing, fmt.Sprintf("the registry lists more than %d", maxListed))
	}
	return &listing{descriptors: index.Manifests, fallback: !supported}, nil
}

// listAPI reads every page. supported is false where the registry answers as
// those do that do not know the API.
func (s *session) listAPI(doing string, subject name.Digest) (found []v1.Descriptor, supported bool, err error) {
	at := s.url("referrers/" + subject.DigestStr())
	for range maxPages {
		got, err := s.do(http.MethodGet, at, string(types.OCIImageIndex), maxManifest,
			http.StatusOK, http.StatusNotFound, http.StatusBadRequest, http.StatusMethodNotAllowed, http.StatusNotAcceptable, http.StatusNotImplemented)
		if err != nil {
			return nil, false, err
		}
		if got.status != http.StatusOK || !strings.HasPrefix(got.header.Get("Content-Type"), string(types.OCIImageIndex)) {
			return nil, false, nil
		}
		page, err := v1.ParseIndexManifest(bytes.NewReader(got.body))
		if err != nil {
			return nil, false, &formatError{"its list of referrers is not readable: " + err.Error()}
		}
		found = append(found, page.Manifests...)
		if len(found) > maxListed {
			return nil, false, tooMany(doing, fmt.Sprintf("the registry lists more than %d", maxListed))
		}
		next, err := nextPage(at, got.header.Get("Link"))
		if err != nil {
			return nil, false, err
		}
		if next == nil {
			return found, true, nil
		}
		at = next
	}
	return nil, false, tooMany(doing, fmt.Sprintf("the registry's list has more than %d pages", maxPages))
}

// nextPage reads a Link header like </v2/…?last=x>; rel="next".
func nextPage(at *url.URL, link string) (*url.URL, error) {
	found := regexp.MustCompile(`<([^>]*)>\s*;[^,]*\brel="?next\b`).FindStringSubmatch(link)
	if found == nil {
		return nil, nil
	}
	target, err := at.Parse(found[1])
	if err != nil {
		return nil, &formatError{"its link to the next page is not readable: " + err.Error()}
	}
	if target.Host != at.Host {
		return nil, &formatError{"the next page of its list lies on another host"}
	}
	return target, nil
}

// fallbackIndex is the index under the tag sha256-<hex>, empty where there is
// none.
func (s *session) fallbackIndex(subject name.Digest) (*v1.IndexManifest, error) {
	none := &v1.IndexManifest{SchemaVersion: 2, MediaType: types.OCIImageIndex}
	m, err := s.manifest(tagOf(subject))
	if isStatus(err, http.StatusNotFound) {
		return none, nil
	}
	if err != nil {
		return nil, err
	}
	if m.mediaType != types.OCIImageIndex {
		return nil, &formatError{fmt.Sprintf("the tag %s, which lists the referrers, is a %q", tagOf(subject), m.mediaType)}
	}
	index, err := v1.ParseIndexManifest(bytes.NewReader(m.raw))
	if err != nil {
		return nil, &formatError{"the index under the fallback tag is not readable: " + err.Error()}
	}
	return index, nil
}

// bundles reads the manifests of what is listed and keeps those that carry a
// bundle about the subject. Lists are not believed: registries name another
// artifactType than the manifest does, and a tag can list anything.
func (s *session) bundles(doing string, subject name.Digest, listed *listing) ([]referrer, error) {
	candidates := slices.Clone(listed.descriptors)
	candidates = slices.DeleteFunc(candidates, func(d v1.Descriptor) bool { return !mayBeBundle(d) })
	slices.SortFunc(candidates, func(a, b v1.Descriptor) int { return strings.Compare(a.Digest.String(), b.Digest.String()) })
	candidates = slices.CompactFunc(candidates, func(a, b v1.Descriptor) bool { return a.Digest == b.Digest })
	if len(candidates) > MaxBundles {
		return nil, tooMany(doing, fmt.Sprintf("more than %d may be bundles", MaxBundles))
	}
	var found []referrer
	for _, candidate := range candidates {
		m, err := s.manifest(candidate.Digest.String())
		if isStatus(err, http.StatusNotFound) {
			continue // swept away; what is not there proves nothing
		}
		if err != nil {
			return nil, err
		}
		if layer, ok := bundleLayer(m, subject); ok {
			found = append(found, referrer{digest: m.digest, layer: layer})
		}
	}
	return found, nil
}

// mayBeBundle leaves out what says clearly that it is something else.
func mayBeBundle(d v1.Descriptor) bool {
	if wantSHA256(d.Digest.String()) != nil {
		return false
	}
	switch types.MediaType(d.ArtifactType) {
	case "", emptyType, types.OCIConfigJSON, types.DockerConfigJSON:
		return true
	}
	return strings.HasPrefix(d.ArtifactType, anyBundle)
}

func bundleLayer(m *manifest, subject name.Digest) (v1.Descriptor, bool) {
	parsed, err := v1.ParseManifest(bytes.NewReader(m.raw))
	if err != nil || parsed.Subject == nil || parsed.Subject.Digest.String() != subject.DigestStr() || len(parsed.Layers) != 1 {
		return v1.Descriptor{}, false
	}
	layer := parsed.Layers[0]
	return layer, strings.HasPrefix(string(layer.MediaType), anyBundle) && wantSHA256(layer.Digest.String()) == nil
}
