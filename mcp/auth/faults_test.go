package auth_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realauth"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// Each fault ends the sign-in with a code and words of its own, and nothing that
// comes after it is asked.
func TestFaults(t *testing.T) {
	answer := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status); _, _ = w.Write([]byte(body)) }
	}
	to := func(address string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, address, http.StatusTemporaryRedirect)
		}
	}
	serve := func(path string, h http.HandlerFunc) realauth.Faults {
		return realauth.Faults{Serve: map[string]http.HandlerFunc{path: h}}
	}
	const (
		resource = "/.well-known/oauth-protected-resource/mcp"
		metadata = "/.well-known/oauth-authorization-server"
		jwt      = "e30.eyJhdWQiOiJodHRwczovL290aGVyLmV4YW1wbGUifQ.x" // aud: https://other.example
	)
	tests := map[string]struct {
		faults realauth.Faults
		code   string
		says   string
		never  string // what is not asked any more
	}{
		"no token wanted":            {realauth.Faults{Serve: map[string]http.HandlerFunc{"/mcp": answer(200, "{}"), resource: answer(404, "")}}, "auth-not-asked", "does not ask for a token", "GET " + metadata},
		"metadata missing":           {serve(resource, answer(404, "")), "auth-metadata-missing", "HTTP status 404", "GET " + metadata},
		"metadata is no JSON":        {serve(resource, answer(200, "<html>")), "auth-metadata-missing", "no JSON", "GET " + metadata},
		"metadata twice":             {serve(resource, answer(200, `{"resource":"a","resource":"b"}`)), "auth-metadata-missing", "twice", "GET " + metadata},
		"metadata huge":              {serve(resource, answer(200, `{"a":"`+strings.Repeat("x", 1<<20)+`"}`)), "auth-metadata-missing", "longer than 256 kB", "GET " + metadata},
		"metadata elsewhere":         {serve(resource, to("https://other.example/")), "auth-metadata-missing", "redirects to another host", "GET " + metadata},
		"metadata over http":         {realauth.Faults{Challenge: func(string) string { return `Bearer resource_metadata="http://other.example/x"` }}, "auth-metadata-unsafe", "http, not https", "GET " + resource},
		"metadata in a file":         {realauth.Faults{Challenge: func(string) string { return `Bearer resource_metadata="file:///etc/passwd"` }}, "auth-metadata-unsafe", "scheme is", "GET " + resource},
		"another resource":           {realauth.Faults{Resource: with("resource", "https://bank.example/mcp")}, "auth-resource-mismatch", "https://bank.example/mcp", "GET " + metadata},
		"no authorization server":    {realauth.Faults{Resource: without("authorization_servers")}, "auth-servers-missing", "names no authorization server", "GET " + metadata},
		"issuer over http":           {realauth.Faults{Resource: with("authorization_servers", []string{"http://auth.example"})}, "auth-issuer-unsafe", "http, not https", "GET " + metadata},
		"no server metadata":         {serve(metadata, answer(500, "")), "auth-server-metadata-missing", "openid-configuration (HTTP status 404)", "POST /register"},
		"wrong issuer":               {realauth.Faults{Metadata: with("issuer", "https://evil.example")}, "auth-issuer-mismatch", "https://evil.example", "POST /register"},
		"no token endpoint":          {realauth.Faults{Metadata: without("token_endpoint")}, "auth-endpoint-missing", "token_endpoint", "POST /register"},
		"token endpoint over http":   {realauth.Faults{Metadata: with("token_endpoint", "http://auth.example/token")}, "auth-endpoint-unsafe", "token_endpoint", "POST /register"},
		"consent by script":          {realauth.Faults{Metadata: with("authorization_endpoint", "javascript:alert(1)")}, "auth-endpoint-unsafe", "authorization_endpoint", "POST /register"},
		"no PKCE":                    {realauth.Faults{Metadata: without("code_challenge_methods_supported")}, "auth-pkce-missing", "does not offer PKCE", "POST /register"},
		"PKCE in the open":           {realauth.Faults{Metadata: with("code_challenge_methods_supported", []string{"plain"})}, "auth-pkce-missing", "not S256", "POST /register"},
		"no way to be a client":      {realauth.Faults{Metadata: without("registration_endpoint")}, "auth-client-missing", "no client id", "GET /authorize"},
		"registration refused":       {serve("/register", answer(403, `{"error":"access_denied","error_description":"by hand only"}`)), "auth-registration-refused", "access_denied: by hand only", "GET /authorize"},
		"registration hostile":       {serve("/register", answer(201, `{"client_id":"x","redirect_uris":["https://evil.example/"]}`)), "auth-registration-invalid", "https://evil.example/", "GET /authorize"},
		"registration without id":    {serve("/register", answer(201, `{}`)), "auth-registration-invalid", "client_id", "GET /authorize"},
		"registration by key":        {serve("/register", answer(201, `{"client_id":"x","token_endpoint_auth_method":"private_key_jwt"}`)), "auth-registration-invalid", "private_key_jwt", "GET /authorize"},
		"another state":              {realauth.Faults{Back: back("state", "other")}, "auth-state-mismatch", "state", "POST /token"},
		"iss missing":                {realauth.Faults{Back: back("iss", "")}, "auth-iss-missing", "promises", "POST /token"},
		"another iss":                {realauth.Faults{Back: back("iss", "https://evil.example")}, "auth-iss-mismatch", "https://evil.example", "POST /token"},
		"another iss with an error":  {realauth.Faults{Back: func(v url.Values) { v.Set("iss", "https://evil.example"); v.Set("error", "call 555-1234") }}, "auth-iss-mismatch", "https://evil.example", "POST /token"},
		"state twice":                {realauth.Faults{Back: func(v url.Values) { v.Add("state", "x") }}, "auth-answer-invalid", "twice", "POST /token"},
		"no code":                    {realauth.Faults{Back: back("code", "")}, "auth-answer-invalid", "no authorization code", "POST /token"},
		"the user says no":           {realauth.Faults{Back: back("error", "access_denied")}, "auth-not-granted", "access_denied", "POST /token"},
		"a code of others":           {realauth.Faults{Back: back("code", "stolen")}, "auth-token-refused", "invalid_grant: the code is not good", "-"},
		"token endpoint fails":       {serve("/token", answer(500, "oops")), "auth-token-failed", "HTTP status 500", "-"},
		"token endpoint elsewhere":   {serve("/token", to("https://other.example/token")), "auth-token-failed", "HTTP status 307", "-"},
		"token endpoint hangs":       {serve("/token", hang), "auth-token-failed", "no answer within", "-"},
		"token huge":                 {serve("/token", answer(200, `{"access_token":"`+strings.Repeat("x", 1<<20)+`"}`)), "auth-token-failed", "longer than 256 kB", "-"},
		"token is no JSON":           {serve("/token", answer(200, "access_token=x")), "auth-token-invalid", "no JSON", "-"},
		"token with a line feed":     {realauth.Faults{Granted: with("access_token", "a\r\nX-Evil: 1")}, "auth-token-invalid", "no token that can be sent", "-"},
		"token of another type":      {realauth.Faults{Granted: with("token_type", "DPoP")}, "auth-token-type", "DPoP", "-"},
		"token for another audience": {realauth.Faults{Granted: with("access_token", jwt), Serve: map[string]http.HandlerFunc{"/mcp": refusing}}, "auth-audience", "https://other.example", "-"},
		"token nobody takes":         {serve("/mcp", refusing), "auth-token-rejected", "HTTP status 401", "-"},
	}
	words := map[string]string{}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			site, u, g, err := login(t, test.faults)
			require.Error(t, err)
			r, ok := refusal.Of(err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, test.code, r.Code, "%v", err)
			assert.Contains(t, err.Error(), test.says)
			assert.NotEmpty(t, r.Mend)
			assert.NotContains(t, whole(u, err), "555-1234", "what a stranger says is not shown")
			assert.NotContains(t, site.Asked(), test.never)
			assert.Less(t, len(err.Error()), 1500)
			assert.Empty(t, g.Secrets())
			words[err.Error()] = name
		})
	}
	assert.GreaterOrEqual(t, len(words), len(tests)-2, "each has its own message")
}

// refusing is a server that names its metadata and takes no token.
func refusing(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("WWW-Authenticate", "Bearer")
	w.WriteHeader(http.StatusUnauthorized)
}

// hang answers nothing until the client has gone.
func hang(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // the server does not see it go before
	<-r.Context().Done()
}
