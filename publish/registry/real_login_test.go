//go:build unix

package registry_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realregistry"
	"github.com/mcpctl/mcpctl/publish/registry"
)

// issuer signs identity tokens, and publishes its key where the registry looks.
type issuer struct{ key *rsa.PrivateKey }

func newIssuer(t *testing.T, hosts *realregistry.Hosts) issuer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	part := base64.RawURLEncoding.EncodeToString
	set, err := json.Marshal(map[string]any{"keys": []any{map[string]string{
		"kty": "RSA", "kid": "1", "use": "sig", "alg": "RS256", "n": part(key.N.Bytes()), "e": part(big.NewInt(int64(key.E)).Bytes()),
	}}})
	require.NoError(t, err)
	hosts.Put("/.well-known/jwks", "application/json", set)
	return issuer{key}
}

func (i issuer) sign(t *testing.T, claims jwt.MapClaims) string {
	t.Helper()
	claims["exp"] = time.Now().Add(time.Minute).Unix()
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	token.Header["kid"] = "1"
	signed, err := token.SignedString(i.key)
	require.NoError(t, err)
	return signed
}

// The official registry takes identity tokens that are meant for it, and what
// the device flow brings. GitHub and the issuer are played by stand-ins.
func TestIdentitiesAtTheOfficialRegistry(t *testing.T) {
	const trusted = "https://issuer.example.com"
	hosts := &realregistry.Hosts{}
	issuer := newIssuer(t, hosts)
	discovery, err := json.Marshal(map[string]any{"issuer": trusted, "jwks_uri": trusted + "/.well-known/jwks",
		"authorization_endpoint": trusted + "/a", "token_endpoint": trusted + "/t", "id_token_signing_alg_values_supported": []string{"RS256"}})
	require.NoError(t, err)
	hosts.Put("/.well-known/openid-configuration", "application/json", discovery)
	hosts.Put("/user", "application/json", []byte(`{"login":"alice","id":1}`))
	hosts.Put("/user/memberships/orgs", "application/json", []byte(`[]`))
	official := realregistry.Start(t, realregistry.Options{Hosts: hosts, Env: func(address string) []string {
		return []string{"MCP_REGISTRY_GITHUB_OIDC_AUDIENCE=http://" + address, "MCP_REGISTRY_GITHUB_CLIENT_ID=app-1",
			"MCP_REGISTRY_OIDC_ENABLED=true", "MCP_REGISTRY_OIDC_ISSUER=" + trusted, "MCP_REGISTRY_OIDC_CLIENT_ID=registry", "MCP_REGISTRY_OIDC_PUBLISH_PERMISSIONS=com.example/*"}
	}})
	c, err := registry.New(official.URL, registry.Options{})
	require.NoError(t, err)

	t.Run("github-oidc", func(t *testing.T) {
		actions := serve(t, func(w http.ResponseWriter, r *http.Request) {
			token := issuer.sign(t, jwt.MapClaims{"iss": "https://token.actions.githubusercontent.com", "sub": "repo:acme/echo", "repository_owner": "acme", "aud": r.URL.Query().Get("audience")})
			_, _ = fmt.Fprintf(w, `{"value":%q}`, token)
		})
		env := map[string]string{"ACTIONS_ID_TOKEN_REQUEST_URL": actions.URL + "?api-version=2", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "r"}
		got, err := c.Login(t.Context(), registry.GitHubOIDC{Getenv: func(k string) string { return env[k] }})
		require.NoError(t, err)
		assert.Equal(t, "github-oidc", got.Method)
		assert.True(t, got.May(registry.ActionPublish, "io.github.acme/echo"))
	})

	t.Run("oidc", func(t *testing.T) {
		got, err := c.Login(t.Context(), registry.OIDC{Token: issuer.sign(t, jwt.MapClaims{"iss": trusted, "sub": "alice", "aud": "registry"})})
		require.NoError(t, err)
		assert.Equal(t, "alice", got.Subject)
		assert.True(t, got.May(registry.ActionPublish, "com.example/echo"))
		_, err = c.Login(t.Context(), registry.OIDC{Token: issuer.sign(t, jwt.MapClaims{"iss": trusted, "sub": "alice", "aud": "another"})})
		refused(t, err, "login-refused")
	})

	t.Run("the device flow", func(t *testing.T) {
		github := device(t, `{"access_token":"gho_1","token_type":"bearer"}`)
		got, err := c.Login(t.Context(), registry.GitHubDevice{Base: github.URL, Prompt: func(registry.DevicePrompt) {}})
		require.NoError(t, err)
		assert.Equal(t, "alice", got.Subject)
		assert.Contains(t, github.requests()[0].body, "client_id=app-1")
	})
}
