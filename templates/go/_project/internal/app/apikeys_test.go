package app

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"testing"
)

// keyFor is the setting of an API key.
func keyFor(name, key, permissions string) string {
	return fmt.Sprintf("MCP_API_KEYS=%s sha256:%x %s", name, sha256.Sum256([]byte(key)), permissions)
}

func TestAPIKeys(t *testing.T) {
	a, _ := newApp(t, keyFor("ci", "the-key", "operator"))
	s := serve(t, a)
	for name, test := range map[string]struct {
		header map[string]string
		code   int
	}{
		"no key":        {nil, http.StatusUnauthorized},
		"wrong key":     {map[string]string{"Authorization": "Bearer other"}, http.StatusUnauthorized},
		"bearer":        {map[string]string{"Authorization": "Bearer the-key"}, http.StatusOK},
		"X-API-Key":     {map[string]string{"X-API-Key": "the-key"}, http.StatusOK},
		"wrong session": {map[string]string{"X-API-Key": "the-key", "Mcp-Session-Id": "x"}, http.StatusNotFound},
	} {
		res := post(t, s, hello, test.header)
		if res.StatusCode != test.code {
			t.Errorf("%s: %s, want %d", name, res.Status, test.code)
		}
		if challenged := res.Header.Get("WWW-Authenticate") != ""; challenged != (test.code == http.StatusUnauthorized) {
			t.Errorf("%s: WWW-Authenticate = %q", name, res.Header.Get("WWW-Authenticate"))
		}
	}
}
