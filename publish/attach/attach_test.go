//go:build unix

package attach_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realoci"
	"github.com/mcpctl/mcpctl/publish/attach"
)

func TestWhatIsAttachedIsFetched(t *testing.T) {
	for _, kind := range realoci.Kinds() {
		t.Run(kind.Name, func(t *testing.T) {
			r := kind.Start(t, realoci.Options{})
			for name, ref := range map[string]string{
				"an image":    r.Image(t, "acme/echo:1.0.0", nil),
				"an index":    r.Index(t, "acme/echo:2.0.0", nil),
				"an artifact": artifact(t, r.Host+"/acme/none", `{"name":"io.github.acme/echo"}`),
			} {
				bundles := [][]byte{bundleOf(t, "https://slsa.dev/provenance/v1", name), bundleOf(t, conformance, name)}
				attached, err := attach.Attach(t.Context(), ref, bundles, quick())
				require.NoError(t, err, name)
				require.Len(t, attached, 2)
				assert.Equal(t, "https://slsa.dev/provenance/v1", attached[0].PredicateType)
				assert.Equal(t, conformance, attached[1].PredicateType)
				for _, a := range attached {
					assert.Regexp(t, "^sha256:[0-9a-f]{64}$", a.Digest)
					assert.False(t, a.Already)
					assert.Equal(t, !r.Referrers, a.Fallback)
				}
				found, err := attach.Fetch(t.Context(), ref, quick())
				require.NoError(t, err)
				assert.ElementsMatch(t, compact(t, bundles), texts(found))
			}
		})
	}
}

func TestAttachingAgainWritesNothing(t *testing.T) {
	for _, kind := range realoci.Kinds() {
		t.Run(kind.Name, func(t *testing.T) {
			var wrote []string
			r := kind.Start(t, realoci.Options{Wrap: func(inner http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
					if req.Method != http.MethodGet && req.Method != http.MethodHead {
						wrote = append(wrote, req.Method+" "+req.URL.Path)
					}
					inner.ServeHTTP(w, req)
				})
			}})
			ref := r.Image(t, "acme/echo:1.0.0", nil)
			bundles := bundlesOf(t, 2)
			first, err := attach.Attach(t.Context(), ref, bundles, quick())
			require.NoError(t, err)
			require.NotEmpty(t, wrote)

			// The same bundles as they come from a file, and one that is new.
			wrote = nil
			jsonl, _ := attach.Lines(bundles)
			read, err := attach.ParseLines(jsonl)
			require.NoError(t, err)
			again, err := attach.Attach(t.Context(), ref, read, quick())
			require.NoError(t, err)
			assert.Empty(t, wrote)
			for i := range again {
				assert.True(t, again[i].Already)
				assert.Equal(t, first[i].Digest, again[i].Digest)
			}
			more, err := attach.Attach(t.Context(), ref, append(read, bundleOf(t, conformance, "new")), quick())
			require.NoError(t, err)
			assert.Equal(t, []bool{true, true, false}, []bool{more[0].Already, more[1].Already, more[2].Already})
			found, err := attach.Fetch(t.Context(), ref, quick())
			require.NoError(t, err)
			assert.Len(t, found, 3)
		})
	}
}

func TestWhatIsDetachedIsNotFoundAnyMore(t *testing.T) {
	for _, kind := range realoci.Kinds() {
		t.Run(kind.Name, func(t *testing.T) {
			r := kind.Start(t, realoci.Options{})
			ref := r.Image(t, "acme/echo:1.0.0", nil)
			bundles := bundlesOf(t, 2)
			attached, err := attach.Attach(t.Context(), ref, bundles, quick())
			require.NoError(t, err)

			require.NoError(t, attach.Detach(t.Context(), ref, attached[0].Digest, quick()))
			found, err := attach.Fetch(t.Context(), ref, quick())
			require.NoError(t, err)
			assert.Equal(t, compact(t, bundles[1:]), texts(found))
			require.NoError(t, attach.Detach(t.Context(), ref, attached[0].Digest, quick()), "gone already is done")

			require.NoError(t, attach.Detach(t.Context(), ref, attached[1].Digest, quick()))
			_, err = attach.Fetch(t.Context(), ref, quick())
			refused(t, err, "referrer-missing")

			back, err := attach.Attach(t.Context(), ref, bundles, quick())
			require.NoError(t, err)
			assert.False(t, back[0].Already, "it had gone")
		})
	}
}

func TestDetachTakesOffNothingElse(t *testing.T) {
	for _, kind := range realoci.Kinds() {
		t.Run(kind.Name, func(t *testing.T) {
			r := kind.Start(t, realoci.Options{})
			ref, other := r.Image(t, "acme/echo:1.0.0", nil), r.Image(t, "acme/echo:2.0.0", nil)
			attached, err := attach.Attach(t.Context(), other, bundlesOf(t, 1), quick())
			require.NoError(t, err)

			_, image, _ := strings.Cut(ref, "@")
			refused(t, attach.Detach(t.Context(), ref, image, quick()), "detach-foreign")
			refused(t, attach.Detach(t.Context(), ref, attached[0].Digest, quick()), "detach-foreign")
			_, err = attach.Resolve(t.Context(), ref, quick())
			require.NoError(t, err)
			_, err = attach.Fetch(t.Context(), other, quick())
			require.NoError(t, err)
		})
	}
}

func TestDetachWhereTheRegistryDeletesNothing(t *testing.T) {
	r := realoci.Distribution(t, realoci.Options{KeepAll: true})
	ref := r.Image(t, "acme/echo:1.0.0", nil)
	attached, err := attach.Attach(t.Context(), ref, bundlesOf(t, 1), quick())
	require.NoError(t, err)
	require.NoError(t, attach.Detach(t.Context(), ref, attached[0].Digest, quick()), "what no tag lists nobody finds")
	_, err = attach.Fetch(t.Context(), ref, quick())
	refused(t, err, "referrer-missing")

	r = realoci.WithReferrers(t, realoci.Options{Wrap: func(inner http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			if req.Method == http.MethodDelete {
				w.WriteHeader(http.StatusMethodNotAllowed)
				return
			}
			inner.ServeHTTP(w, req)
		})
	}})
	ref = r.Image(t, "acme/echo:1.0.0", nil)
	attached, err = attach.Attach(t.Context(), ref, bundlesOf(t, 1), quick())
	require.NoError(t, err)
	refused(t, attach.Detach(t.Context(), ref, attached[0].Digest, quick()), "detach-unsupported")
	_, err = attach.Fetch(t.Context(), ref, quick())
	require.NoError(t, err)
}

func TestBundlesThatAreNone(t *testing.T) {
	r := realoci.WithReferrers(t, realoci.Options{})
	ref := r.Image(t, "acme/echo:1.0.0", nil)
	for name, c := range map[string]struct{ bundle, code string }{
		"no JSON":           {`{`, "bundle-unreadable"},
		"another version":   {`{"mediaType":"application/vnd.dev.sigstore.bundle+json;version=0.2"}`, "bundle-unreadable"},
		"a blob's":          {`{"mediaType":"` + attach.BundleType + `","messageSignature":{}}`, "bundle-unreadable"},
		"a broken payload":  {`{"mediaType":"` + attach.BundleType + `","dsseEnvelope":{"payload":"e30=","payloadType":"application/vnd.in-toto+json"}}`, "bundle-unreadable"},
		"bigger than a lot": {`"` + strings.Repeat("x", attach.MaxBundle) + `"`, "bundle-too-big"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := attach.Attach(t.Context(), ref, [][]byte{bundleOf(t, conformance, "good"), []byte(c.bundle)}, quick())
			refused(t, err, c.code)
			_, err = attach.Fetch(t.Context(), ref, quick())
			refused(t, err, "referrer-missing")
		})
	}
	_, err := attach.Attach(t.Context(), ref, make([][]byte, attach.MaxBundles+1), quick())
	refused(t, err, "referrers-too-many")
}

func TestReferencesThatAreNone(t *testing.T) {
	for _, ref := range []string{"", "UPPER/case@" + missingDigest, "127.0.0.1:1/acme/echo", "127.0.0.1:1/acme/echo:1.0.0", "127.0.0.1:1/acme/echo@sha256:123",
		"127.0.0.1:1/acme/echo@sha512:" + strings.Repeat("0", 128), "127.0.0.1:1/acme/../echo@" + missingDigest, "127.0.0.1:1/" + strings.Repeat("a", 600) + "@" + missingDigest} {
		_, err := attach.Fetch(t.Context(), ref, quick())
		refused(t, err, "reference-malformed")
		_, err = attach.Attach(t.Context(), ref, nil, quick())
		refused(t, err, "reference-malformed")
	}
	for _, repo := range []string{"", "127.0.0.1:1/acme/echo:1.0.0", "127.0.0.1:1/acme/echo@" + missingDigest, "127.0.0.1:1/../echo"} {
		_, err := attach.PushArtifact(t.Context(), repo, []byte("{}"), quick())
		refused(t, err, "reference-malformed")
		refused(t, attach.MayPush(t.Context(), repo, quick()), "reference-malformed")
	}
}

func artifact(t *testing.T, repo, server string) string {
	t.Helper()
	ref, err := attach.PushArtifact(t.Context(), repo, []byte(server), quick())
	require.NoError(t, err)
	return ref
}
