package app

import (
	"testing"

	"example.com/acme-server/internal/config"
)

// Without keys, only this machine is served.
func TestNobodyCanSignIn(t *testing.T) {
	for _, test := range []struct {
		environ []string
		refused bool
	}{
		{nil, false},
		{[]string{"MCP_HTTP_ADDR=127.0.0.1:8080"}, false},
		{[]string{"MCP_HTTP_ADDR=localhost:8080"}, false},
		{[]string{"MCP_HTTP_ADDR=[::1]:8080"}, false},
		{[]string{"MCP_HTTP_ADDR=:8080"}, true},
		{[]string{"MCP_HTTP_ADDR=0.0.0.0:8080"}, true},
		{[]string{"MCP_HTTP_ADDR=0.0.0.0:8080", "MCP_AUTH_ANONYMOUS=true"}, false},
	} {
		cfg, _, err := config.Load("", test.environ)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := New(cfg, Build{Errors: new(buffer)}); (err != nil) != test.refused {
			t.Errorf("%v: error = %v, want one: %t", test.environ, err, test.refused)
		}
	}
}
