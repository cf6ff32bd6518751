package attach

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/mcpctl/mcpctl/publish/refusal"
)

// Resolve answers the digest (sha256:…) of what a tag points at now, or that a
// digest is there. The digest is computed from the bytes. Refusals: image-missing,
// image-denied, reference-malformed, and those of every registry (oci-…).
func Resolve(ctx context.Context, ref string, o Options) (digest string, err error) {
	doing := "looking up the image " + ref
	parsed, err := parseReference(doing, ref)
	if err != nil {
		return "", err
	}
	s, err := open(ctx, parsed.Context(), transport.PullScope, o)
	if err != nil {
		return "", refuse(doing, err)
	}
	defer s.close()
	m, err := s.manifest(parsed.Identifier())
	if err == nil {
		err = wantImage(m)
	}
	if err != nil {
		return "", refuse(doing, err)
	}
	return m.digest, nil
}

// Config answers the labels in the configuration of an image and the digest of
// what ref points at (of the index, if it is one). As the MCP registry does, it
// asks without credentials and looks at the linux/amd64 image of an index.
// Refusals: as of Resolve, and image-platform-missing.
func Config(ctx context.Context, ref string, o Options) (labels map[string]string, digest string, err error) {
	doing := "reading the labels of the image " + ref
	parsed, err := parseReference(doing, ref)
	if err != nil {
		return nil, "", err
	}
	o.Anonymous = true
	s, err := open(ctx, parsed.Context(), transport.PullScope, o)
	if err != nil {
		return nil, "", refuse(doing, err)
	}
	defer s.close()
	if labels, digest, err = s.labels(doing, parsed.Identifier()); err != nil {
		return nil, "", refuse(doing, err)
	}
	return labels, digest, nil
}

func (s *session) labels(doing, tagOrDigest string) (map[string]string, string, error) {
	top, err := s.manifest(tagOrDigest)
	if err != nil {
		return nil, "", err
	}
	image := top
	if top.mediaType.IsIndex() {
		child, err := amd64(doing, top)
		if err != nil {
			return nil, "", err
		}
		if image, err = s.manifest(child); err != nil {
			return nil, "", err
		}
	}
	if !image.mediaType.IsImage() {
		return nil, "", wantImage(image)
	}
	parsed, err := v1.ParseManifest(bytes.NewReader(image.raw))
	if err != nil {
		return nil, "", &formatError{"the image's manifest is no JSON: " + err.Error()}
	}
	raw, err := s.blob(parsed.Config.Digest.String(), maxConfig)
	if err != nil {
		return nil, "", err
	}
	var config struct {
		Config struct {
			Labels map[string]string `json:"Labels"`
		} `json:"config"`
	}
	if err := json.Unmarshal(raw, &config); err != nil {
		return nil, "", &formatError{"the image's configuration is not readable: " + err.Error()}
	}
	return config.Config.Labels, top.digest, nil
}

func amd64(doing string, index *manifest) (string, error) {
	parsed, err := v1.ParseIndexManifest(bytes.NewReader(index.raw))
	if err != nil {
		return "", &formatError{"the index is no JSON: " + err.Error()}
	}
	for _, child := range parsed.Manifests {
		if child.Platform != nil && child.Platform.OS == "linux" && child.Platform.Architecture == "amd64" && wantSHA256(child.Digest.String()) == nil {
			return child.Digest.String(), nil
		}
	}
	return "", &refusal.Refusal{
		Kind: refusal.Finding, Code: "image-platform-missing", Doing: doing,
		Why:  "its index has no image for linux/amd64, where the MCP registry looks for the label",
		Mend: "Build the image for linux/amd64 as well.",
	}
}

func wantImage(m *manifest) error {
	if m.mediaType.IsIndex() || m.mediaType.IsImage() {
		return nil
	}
	return &formatError{fmt.Sprintf("it has the media type %q, which is neither an image nor an index", m.mediaType)}
}
