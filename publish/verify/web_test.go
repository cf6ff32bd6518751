package verify_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/attach"
	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/verify"
)

func TestStatementsAtAnAddress(t *testing.T) {
	s := newScene(t)
	jsonl, sum := attach.Lines(s.bundles(t))
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "mcpctl/test", r.UserAgent())
		_, _ = w.Write(jsonl)
	}))
	defer server.Close()
	digest, err := attest.Digest(s.json(t))
	require.NoError(t, err)
	raw, err := attest.WithPointer(s.json(t), attest.Pointer{Subject: digest, URL: server.URL, SHA256: sum})
	require.NoError(t, err)
	host := server.Listener.Addr().String()
	s.req, s.parts = verify.Request{Server: raw, Source: "server.json"}, s.world.parts()
	s.parts.Trust = s.ca.source(t)
	s.parts.Web = verify.Download{Transport: server.Client().Transport, Allow: []string{host}, UserAgent: "mcpctl/test"}
	assert.Equal(t, []string{host}, s.holds(t).Hosts)
}

// What an entry leads to is a stranger's wish.
func TestAddressesThatAreNotAsked(t *testing.T) {
	asked := recorder{}
	d := verify.Download{Transport: &asked}
	for _, address := range []string{
		"http://example.org/x", "ftp://example.org/x", "https://user:pw@example.org/x", "https:///x", "://",
		"https://127.0.0.1/x", "https://[::1]/x", "https://10.1.2.3/x", "https://192.168.0.1/x", "https://169.254.169.254/x",
		"https://[::ffff:10.0.0.1]/x", "https://0.0.0.0/x", "https://localhost/x", "https://foo.localhost./x", "https://printer/x", "https://db.internal/x",
	} {
		_, err := d.Get(t.Context(), address, 10)
		assert.Equal(t, "host-refused", refusal.Code(err), address)
	}
	assert.Empty(t, asked.urls)

	got, err := d.Get(t.Context(), "https://example.org/x", 10)
	require.NoError(t, err)
	assert.Equal(t, "hello", string(got))
	assert.Equal(t, []string{"https://example.org/x"}, asked.urls)
	_, err = d.Get(t.Context(), "https://example.org/x", 4)
	assert.Equal(t, "bundles-unreachable", refusal.Code(err), "it is longer than asked for")
}

func TestRedirects(t *testing.T) {
	for _, c := range []struct {
		from, to string
		allow    []string
		code     string
	}{
		{"https://example.org/a", "https://example.org/b", nil, ""},
		{"https://example.org/a", "https://mallory.example.org/b", nil, "host-refused"},
		{"https://example.org/a", "https://mallory.example.org/b", []string{"mallory.example.org"}, ""},
		{"https://example.org/a", "http://example.org/b", nil, "host-refused"},
		{"https://example.org/a", "https://127.0.0.1/b", nil, "host-refused"},
		{"https://github.com/a", "https://release-assets.githubusercontent.com/b", nil, ""},
		{"https://github.com/a", "http://release-assets.githubusercontent.com/b", nil, "host-refused"},
		{"https://example.org/a", "https://release-assets.githubusercontent.com/b", nil, "host-refused"},
		{"https://example.org/a", "https://example.org/a", nil, "bundles-unreachable"},
	} {
		asked := recorder{redirects: map[string]string{c.from: c.to}}
		_, err := verify.Download{Transport: &asked, Allow: c.allow}.Get(t.Context(), c.from, 10)
		assert.Equal(t, c.code, refusal.Code(err), "%s → %s", c.from, c.to)
		if c.code == "host-refused" {
			assert.Equal(t, []string{c.from}, asked.urls)
		}
	}
}

// recorder answers every request itself, and keeps what was asked.
type recorder struct {
	redirects map[string]string
	urls      []string
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	r.urls = append(r.urls, req.URL.String())
	w := httptest.NewRecorder()
	if to := r.redirects[req.URL.String()]; to != "" {
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusFound)
	} else {
		_, _ = strings.NewReader("hello").WriteTo(w)
	}
	answer := w.Result()
	answer.Request = req
	return answer, nil
}
