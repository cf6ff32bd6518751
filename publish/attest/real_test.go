//go:build unix

package attest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realregistry"
	"github.com/mcpctl/mcpctl/publish/attest"
)

// asked sends a request to the registry and gives the server.json of its answer.
func asked(t *testing.T, r *realregistry.Registry, method, path string, body []byte) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, r.URL+path, bytes.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+r.Publisher("io.github.acme/*"))
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { require.NoError(t, resp.Body.Close()) }()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, resp.StatusCode, "%s", text)
	var answer struct{ Server json.RawMessage }
	require.NoError(t, json.Unmarshal(text, &answer))
	return answer.Server
}

// What the real registry gives back has the author's digest and pointer, though
// not the author's bytes.
func TestTheRealRegistryKeepsTheDigest(t *testing.T) {
	r := realregistry.Start(t, realregistry.Options{})
	mine, err := attest.WithPointer(read(t, "canonical/accepted.json"), pointer())
	require.NoError(t, err)
	want, err := attest.Digest(mine)
	require.NoError(t, err)
	for _, theirs := range [][]byte{
		asked(t, r, http.MethodPost, "/v0.1/publish", mine),
		asked(t, r, http.MethodGet, "/v0.1/servers/"+url.PathEscape("io.github.acme/accepted")+"/versions/1.2.0", nil),
	} {
		assert.NotContains(t, string(theirs), "isRepeated", "it does leave out what is empty")
		got, err := attest.Digest(theirs)
		require.NoError(t, err)
		assert.Equal(t, want, got, "%s", theirs)
		p, ok, err := attest.PointerOf(theirs)
		require.NoError(t, err)
		assert.True(t, ok)
		assert.Equal(t, pointer(), p)
	}

	other := bytes.Replace(mine, []byte(`"1.2.0"`), []byte(`"1.2.1"`), 1)
	got, err := attest.Digest(asked(t, r, http.MethodPost, "/v0.1/publish", other))
	require.NoError(t, err)
	assert.NotEqual(t, want, got)
}
