package desk

import (
	"crypto/ed25519"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/publish/registry"
)

// FuzzFileName: whatever the part of a name, its file is one that every file
// system can have, and nobody else's.
func FuzzFileName(f *testing.F) {
	for _, seed := range []string{"1.0.0", "1.0.0-RC", "..", "con", "CON.txt", "a/b", `a\b`, "%2e", "!c", "ü", ".hidden", "", strings.Repeat("A", 300)} {
		f.Add(seed, "1.0.0")
	}
	f.Fuzz(func(t *testing.T, one, other string) {
		name := fileName(one) + ".json"
		assert.LessOrEqual(t, len(name), 255)
		assert.Equal(t, strings.ToLower(name), name, "case does not tell files apart everywhere")
		assert.False(t, strings.ContainsAny(name, "/\\:*?\"<>| \x00"), name)
		assert.False(t, strings.HasPrefix(name, ".") && one != "", name)
		assert.Equal(t, name, path.Base(name))
		stem, _, _ := strings.Cut(name, ".")
		assert.NotContains(t, reserved, stem)
		if one != other {
			assert.NotEqual(t, fileName(one), fileName(other))
		}
	})
}

// FuzzPublish: whatever is published is refused as its author's fault, or comes
// back, canonically as it was sent.
func FuzzPublish(f *testing.F) {
	const head = `{"$schema":"https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json","name":"com.example/echo","description":"d","version":"1.0.0"`
	for _, more := range []string{"", `,"title":"t"`, `,"packages":[{"registryType":"npm","identifier":"a","version":"1","transport":{"type":"stdio"},"packageArguments":[{"type":"positional","value":""}]}]`,
		`,"remotes":[{"type":"sse","url":"https://example.com/{x}","variables":{"x":{}}}]`, `,"_meta":{"io.modelcontextprotocol.registry/publisher-provided":{"a":[1e2,null]}}`, `,"icons":null`, `,"Title":"x"`, `,"version":"2"`} {
		f.Add([]byte(head + more + "}"))
	}
	f.Add([]byte("[]"))
	f.Add([]byte("{"))
	f.Fuzz(func(t *testing.T, sent []byte) {
		s, err := Create(t.TempDir())
		require.NoError(t, err)
		defer func() { require.NoError(t, s.Close()) }()
		e, err := s.Publish(t.Context(), sent, "")
		if err != nil {
			assert.Equal(t, "rejected", refusal.Code(err), "%v", err)
			return
		}
		got, err := s.Get(t.Context(), e.Name(), e.Version())
		require.NoError(t, err)
		assert.JSONEq(t, string(e.Server), string(got.Server))
		// What readers read in different ways has no canonical form, and that of names
		// in another case is another.
		before, err := attest.Canonical(sent)
		if err != nil || respelled(t, sent) {
			return
		}
		after, err := attest.Canonical(got.Server)
		require.NoError(t, err)
		assert.Equal(t, string(before), string(after))
	})
}

// respelled reports members that are taken though their names are in another case.
func respelled(t *testing.T, sent []byte) bool {
	t.Helper()
	var before, after any
	require.NoError(t, json.Unmarshal(sent, &before))
	require.NoError(t, json.Unmarshal(sent, &after))
	require.Empty(t, shapeOf(after))
	return !reflect.DeepEqual(before, after)
}

// FuzzHandler: whatever is asked, the answer is JSON or a redirect within the
// registry, and never the registry's own failure.
func FuzzHandler(f *testing.F) {
	for _, seed := range [][3]string{
		{"GET", "/v0.1/servers?limit=1&cursor=a:b", ""}, {"GET", "/v0/servers/com.example%2Fecho/versions/latest", ""}, {"POST", "/v0.1/publish", "{}"},
		{"PATCH", "/v0.1/servers/a%2Fb/status", `{"status":"deleted"}`}, {"PUT", registry.Extension + "/x", "{}"}, {"POST", "/v0.1/validate", `{"name":1}`}, {"GET", "//evil.example/", ""},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, method, target, body string) {
		u, err := url.ParseRequestURI(target)
		if err != nil || !strings.HasPrefix(target, "/") || !methodForm.MatchString(method) {
			return
		}
		s, err := Create(t.TempDir())
		require.NoError(t, err)
		defer func() { require.NoError(t, s.Close()) }()
		d := &desk{store: s, tokens: tokens{ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)), time.Now}}
		token, _, err := d.tokens.issue("*")
		require.NoError(t, err)
		r := &http.Request{Method: method, URL: u, Host: "localhost", Header: http.Header{"Authorization": {"Bearer " + token}}, Body: io.NopCloser(strings.NewReader(body))}
		w := httptest.NewRecorder()
		Handler(s, Options{Seed: make([]byte, ed25519.SeedSize)}).ServeHTTP(w, r.WithContext(t.Context()))
		assert.Less(t, w.Code, 500, w.Body)
		if to := w.Header().Get("Location"); to != "" {
			assert.True(t, strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "//"), to)
		} else if w.Header().Get("Content-Type") != registry.AttestationsType {
			assert.True(t, json.Valid(w.Body.Bytes()), w.Body)
		}
	})
}

var methodForm = regexp.MustCompile(`^[A-Z]{1,10}$`)
