package registry_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/registry"
)

func TestAddress(t *testing.T) {
	for in, want := range map[string]string{
		registry.Official:                         registry.Official,
		" " + "HTTPS://Registry.Example.com:443/": "https://registry.example.com",
		"https://example.com/mcp/v0.1":            "https://example.com/mcp",
		"https://example.com/v0/":                 "https://example.com",
		"http://127.0.0.1:8080":                   "http://127.0.0.1:8080",
		"http://[::1]:8080/":                      "http://[::1]:8080",
		"http://localhost:80":                     "http://localhost",
	} {
		got, err := registry.Address(in)
		require.NoError(t, err, in)
		assert.Equal(t, want, got)
	}
	for _, in := range []string{"", "registry.example.com", "ftp://example.com", "https://", "http://example.com", "http://10.0.0.1",
		"https://user:hunter2@example.com", "https://example.com?token=hunter2", "https://example.com#x", "https://exa mple.com:hunter2"} {
		_, err := registry.Address(in)
		refused(t, err, "registry-address")
		assert.NotContains(t, err.Error(), "hunter2")
	}
}

func TestGetEscapesTheName(t *testing.T) {
	d := serve(t, answers(200, echoPage))
	e, err := d.client(t, registry.Options{}).Get(t.Context(), "io.github.acme/echo", "1.0.0")
	require.NoError(t, err)
	assert.Equal(t, "/v0.1/servers/io.github.acme%2Fecho/versions/1.0.0", d.requests()[0].path)
	assert.Equal(t, "include_deleted=true", d.requests()[0].query)
	assert.JSONEq(t, echo, string(e.Server))
	assert.Equal(t, registry.Deprecated, e.Status)
	assert.Equal(t, "use 2", e.StatusMessage)
	assert.True(t, e.IsLatest)
	assert.Equal(t, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), e.PublishedAt)
	b, err := e.MarshalJSON()
	require.NoError(t, err)
	assert.JSONEq(t, echoPage, string(b))

	_, err = d.client(t, registry.Options{}).Get(t.Context(), "io.github.acme/echo", "")
	require.NoError(t, err)
	assert.Equal(t, "/v0.1/servers/io.github.acme%2Fecho/versions/latest", d.requests()[1].path)
	assert.Empty(t, d.requests()[1].query)
}

// A registry must not be able to answer with another entry than the one asked for.
func TestGetRefusesAnotherEntry(t *testing.T) {
	c := serve(t, answers(200, echoPage)).client(t, registry.Options{})
	_, err := c.Get(t.Context(), "io.github.acme/other", "")
	refused(t, err, "registry-broken")
	_, err = c.Get(t.Context(), "io.github.acme/echo", "2.0.0")
	refused(t, err, "registry-broken")
	posing := strings.Replace(echoPage, `"name":"io.github.acme/echo"`, `"name":"io.github.evil/echo","Name":"io.github.acme/echo"`, 1)
	_, err = serve(t, answers(200, posing)).client(t, registry.Options{}).Get(t.Context(), "io.github.acme/echo", "")
	refused(t, err, "registry-broken")
	_, err = serve(t, answers(200, `{"servers":[`+echoPage+`]}`)).client(t, registry.Options{}).Versions(t.Context(), "io.github.acme/other")
	refused(t, err, "registry-broken")
}

func TestRedirects(t *testing.T) {
	elsewhere := serve(t, answers(200, echoPage))
	d := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL+r.URL.Path, http.StatusTemporaryRedirect)
	})
	c := d.client(t, registry.Options{})
	_, err := c.Get(t.Context(), "io.github.acme/echo", "")
	refused(t, err, "registry-redirected")
	err = c.Status(t.Context(), "io.github.acme/echo", "1.0.0", registry.Deprecated, "", "a.b.c")
	refused(t, err, "registry-redirected")
	_, err = c.Publish(t.Context(), []byte(echo), "a.b.c")
	refused(t, err, "registry-redirected")
	_, err = c.Login(t.Context(), registry.GitHubToken{Token: "hunter2"})
	refused(t, err, "registry-redirected")
	assert.Empty(t, elsewhere.requests(), "nothing goes to a host that the user did not name")

	d = serve(t, func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/moved") {
			http.Redirect(w, r, "/moved"+r.URL.EscapedPath(), http.StatusPermanentRedirect)
			return
		}
		answers(200, echoPage)(w, r)
	})
	_, err = d.client(t, registry.Options{}).Get(t.Context(), "io.github.acme/echo", "")
	require.NoError(t, err, "within the host it is followed")

	d = serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.EscapedPath(), http.StatusFound)
	})
	_, err = d.client(t, registry.Options{}).Get(t.Context(), "io.github.acme/echo", "")
	refused(t, err, "registry-redirected")
}

func TestRegistriesFromBeforeV01(t *testing.T) {
	for name, missing := range map[string]http.HandlerFunc{
		"official": answers(404, problem("Endpoint not found. See /docs for the API documentation.")),
		"plain":    http.NotFound,
	} {
		t.Run(name, func(t *testing.T) {
			d := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if strings.HasPrefix(r.URL.Path, "/v0/") {
					answers(200, echoPage)(w, r)
					return
				}
				missing(w, r)
			})
			c := d.client(t, registry.Options{})
			_, err := c.Publish(t.Context(), []byte(echo), "a.b.c")
			require.NoError(t, err)
			_, err = c.Get(t.Context(), "io.github.acme/echo", "")
			require.NoError(t, err)
			var paths []string
			for _, r := range d.requests() {
				paths = append(paths, r.path)
			}
			assert.Equal(t, []string{"/v0.1/publish", "/v0/publish", "/v0/servers/io.github.acme%2Fecho/versions/latest"}, paths)
		})
	}
	// No registry at all is told apart from an entry that there is not.
	_, err := serve(t, answers(404, problem("Endpoint not found."))).client(t, registry.Options{}).Get(t.Context(), "io.github.acme/echo", "")
	refused(t, err, "registry-broken")
	_, err = serve(t, http.NotFound).client(t, registry.Options{}).Get(t.Context(), "io.github.acme/echo", "")
	assert.Contains(t, refused(t, err, "not-found").Mend, "the address of an MCP registry?")
}

func TestSearch(t *testing.T) {
	d := serve(t, answers(200, `{"servers":[`+echoPage+`],"metadata":{"count":1,"nextCursor":"io.github.acme/echo:1.0.0"}}`))
	c := d.client(t, registry.Options{})
	page, err := c.Search(t.Context(), registry.Query{Text: "ech&o", Limit: 5, Version: "latest", IncludeDeleted: true})
	require.NoError(t, err)
	assert.Equal(t, "include_deleted=true&limit=5&search=ech%26o&version=latest", d.requests()[0].query)
	assert.Equal(t, "io.github.acme/echo:1.0.0", page.Next)
	require.Len(t, page.Entries, 1)
	assert.Equal(t, "io.github.acme/echo", page.Entries[0].Name())

	_, err = c.Search(t.Context(), registry.Query{Cursor: page.Next})
	refused(t, err, "registry-broken") // it would never end
	_, err = c.Search(t.Context(), registry.Query{UpdatedSince: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), IncludeDeleted: true})
	require.NoError(t, err)
	assert.Equal(t, "updated_since=2026-01-02T03%3A04%3A05Z", d.requests()[2].query)
	for _, q := range []registry.Query{{Text: "ab"}, {Text: " a b "}, {Limit: -1}, {Limit: 101}} {
		if q.Text == " a b " { // three characters
			assert.NoError(t, q.Check())
			continue
		}
		_, err = c.Search(t.Context(), q)
		refused(t, err, "bad-query")
	}
}
