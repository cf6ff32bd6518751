package collect_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/sbom/bill"
	"github.com/mcpctl/mcpctl/publish/sbom/collect"
)

const (
	layerDigest = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	baseDigest  = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
	imageConfig = `{"os": "linux", "architecture": "amd64", "rootfs": {"diff_ids": ["` + layerDigest + `"]}, "config": {"Labels": {
		"io.modelcontextprotocol.server.name": "io.github.example/weather", "org.opencontainers.image.vendor": "Example Weather",
		"org.opencontainers.image.licenses": "MIT OR ISC", "org.opencontainers.image.version": "1.2.3", "org.opencontainers.image.source": "https://user:secret@host.example/w",
		"org.opencontainers.image.base.name": "host.example/base:1", "org.opencontainers.image.base.digest": "` + baseDigest + `"}}}`
)

func digest(content string) string {
	sum := sha256.Sum256([]byte(content))
	return "sha256:" + hex.EncodeToString(sum[:])
}

func blob(content string) string { return strings.Replace("blobs/"+digest(content), ":", "/", 1) }

// layout are the files of an image in OCI layout, by name and content in turns.
func layout() []string {
	manifest := `{"config": {"digest": "` + digest(imageConfig) + `"}, "layers": [{"digest": "` + layerDigest + `"}]}`
	index := `{"manifests": [{"digest": "` + digest(manifest) + `", "annotations": {"io.containerd.image.name": "host.example/me/weather:latest"}}, {"digest": "sha256:00", "platform": {"os": "unknown"}}]}`
	return []string{"oci-layout", "{}", "index.json", index, blob(manifest), manifest, blob(imageConfig), imageConfig}
}

func TestImageLayouts(t *testing.T) {
	for name, path := range map[string]string{"folder": in(t, layout()...), "archive": tarred(t, layout()...)} {
		b, err := collect.Path(path, collect.Options{})
		require.NoError(t, err, name)
		assert.Equal(t, bill.Container, b.Root.Kind)
		assert.Equal(t, "host.example/me/weather@1.2.3 required: "+layerDigest+"@"+layerDigest+" host.example/base@1", graph(b)[0])
		assert.Contains(t, b.Root.PURL, "pkg:oci/weather@sha256:")
		assert.Contains(t, b.Root.PURL, "arch=amd64&repository_url=host.example%2Fme%2Fweather&tag=latest")
		assert.Equal(t, "Example Weather", b.Root.Supplier)
		assert.Equal(t, []string{"MIT OR ISC"}, b.Root.Licences)
		assert.Contains(t, b.Root.Properties, bill.Property{Name: "mcpctl:oci:label:io.modelcontextprotocol.server.name", Value: "io.github.example/weather"})
		for _, p := range b.Root.Properties {
			assert.NotContains(t, p.Value, "secret")
		}
		assert.Contains(t, gaps(b), "which packages are in the layers is not read")
	}
}

func TestImageOfSeveralPlatforms(t *testing.T) {
	arm := strings.Replace(imageConfig, "amd64", "arm64", 1)
	files, index := []string{"oci-layout", "{}"}, ""
	for _, config := range []string{imageConfig, arm} {
		manifest := `{"config": {"digest": "` + digest(config) + `"}, "layers": []}`
		files = append(files, blob(config), config, blob(manifest), manifest)
		index += `,{"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "` + digest(manifest) + `"}`
	}
	inner := `{"manifests": [` + index[1:] + `]}`
	files = append(files, blob(inner), inner, "index.json", `{"manifests": [{"mediaType": "application/vnd.oci.image.index.v1+json", "digest": "`+digest(inner)+`"}]}`)
	b, err := collect.Path(in(t, files...), collect.Options{})
	require.NoError(t, err)
	assert.Equal(t, 3, b.Len(), "two images and their base")
	assert.Len(t, b.Needs(b.Root.Ref), 3)
}

func TestDockerArchiveOfOld(t *testing.T) {
	b, err := collect.Path(tarred(t, "manifest.json", `[{"Config": "abc.json", "RepoTags": ["weather:1"], "Layers": ["x/layer.tar"]}]`, "./abc.json", imageConfig, "x/layer.tar", "not read"), collect.Options{})
	require.NoError(t, err)
	assert.Equal(t, "weather", b.Root.Name)
	assert.Equal(t, "the layer's unpacked tar file", b.Component("layer:" + layerDigest).Hashes[0].Over)
}

func TestBrokenImages(t *testing.T) {
	replaced := func(old, new string) []string {
		files := layout()
		for i := 1; i < len(files); i += 2 {
			files[i] = strings.Replace(files[i], old, new, 1)
		}
		return files
	}
	loop := `{"manifests": [{"mediaType": "index", "digest": "sha256:` + strings.Repeat("0", 64) + `"}]}`
	for name, tc := range map[string]struct {
		files []string
		says  string
	}{
		"tampered":            {replaced("1.2.3", "6.6.6"), "another digest than its name says"},
		"a digest to nowhere": {replaced(`"digest": "sha256:`, `"digest": "sha256:../../`), "is not like sha256:"},
		"no index":            {[]string{"oci-layout", "{}"}, "index.json: file does not exist"},
		"no image":            {[]string{"oci-layout", "{}", "index.json", "{}"}, "it names no image"},
		"a missing blob":      {layout()[:4], "file does not exist"},
		"an index of itself":  {[]string{"oci-layout", "{}", "index.json", loop, "blobs/sha256/" + strings.Repeat("0", 64), loop}, "another digest"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := collect.Path(in(t, tc.files...), collect.Options{})
			require.Error(t, err)
			assert.Contains(t, strings.ReplaceAll(err.Error(), "no such file or directory", "file does not exist"), tc.says)
		})
	}
	for says, files := range map[string][]string{
		"so this is no image":               {"x", "y"},
		"leads out of the archive":          {"../x", "y"},
		"does not name exactly one image":   {"manifest.json", "[]"},
		"gone.json: file does not exist":    {"manifest.json", `[{"Config": "gone.json"}]`},
		"image.tar!/manifest.json:1:1: it ": {"manifest.json", "x"},
	} {
		_, err := collect.Path(tarred(t, files...), collect.Options{})
		assert.ErrorContains(t, err, says)
	}
	path := tarred(t, layout()...)
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, data[:700], 0o644))
	_, err = collect.Path(path, collect.Options{})
	assert.ErrorContains(t, err, "image.tar")
	assert.FileExists(t, filepath.Clean(path))
}
