package apikeys

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/auth"
)

func hashOf(key string) string { return fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(key))) }

func TestVerify(t *testing.T) {
	keys, err := New(Config{Keys: "# of our own\nci " + hashOf("key-of-ci") + " read,write 2026-12-31;bob " + hashOf("key-of-bob")})
	if err != nil {
		t.Fatal(err)
	}
	keys.now = func() time.Time { return time.Date(2026, 12, 31, 23, 59, 0, 0, time.UTC) }

	info, err := keys.Verify(t.Context(), "key-of-ci", nil)
	if err != nil || info.UserID != "key:ci" || !slices.Equal(info.Scopes, []string{"read", "write"}) {
		t.Errorf("good key: %+v, %v", info, err)
	}
	if info, err := keys.Verify(t.Context(), "key-of-bob", nil); err != nil || len(info.Scopes) != 0 {
		t.Errorf("key without permissions: %+v, %v", info, err)
	}
	for _, bad := range []string{"", "key-of-c", hashOf("key-of-ci")} {
		if _, err := keys.Verify(t.Context(), bad, nil); !errors.Is(err, auth.ErrInvalidToken) {
			t.Errorf("key %q: %v, want ErrInvalidToken", bad, err)
		}
	}

	keys.now = func() time.Time { return time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC) }
	if _, err := keys.Verify(t.Context(), "key-of-ci", nil); !errors.Is(err, auth.ErrInvalidToken) {
		t.Errorf("expired key: %v, want ErrInvalidToken", err)
	}
}

func TestConfig(t *testing.T) {
	if keys, err := New(Config{}); keys != nil || err != nil {
		t.Errorf("no keys: %v, %v", keys, err)
	}
	for _, bad := range []string{"ci", "ci my-plain-key", "ci sha256:abc", "a " + hashOf("x") + "\na " + hashOf("y")} {
		err := Config{Keys: bad}.Validate()
		if err == nil || strings.Contains(err.Error(), "my-plain-key") {
			t.Errorf("%q: error = %v, want one that does not show the key", bad, err)
		}
	}
}

func TestFromHeader(t *testing.T) {
	for name, test := range map[string]struct{ key, authorization, want string }{
		"key":   {"k", "", "Bearer k"},
		"both":  {"k", "Bearer t", "Bearer t"},
		"token": {"", "Bearer t", "Bearer t"},
		"none":  {"", "", ""},
	} {
		var got http.Header
		handler := FromHeader(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Header }))
		r := httptest.NewRequest(http.MethodPost, "/mcp", nil)
		if test.key != "" {
			r.Header.Set("X-API-Key", test.key)
		}
		if test.authorization != "" {
			r.Header.Set("Authorization", test.authorization)
		}
		handler.ServeHTTP(httptest.NewRecorder(), r)
		if got.Get("Authorization") != test.want || got.Get("X-API-Key") != "" {
			t.Errorf("%s: headers = %v", name, got)
		}
	}
}
