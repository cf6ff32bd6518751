package app

import (
	"net/http"
	"strings"
	"testing"
)

func TestOAuth(t *testing.T) {
	a, _ := newApp(t,
		"MCP_OAUTH_RESOURCE=https://mcp.example.com/mcp", "MCP_OAUTH_SERVERS=https://id.example.com",
		"MCP_JWT_SECRET=0123456789abcdef0123456789abcdef", "MCP_JWT_ISSUER=https://id.example.com",
	)
	s := serve(t, a)
	res, err := http.Get(s.URL + "/.well-known/oauth-protected-resource/mcp")
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("metadata: %s", res.Status)
	}
	refused := post(t, s, hello, nil)
	const want = `resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/mcp"`
	if got := refused.Header.Get("WWW-Authenticate"); refused.StatusCode != http.StatusUnauthorized || !strings.Contains(got, want) {
		t.Errorf("without a token: %s, WWW-Authenticate %q", refused.Status, got)
	}
}
