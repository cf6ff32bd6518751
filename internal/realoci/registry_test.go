//go:build unix

package realoci_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realoci"
)

func TestEachKindIsWhatItSays(t *testing.T) {
	for _, kind := range realoci.Kinds() {
		t.Run(kind.Name, func(t *testing.T) {
			var asked []string
			r := kind.Start(t, realoci.Options{Wrap: func(inner http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
					asked = append(asked, req.Method)
					inner.ServeHTTP(w, req)
				})
			}})
			image, index := r.Image(t, "acme/echo:1.0.0", nil), r.Index(t, "acme/echo:2.0.0", nil)
			assert.NotEqual(t, image, index)
			assert.Empty(t, asked, "fixtures go past the wrapper")

			assert.Equal(t, r.Referrers, get(t, "http://"+r.Host+"/v2/acme/echo/referrers/"+image[len(image)-71:]) == http.StatusOK)
			assert.Equal(t, http.StatusOK, get(t, "http://"+r.Host+"/v2/acme/echo/manifests/1.0.0"))
			assert.Len(t, asked, 2)
		})
	}
}

func TestAPrivateOneAsksForThePassword(t *testing.T) {
	for _, kind := range realoci.Kinds() {
		t.Run(kind.Name, func(t *testing.T) {
			r := kind.Start(t, realoci.Options{Private: true})
			r.Image(t, "acme/echo:1.0.0", nil)
			at := r.Host + "/v2/acme/echo/manifests/1.0.0"
			assert.Equal(t, http.StatusUnauthorized, get(t, "http://"+at))
			assert.Equal(t, http.StatusOK, get(t, "http://"+realoci.User+":"+realoci.Password+"@"+at))
		})
	}
}

func get(t *testing.T, url string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	req.Header.Set("Accept", "application/vnd.oci.image.manifest.v1+json")
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	return resp.StatusCode
}
