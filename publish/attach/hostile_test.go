//go:build unix

package attach_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realoci"
	"github.com/mcpctl/mcpctl/publish/attach"
)

// tampering is a registry that answers otherwise than it was told.
func tampering(t *testing.T, kind realoci.Kind, change func(req *http.Request, body string) string) (ref string, bundles [][]byte) {
	t.Helper()
	on := false
	r := kind.Start(t, realoci.Options{Wrap: func(inner http.Handler) http.Handler {
		changed := rewriting(inner, change)
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			if on {
				changed.ServeHTTP(w, req)
				return
			}
			inner.ServeHTTP(w, req)
		})
	}})
	ref, bundles = r.Image(t, "acme/echo:1.0.0", nil), bundlesOf(t, 1)
	_, err := attach.Attach(t.Context(), ref, bundles, quick())
	require.NoError(t, err)
	_, err = attach.Fetch(t.Context(), ref, quick())
	require.NoError(t, err)
	on = true
	return ref, bundles
}

func TestWhatIsNotItsDigestIsRefused(t *testing.T) {
	for _, kind := range realoci.Kinds() {
		for _, part := range []string{"/blobs/", "/manifests/sha256:"} {
			t.Run(kind.Name+part, func(t *testing.T) {
				ref, _ := tampering(t, kind, func(req *http.Request, body string) string {
					if strings.Contains(req.URL.Path, part) {
						return strings.Replace(body, "e", "E", 1)
					}
					return body
				})
				_, err := attach.Fetch(t.Context(), ref, quick())
				refused(t, err, "oci-tampered")
			})
		}
	}
	ref, _ := tampering(t, realoci.Kinds()[0], func(_ *http.Request, body string) string { return body + " " })
	_, err := attach.Resolve(t.Context(), ref, quick())
	refused(t, err, "oci-tampered")
}

func TestABlobOfAnotherSize(t *testing.T) {
	for _, kind := range realoci.Kinds() {
		t.Run(kind.Name, func(t *testing.T) {
			ref, _ := tampering(t, kind, func(req *http.Request, body string) string {
				if strings.Contains(req.URL.Path, "/blobs/") {
					return body + strings.Repeat(" ", 1<<20)
				}
				return body
			})
			_, err := attach.Fetch(t.Context(), ref, quick())
			refused(t, err, "oci-too-big")
		})
	}
}

func TestABundleThatIsLost(t *testing.T) {
	for _, kind := range realoci.Kinds() {
		t.Run(kind.Name, func(t *testing.T) {
			lost := false
			r := kind.Start(t, realoci.Options{Wrap: func(inner http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
					if lost && strings.Contains(req.URL.Path, "/blobs/") {
						http.NotFound(w, req)
						return
					}
					inner.ServeHTTP(w, req)
				})
			}})
			ref := r.Image(t, "acme/echo:1.0.0", nil)
			_, err := attach.Attach(t.Context(), ref, bundlesOf(t, 1), quick())
			require.NoError(t, err)
			lost = true
			_, err = attach.Fetch(t.Context(), ref, quick())
			assert.Contains(t, refused(t, err, "referrer-missing").Why, "lost")
		})
	}
}

func TestAListThatLies(t *testing.T) {
	digest := func(n int) v1.Hash { return v1.Hash{Algorithm: "sha256", Hex: fmt.Sprintf("%064x", n)} }
	list := func(n int, artifactType string) string {
		index := v1.IndexManifest{SchemaVersion: 2, MediaType: types.OCIImageIndex, Manifests: []v1.Descriptor{}}
		for i := range n {
			index.Manifests = append(index.Manifests, v1.Descriptor{MediaType: types.OCIManifestSchema1, Size: 2, Digest: digest(i), ArtifactType: artifactType})
		}
		raw, err := json.Marshal(index)
		require.NoError(t, err)
		return string(raw)
	}
	cases := map[string]struct{ list, code string }{
		"nothing":                   {list(0, ""), "referrer-missing"},
		"a bundle that is gone":     {list(1, attach.BundleType), "referrer-missing"},
		"thousands":                 {list(3000, "application/other"), "referrers-too-many"},
		"hundreds of bundles":       {list(300, attach.BundleType), "referrers-too-many"},
		"hundreds of other things":  {list(300, "application/other"), "referrer-missing"},
		"more than a manifest":      {strings.Repeat(" ", 5<<20) + list(0, ""), "oci-too-big"},
		"no JSON":                   {"<html>", "oci-broken"},
		"a digest that is a path":   {`{"manifests":[{"digest":"sha256:../../x"}]}`, "oci-broken"},
		"digests of another length": {`{"manifests":[{"digest":"sha512:` + strings.Repeat("0", 128) + `"}]}`, "referrer-missing"},
	}
	for _, kind := range realoci.Kinds() {
		lie := ""
		ref, _ := tampering(t, kind, func(req *http.Request, body string) string {
			if strings.Contains(req.URL.Path, "/referrers/") && strings.HasPrefix(body, `{"schema`) || strings.Contains(req.URL.Path, "/manifests/sha256-") {
				return lie
			}
			return body
		})
		for name, c := range cases {
			t.Run(name+"/"+kind.Name, func(t *testing.T) {
				lie = c.list
				_, err := attach.Fetch(t.Context(), ref, quick())
				refused(t, err, c.code)
			})
		}
	}
}

// TestAReferrerOfSomethingElse has a list name a bundle about another image.
func TestAReferrerOfSomethingElse(t *testing.T) {
	for _, kind := range realoci.Kinds() {
		t.Run(kind.Name, func(t *testing.T) {
			from, to := "nothing yet", ""
			r := kind.Start(t, realoci.Options{Wrap: func(inner http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
					// The list of one image is served as the list of another.
					req.URL.Path = strings.Replace(req.URL.Path, "/referrers/sha256:"+from, "/referrers/sha256:"+to, 1)
					req.URL.Path = strings.Replace(req.URL.Path, "/manifests/sha256-"+from, "/manifests/sha256-"+to, 1)
					inner.ServeHTTP(w, req)
				})
			}})
			victim, other := r.Image(t, "acme/echo:1.0.0", nil), r.Image(t, "acme/echo:2.0.0", nil)
			_, err := attach.Attach(t.Context(), other, bundlesOf(t, 1), quick())
			require.NoError(t, err)
			from, to = victim[len(victim)-64:], other[len(other)-64:]
			_, err = attach.Fetch(t.Context(), victim, quick())
			refused(t, err, "referrer-missing")
		})
	}
}

// TestAListInPages splits the real list, one referrer a page.
func TestAListInPages(t *testing.T) {
	endless, pages := false, 0
	r := realoci.WithReferrers(t, realoci.Options{Wrap: func(inner http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			if !strings.Contains(req.URL.Path, "/referrers/") {
				inner.ServeHTTP(w, req)
				return
			}
			pages++
			at := 0
			_, _ = fmt.Sscan(req.URL.Query().Get("at"), &at)
			rewriting(inner, func(_ *http.Request, body string) string {
				var index v1.IndexManifest
				if json.Unmarshal([]byte(body), &index) != nil || len(index.Manifests) == 0 {
					return body
				}
				slices.SortFunc(index.Manifests, func(a, b v1.Descriptor) int { return strings.Compare(a.Digest.Hex, b.Digest.Hex) })
				if at+1 < len(index.Manifests) || endless {
					w.Header().Set("Link", fmt.Sprintf(`<%s?at=%d>; rel="next"`, req.URL.Path, at+1))
				}
				index.Manifests = index.Manifests[at%len(index.Manifests):][:1]
				raw, _ := json.Marshal(index)
				return string(raw)
			}).ServeHTTP(w, req)
		})
	}})
	ref, bundles := r.Image(t, "acme/echo:1.0.0", nil), bundlesOf(t, 5)
	attached, err := attach.Attach(t.Context(), ref, bundles, quick())
	require.NoError(t, err)
	assert.Len(t, attached, 5)
	found, err := attach.Fetch(t.Context(), ref, quick())
	require.NoError(t, err)
	assert.ElementsMatch(t, compact(t, bundles), texts(found))

	endless, pages = true, 0
	_, err = attach.Fetch(t.Context(), ref, quick())
	refused(t, err, "referrers-too-many")
	assert.Less(t, pages, 100)
}

// TestAListThatForgets is a registry that takes everything and lists nothing.
func TestAListThatForgets(t *testing.T) {
	r := realoci.WithReferrers(t, realoci.Options{Wrap: func(inner http.Handler) http.Handler {
		return rewriting(inner, func(req *http.Request, body string) string {
			if strings.Contains(req.URL.Path, "/referrers/") {
				return `{"schemaVersion":2,"manifests":[]}`
			}
			return body
		})
	}})
	ref := r.Image(t, "acme/echo:1.0.0", nil)
	_, err := attach.Attach(t.Context(), ref, bundlesOf(t, 1), quick())
	refused(t, err, "referrer-missing")
}
