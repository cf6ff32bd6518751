package realauth_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/cli"
	"github.com/mcpctl/mcpctl/internal/realauth"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/auth"
	"github.com/mcpctl/mcpctl/publish/refusal"
	"github.com/mcpctl/mcpctl/testservers"
)

// A server that `mcpctl new` has made with the feature oauth leads to its
// authorization server, takes the tokens issued for it, and no others.
func TestSigningInAtAGeneratedServer(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "guarded")
	s, _, said := cli.Test(nil)
	require.Equal(t, cli.ExitFine, cli.Main(t.Context(), s, []string{"new", "guarded", "--template", "go", "--profile", "lean", "--with", "oauth", "--dir", dir, "--yes"}), said)
	binary := filepath.Join(t.TempDir(), "guarded")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".")
	build.Dir = dir
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)

	secret := rand.Text() + rand.Text()
	audience := ""
	var site *realauth.Site
	site = realauth.Start(t, realauth.Faults{Granted: func(doc map[string]any) {
		token := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
			"iss": site.Issuer(), "aud": audience, "sub": "ada", "exp": time.Now().Add(time.Hour).Unix(), "scope": doc["scope"], "jti": rand.Text(),
		})
		text, err := token.SignedString([]byte(secret))
		assert.NoError(t, err)
		doc["access_token"] = text
	}})
	address := testservers.StartHTTP(t, testservers.Server{Name: "guarded", HTTPPath: "/mcp", Host: "127.0.0.1", HTTP: func(port int) []string {
		return []string{"env", "MCP_JWT_SECRET=" + secret, "MCP_JWT_ISSUER=" + site.Issuer(), "MCP_OAUTH_SERVERS=" + site.Issuer(),
			fmt.Sprintf("MCP_OAUTH_RESOURCE=http://127.0.0.1:%d/mcp", port), "MCP_OAUTH_SCOPES=" + realauth.Scope, binary, "-http", testservers.Loopback(port)}
	}})
	o := auth.Options{Agree: func(context.Context, []auth.Host) error { return nil }, Visit: realauth.Browser}

	audience = "https://other.example/mcp"
	_, _, err = auth.Login(t.Context(), address, o)
	assert.Equal(t, "auth-audience", refusal.Code(err), "%v", err)

	audience = address
	g, trace, err := auth.Login(t.Context(), address, o)
	require.NoError(t, err, "%+v", trace)
	assert.Equal(t, address, g.Resource)
	assert.Contains(t, g.Scopes, realauth.Scope)
	for _, step := range trace {
		assert.Empty(t, step.Problem, step.Title)
		for _, c := range step.Checks {
			assert.Equal(t, auth.Passed, c.Level, "%s: %s", step.Title, c.Text)
		}
	}
	session, err := mcp.Connect(t.Context(), mcp.Target{URL: address, Authorizer: auth.NewSource(g, nil, auth.SourceOptions{})}, mcp.Options{Revision: mcp.Rev20251125, Limits: mcp.DefaultLimits()})
	require.NoError(t, err)
	require.NoError(t, session.Call(t.Context(), "tools/list", nil).Err())
	require.NoError(t, session.Close(t.Context()))
}
