package oauth_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/auth"

	"example.com/acme-server/internal/oauth"
)

func resource(t *testing.T) *oauth.Resource {
	t.Helper()
	r, err := oauth.New(oauth.Config{
		Resource:   "https://mcp.example.com/mcp",
		Servers:    []string{"https://id.example.com"},
		Scopes:     []string{"use"},
		ToolScopes: map[string]string{"delete": "write admin"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestMetadata(t *testing.T) {
	r := resource(t)
	if got, want := r.MetadataURL(), "https://mcp.example.com/.well-known/oauth-protected-resource/mcp"; got != want {
		t.Errorf("MetadataURL = %s, want %s", got, want)
	}
	if got := r.Paths(); !slices.Equal(got, []string{"/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource"}) {
		t.Errorf("Paths = %v", got)
	}
	answer := httptest.NewRecorder()
	r.Metadata().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, r.MetadataURL(), nil))
	var metadata struct {
		Resource string   `json:"resource"`
		Servers  []string `json:"authorization_servers"`
		Scopes   []string `json:"scopes_supported"`
	}
	if err := json.Unmarshal(answer.Body.Bytes(), &metadata); err != nil {
		t.Fatal(err)
	}
	if metadata.Resource != "https://mcp.example.com/mcp" || !slices.Equal(metadata.Servers, []string{"https://id.example.com"}) ||
		!slices.Equal(metadata.Scopes, []string{"admin", "use", "write"}) {
		t.Errorf("metadata = %s", answer.Body)
	}
}

func TestScopes(t *testing.T) {
	const call = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"delete"}}`
	const challenge = `Bearer resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/mcp", scope="admin use write"`
	for name, test := range map[string]struct {
		scopes    []string // nil: no token
		body      string
		code      int
		challenge string
	}{
		"enough":     {[]string{"write", "admin"}, call, 200, ""},
		"too few":    {[]string{"write"}, call, 403, challenge + `, error="insufficient_scope"`},
		"in a batch": {[]string{"write"}, "[" + call + "]", 403, challenge + `, error="insufficient_scope"`},
		"no token":   {nil, call, 401, challenge},
		"other tool": {[]string{}, strings.ReplaceAll(call, "delete", "list"), 200, ""},
		"a list":     {nil, `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`, 200, ""},
		"no JSON":    {nil, `{`, 200, ""},
		"too large":  {nil, strings.Repeat(" ", 201), 413, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var handler http.Handler = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				if body, err := io.ReadAll(r.Body); err != nil || string(body) != test.body {
					t.Errorf("the body went on as %q, %v", body, err)
				}
			})
			handler = resource(t).Scopes(200)(handler)
			r := httptest.NewRequest(http.MethodPost, "/mcp", strings.NewReader(test.body))
			if test.scopes != nil {
				verify := func(context.Context, string, *http.Request) (*auth.TokenInfo, error) {
					return &auth.TokenInfo{UserID: "u", Scopes: test.scopes}, nil
				}
				handler = auth.RequireBearerToken(verify, &auth.RequireBearerTokenOptions{AllowMissingExpiration: true})(handler)
				r.Header.Set("Authorization", "Bearer t")
			}
			answer := httptest.NewRecorder()
			handler.ServeHTTP(answer, r)
			if got := answer.Header().Get("WWW-Authenticate"); answer.Code != test.code || !strings.HasPrefix(got, test.challenge) || (test.challenge == "") != (got == "") {
				t.Errorf("answer = %d, challenge %q", answer.Code, got)
			}
		})
	}
}

func TestConfig(t *testing.T) {
	if r, err := oauth.New(oauth.Config{}); r != nil || err != nil {
		t.Errorf("nothing described: %v, %v", r, err)
	}
	for _, cfg := range []oauth.Config{
		{Resource: "https://mcp.example.com/mcp"},
		{Resource: "mcp", Servers: []string{"https://id.example.com"}},
		{Resource: "https://mcp.example.com/#x", Servers: []string{"https://id.example.com"}},
	} {
		if cfg.Validate() == nil {
			t.Errorf("%+v was accepted", cfg)
		}
	}
}
