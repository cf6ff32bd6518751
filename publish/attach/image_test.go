//go:build unix

package attach_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realoci"
	"github.com/mcpctl/mcpctl/publish/attach"
)

var labels = map[string]string{"io.modelcontextprotocol.server.name": "io.github.acme/echo"}

func TestResolveAndConfig(t *testing.T) {
	for _, kind := range realoci.Kinds() {
		t.Run(kind.Name, func(t *testing.T) {
			r := kind.Start(t, realoci.Options{})
			for tag, want := range map[string]string{
				"acme/echo:1.0.0": r.Image(t, "acme/echo:1.0.0", labels),
				"acme/echo:2.0.0": r.Index(t, "acme/echo:2.0.0", labels),
			} {
				_, digest, _ := strings.Cut(want, "@")
				got, err := attach.Resolve(t.Context(), r.Host+"/"+tag, quick())
				require.NoError(t, err)
				assert.Equal(t, digest, got)
				got, err = attach.Resolve(t.Context(), want, quick())
				require.NoError(t, err)
				assert.Equal(t, digest, got)

				found, got, err := attach.Config(t.Context(), r.Host+"/"+tag, quick())
				require.NoError(t, err)
				assert.Equal(t, digest, got)
				assert.Equal(t, labels, found)
			}
			for _, absent := range []string{"acme/echo:9", "acme/other:1.0.0", "acme/echo@" + missingDigest} {
				_, err := attach.Resolve(t.Context(), r.Host+"/"+absent, quick())
				refused(t, err, "image-missing")
				_, _, err = attach.Config(t.Context(), r.Host+"/"+absent, quick())
				refused(t, err, "image-missing")
			}
		})
	}
}

func TestTheRegistryReadsLabelsAsAnybody(t *testing.T) {
	r := realoci.Distribution(t, realoci.Options{Private: true})
	ref := r.Image(t, "acme/echo:1.0.0", labels)
	dockerConfig(t, `{"auths":{"`+r.Host+`":{"username":"`+realoci.User+`","password":"`+realoci.Password+`"}}}`)
	o := quick()
	o.Anonymous = false
	_, err := attach.Resolve(t.Context(), ref, o)
	require.NoError(t, err)
	_, _, err = attach.Config(t.Context(), ref, o)
	refused(t, err, "image-denied")
}

func TestAnIndexWithoutTheRegistrysPlatform(t *testing.T) {
	r := realoci.WithReferrers(t, realoci.Options{Wrap: func(inner http.Handler) http.Handler {
		return rewriting(inner, func(req *http.Request, body string) string { return strings.ReplaceAll(body, "amd64", "riscv64") })
	}})
	r.Index(t, "acme/echo:1.0.0", labels)
	_, _, err := attach.Config(t.Context(), r.Host+"/acme/echo:1.0.0", quick())
	refused(t, err, "image-platform-missing")
}

func TestAnArtifactIsTheSameEverywhere(t *testing.T) {
	server := `{"name":"io.github.acme/echo","version":"1.0.0"}`
	want := attach.Artifact([]byte(server))
	assert.Equal(t, "sha256:95a8b153b82ef52531675e84f07a978804b099ae482b4362fe449bdf5390acec", want, "a changed manifest is another artifact: publish again would not be idempotent")
	assert.NotEqual(t, want, attach.Artifact([]byte(server+" ")))
	for _, kind := range realoci.Kinds() {
		t.Run(kind.Name, func(t *testing.T) {
			writes := 0
			r := kind.Start(t, realoci.Options{Wrap: func(inner http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
					if req.Method == http.MethodPut || req.Method == http.MethodPost {
						writes++
					}
					inner.ServeHTTP(w, req)
				})
			}})
			ref := artifact(t, r.Host+"/acme/echo", server)
			assert.Equal(t, r.Host+"/acme/echo@"+want, ref)
			require.NotZero(t, writes)
			got, err := attach.Resolve(t.Context(), ref, quick())
			require.NoError(t, err)
			assert.Equal(t, want, got)
			assert.Equal(t, server, layer(t, ref))

			writes = 0
			assert.Equal(t, ref, artifact(t, r.Host+"/acme/echo", server))
			assert.Zero(t, writes, "it is there already")

			require.NoError(t, attach.RemoveArtifact(t.Context(), ref, quick()))
			_, err = attach.Resolve(t.Context(), ref, quick())
			refused(t, err, "image-missing")
			require.NoError(t, attach.RemoveArtifact(t.Context(), ref, quick()), "gone already is done")
			assert.Equal(t, ref, artifact(t, r.Host+"/acme/echo", server), "it can be pushed again")

			image := r.Image(t, "acme/echo:1.0.0", nil)
			refused(t, attach.RemoveArtifact(t.Context(), image, quick()), "detach-foreign")
		})
	}
}

func TestMayPushLeavesNothingBehind(t *testing.T) {
	for _, kind := range realoci.Kinds() {
		t.Run(kind.Name, func(t *testing.T) {
			r := kind.Start(t, realoci.Options{})
			require.NoError(t, attach.MayPush(t.Context(), r.Host+"/acme/echo", quick()))
			_, status := get(t, "http://"+r.Host+"/v2/acme/echo/tags/list", "")
			assert.Equal(t, http.StatusNotFound, status)

			r = kind.Start(t, realoci.Options{Private: true})
			refused(t, attach.MayPush(t.Context(), r.Host+"/acme/echo", quick()), "push-denied")
		})
	}
}

// layer is what lies in the one layer of an artifact, read as anybody would.
func layer(t *testing.T, ref string) string {
	t.Helper()
	host, rest, _ := strings.Cut(ref, "/")
	repo, digest, _ := strings.Cut(rest, "@")
	body, _ := get(t, "http://"+host+"/v2/"+repo+"/manifests/"+digest, "application/vnd.oci.image.manifest.v1+json")
	var manifest struct {
		ArtifactType string
		Layers       []struct{ Digest string }
	}
	require.NoError(t, json.Unmarshal([]byte(body), &manifest))
	assert.Equal(t, attach.ArtifactType, manifest.ArtifactType)
	require.Len(t, manifest.Layers, 1)
	body, _ = get(t, "http://"+host+"/v2/"+repo+"/blobs/"+manifest.Layers[0].Digest, "")
	return body
}

func get(t *testing.T, url, accept string) (string, int) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	req.Header.Set("Accept", accept)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return string(body), resp.StatusCode
}
