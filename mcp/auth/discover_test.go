package auth_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realauth"
	"github.com/mcpctl/mcpctl/mcp/auth"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// Metadata is looked for in the order of the specification, and every address is
// told with what it answered.
func TestWhereMetadataIs(t *testing.T) {
	missing := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }
	const (
		byPath  = "/.well-known/oauth-protected-resource/mcp"
		byHost  = "/.well-known/oauth-protected-resource"
		oauth   = "/.well-known/oauth-authorization-server"
		openid  = "/.well-known/openid-configuration"
		tenants = "/tenant1"
	)
	noChallenge := func(string) string { return "" }
	tests := map[string]struct {
		tenant    string
		challenge func(string) string
		moved     map[string]string // from → to; to "" for nowhere
		want      []string
	}{
		"named by the challenge": {"", nil, nil, []string{byPath, oauth}},
		"of the path":            {"", noChallenge, nil, []string{byPath, oauth}},
		"of the host":            {"", noChallenge, map[string]string{byPath: byHost}, []string{byPath, byHost, oauth}},
		"OpenID Connect":         {"", nil, map[string]string{oauth: openid}, []string{byPath, oauth, openid}},
		"a tenant":               {tenants, nil, nil, []string{byPath, oauth + tenants}},
		"a tenant, inserted":     {tenants, nil, map[string]string{oauth + tenants: openid + tenants}, []string{byPath, oauth + tenants, openid + tenants}},
		"a tenant, appended":     {tenants, nil, map[string]string{oauth + tenants: tenants + openid}, []string{byPath, oauth + tenants, openid + tenants, tenants + openid}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var site *realauth.Site
			f := realauth.Faults{Tenant: test.tenant, Challenge: test.challenge, Serve: map[string]http.HandlerFunc{}}
			for from, to := range test.moved {
				f.Serve[from] = missing
				f.Serve[to] = func(w http.ResponseWriter, _ *http.Request) {
					doc := site.Document()
					if strings.HasPrefix(to, byHost) {
						doc = map[string]any{"resource": site.URL(), "authorization_servers": []string{site.Issuer()}}
					}
					assert.NoError(t, json.NewEncoder(w).Encode(doc))
				}
			}
			site = realauth.Start(t, f)
			u := &user{}
			found, trace, err := auth.Discover(t.Context(), site.URL(), u.options())
			require.NoError(t, err, whole(u, err))
			var asked []string
			for _, s := range trace {
				if s.Stage == auth.ResourceMetadata || s.Stage == auth.ServerMetadata {
					at, err := url.Parse(s.URL)
					require.NoError(t, err)
					asked = append(asked, at.Path)
					assert.Equal(t, s.Status == http.StatusOK, s.Problem == "")
				}
			}
			assert.Equal(t, test.want, asked)
			assert.Equal(t, site.Issuer(), found.Server.Issuer)
			assert.Equal(t, []string{"static", "document", "dynamic"}, found.Registrations)
		})
	}
}

// A server of 2025-03-26 has no metadata of its own: its origin is the
// authorization server.
func TestOldServers(t *testing.T) {
	var site *realauth.Site
	own := func(w http.ResponseWriter, r *http.Request) {
		doc := site.Document()
		doc["issuer"] = "http://" + r.Host + "/"
		assert.NoError(t, json.NewEncoder(w).Encode(doc))
	}
	f := realauth.Faults{Challenge: func(string) string { return "" }, Serve: map[string]http.HandlerFunc{
		"/.well-known/oauth-authorization-server":   own,
		"/.well-known/oauth-protected-resource/mcp": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) },
	}}
	site = realauth.Start(t, f)
	u := &user{}
	found, _, err := auth.Discover(t.Context(), site.URL(), u.options())
	require.NoError(t, err, whole(u, err))
	assert.Equal(t, strings.TrimSuffix(site.URL(), "mcp"), found.Server.Issuer)
}

// The resource may be the whole host, with a warning.
func TestAResourceAbove(t *testing.T) {
	for resource, code := range map[string]string{"": "", "/": "", "/mcp": "", "/mc": "auth-resource-mismatch", "/mcp/x": "auth-resource-mismatch", "/mcp?tenant=1": "auth-resource-mismatch"} {
		var site *realauth.Site
		site = realauth.Start(t, realauth.Faults{Resource: func(doc map[string]any) { doc["resource"] = strings.TrimSuffix(site.URL(), "/mcp") + resource }})
		u := &user{}
		_, _, err := auth.Discover(t.Context(), site.URL(), u.options())
		assert.Equal(t, code, refusal.Code(err), "%q: %v", resource, err)
		warned := strings.Contains(whole(u, nil), "warned the resource is")
		assert.Equal(t, code == "" && resource != "/mcp", warned, resource)
	}
}

func TestCanonical(t *testing.T) {
	for address, want := range map[string]string{
		"https://MCP.Example.com:443/Mcp":        "https://mcp.example.com/Mcp",
		"https://mcp.example.com/":               "https://mcp.example.com",
		"https://mcp.example.com/a/#x":           "https://mcp.example.com/a/",
		"http://localhost:3000/mcp?a=B":          "http://localhost:3000/mcp?a=B",
		"http://[::1]:3000/mcp":                  "http://[::1]:3000/mcp",
		"http://mcp.example.com/":                "",
		"http://192.168.1.5/mcp":                 "",
		"http://127.0.0.1.evil.example":          "",
		"https://me:hunter2@mcp.example":         "",
		"ftp://mcp.example.com":                  "",
		"https://mcp.ex\u0430mple.com":           "",
		"mcp.example.com":                        "",
		"https://":                               "",
		"https://a/" + strings.Repeat("x", 3000): "",
	} {
		got, err := auth.Canonical(address)
		assert.Equal(t, want, got, address)
		assert.Equal(t, want == "", err != nil, address)
		if err != nil {
			assert.NotContains(t, err.Error(), "hunter2")
		}
	}
}
