package registry_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/registry"
)

// token is one that says this of itself; nobody could verify it.
func token(tb testing.TB, claims map[string]any) string {
	tb.Helper()
	b, err := json.Marshal(claims)
	require.NoError(tb, err)
	part := base64.RawURLEncoding.EncodeToString
	return part([]byte(`{"alg":"EdDSA"}`)) + "." + part(b) + "." + part([]byte("signature"))
}

func TestParseToken(t *testing.T) {
	jwt := token(t, map[string]any{"exp": 1767225600, "auth_method": "github-at", "auth_method_sub": "alice",
		"permissions": []any{map[string]any{"action": "publish", "resource": "io.github.alice/*"}, map[string]any{"action": "edit", "resource": "com.example/one"}}})
	got, err := registry.ParseToken("\n" + jwt + " ")
	require.NoError(t, err)
	assert.Equal(t, jwt, got.Reveal())
	assert.Equal(t, "alice", got.Subject)
	assert.Equal(t, "github-at", got.Method)
	assert.Equal(t, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), got.Expires)
	assert.True(t, got.Expired(got.Expires))
	assert.False(t, got.Expired(got.Expires.Add(-time.Second)))
	for _, c := range []struct {
		action, name string
		may          bool
	}{
		{"publish", "io.github.alice/x", true},
		{"publish", "io.github.Alice/x", false},
		{"publish", "io.github.alice", false},
		{"publish", "io.github.alicex/x", false},
		{"edit", "com.example/one", true},
		{"edit", "com.example/one2", false},
		{"publish", "com.example/one", false},
	} {
		assert.Equal(t, c.may, got.May(c.action, c.name), "%s %s", c.action, c.name)
	}
	all, err := registry.ParseToken(token(t, map[string]any{"permissions": []any{map[string]any{"action": "publish", "resource": "*"}}}))
	require.NoError(t, err)
	assert.True(t, all.May("publish", "any/thing"))
	assert.False(t, all.Expired(time.Now()), "it does not say when it ends")
}

func TestATokenIsNeverPrinted(t *testing.T) {
	jwt := token(t, map[string]any{"auth_method": "none"})
	got, err := registry.ParseToken(jwt)
	require.NoError(t, err)
	b, err := json.Marshal(map[string]any{"t": got, "p": &got})
	require.NoError(t, err)
	for _, verb := range []string{"%s", "%v", "%+v", "%#v", "%q", "%x", "%d"} {
		b = fmt.Appendf(b, verb, got)
		b = fmt.Appendf(b, verb, &got)
		b = fmt.Appendf(b, verb, struct{ T any }{got})
	}
	assert.NotContains(t, string(b), strings.Split(jwt, ".")[1])
	assert.NotContains(t, string(b), fmt.Sprintf("%x", jwt)[:40])
}

func TestUnreadableTokens(t *testing.T) {
	part := base64.RawURLEncoding.EncodeToString
	for name, jwt := range map[string]string{
		"empty":      "",
		"one part":   "hunter2",
		"two parts":  "hunter2.hunter2",
		"four parts": "a.b.c.hunter2",
		"no base64":  "a.hunter2!.c",
		"a line end": "YQ." + part([]byte("{}"))[:2] + "\n" + part([]byte("{}"))[2:] + ".YQ",
		"no JSON":    "YQ." + part([]byte("hunter2")) + ".YQ",
		"wrong JSON": "YQ." + part([]byte(`{"permissions":"hunter2"}`)) + ".YQ",
		"no time":    "YQ." + part([]byte(`{"exp":1e300}`)) + ".YQ",
		"too long":   "YQ." + strings.Repeat("A", registry.MaxToken) + ".YQ",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := registry.ParseToken(jwt)
			refused(t, err, "token-unreadable")
			assert.NotContains(t, err.Error(), "hunter2")
		})
	}
}

// Whatever a token holds: it is read or refused, never quoted, and a header can
// carry what is read.
func FuzzParseToken(f *testing.F) {
	f.Add(token(f, map[string]any{"exp": 1767225600, "permissions": []any{map[string]any{"action": "publish", "resource": "*"}}}))
	f.Add("a.b.c")
	f.Add("..")
	f.Add("YQ.e30.YQ")
	f.Add("YQ.e30\n.YQ")
	f.Fuzz(func(t *testing.T, jwt string) {
		got, err := registry.ParseToken(jwt)
		if err != nil {
			if len(jwt) > 60 {
				assert.NotContains(t, err.Error(), jwt)
			}
			return
		}
		assert.False(t, strings.ContainsFunc(got.Reveal(), func(r rune) bool { return r <= ' ' || r > '~' }))
		assert.Equal(t, "[redacted]", got.String())
		again, err := registry.ParseToken(got.Reveal())
		require.NoError(t, err)
		assert.Equal(t, got, again)
	})
}
