//go:build unix

package realregistry_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/realregistry"
)

const schema = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"

// publish sends a server.json with the package given to the registry.
func publish(t *testing.T, r *realregistry.Registry, token, name, version, pkg string) (int, string) {
	t.Helper()
	body := `{"$schema":"` + schema + `","name":"` + name + `","description":"A server of a test","version":"` + version + `","packages":[` + pkg + `]}`
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.URL+"/v0.1/publish", strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { require.NoError(t, resp.Body.Close()) }()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(text)
}

func TestTokens(t *testing.T) {
	r := realregistry.Start(t, realregistry.Options{})
	for _, c := range []struct {
		name, token string
		status      int
		says        string
	}{
		{"ours", r.Publisher("com.example/*"), http.StatusOK, `"isLatest":true`},
		{"another namespace's", r.Publisher("com.other/*"), http.StatusForbidden, "com.other/*"},
		{"one to edit", r.Mint(realregistry.Permission{Action: "edit", Resource: "com.example/*"}), http.StatusForbidden, "permission"},
		{"passed", r.MintFor(-time.Second, realregistry.Permission{Action: "publish", Resource: "*"}), http.StatusUnauthorized, "expired"},
		{"another registry's", r.MintForeign(realregistry.Permission{Action: "publish", Resource: "*"}), http.StatusUnauthorized, "signature"},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, body := publish(t, r, c.token, "com.example/tokens", "1.0.0", "")
			assert.Equal(t, c.status, status, body)
			assert.Contains(t, body, c.says)
		})
	}
}

func TestOwnershipIsAskedOfTheHosts(t *testing.T) {
	const name = "com.example/owned"
	const readme = "# Echo\n\nmcp-name: " + name + "\n"
	hosts := &realregistry.Hosts{}
	careless := realregistry.Start(t, realregistry.Options{Hosts: hosts})
	status, body := publish(t, careless, careless.Publisher("com.example/*"), name, "1.0.0", `{"registryType":"npm","identifier":"@acme/echo","version":"1.0.0","transport":{"type":"stdio"}}`)
	require.Equal(t, http.StatusOK, status, body)
	assert.Empty(t, hosts.Asked(), "without ownership validation nobody is asked")

	r := realregistry.Start(t, realregistry.Options{Ownership: true, Hosts: hosts})
	token := r.Publisher("com.example/*")

	hosts.NPM("@acme/echo", "1.0.0", name)
	hosts.NPM("foreign", "1.0.0", "com.example/other")
	hosts.PyPI("acme-echo", "1.0.0", readme)
	hosts.PyPI("no-proof", "1.0.0", "# Echo\n")
	hosts.NuGet("Acme.Echo", "1.0.0", readme)
	hosts.NuGet("Acme.None", "1.0.0", "# Echo\n")
	hosts.Crate("acme-echo", "1.0.0", "<p>"+readme+"</p>")
	hosts.Crate("acme-none", "1.0.0", "<p>Echo</p>")
	hosts.Image("acme/echo", "1.0.0", map[string]string{"io.modelcontextprotocol.server.name": name})
	hosts.Image("acme/bare", "1.0.0", nil)
	hosts.Asset("acme/echo-mcp", "v1.0.0", "echo.mcpb", []byte("zip"))
	hosts.Fail("/pypi/broken/1.0.0/json", http.StatusServiceUnavailable)
	hash := strings.Repeat("ab", 32)

	for _, c := range []struct{ name, pkg, refusal string }{
		{"npm", `{"registryType":"npm","identifier":"@acme/echo","version":"1.0.0","transport":{"type":"stdio"}}`, ""},
		{"npm of another", `{"registryType":"npm","identifier":"foreign","version":"1.0.0","transport":{"type":"stdio"}}`, "com.example/other"},
		{"npm without the version", `{"registryType":"npm","identifier":"@acme/echo","version":"1.0.1","transport":{"type":"stdio"}}`, "1.0.1"},
		{"pypi", `{"registryType":"pypi","identifier":"acme-echo","version":"1.0.0","transport":{"type":"stdio"}}`, ""},
		{"pypi without proof", `{"registryType":"pypi","identifier":"no-proof","version":"1.0.0","transport":{"type":"stdio"}}`, "mcp-name"},
		{"pypi in trouble", `{"registryType":"pypi","identifier":"broken","version":"1.0.0","transport":{"type":"stdio"}}`, "503"},
		{"nuget", `{"registryType":"nuget","identifier":"Acme.Echo","version":"1.0.0","transport":{"type":"stdio"}}`, ""},
		{"nuget without proof", `{"registryType":"nuget","identifier":"Acme.None","version":"1.0.0","transport":{"type":"stdio"}}`, "mcp-name"},
		{"cargo", `{"registryType":"cargo","identifier":"acme-echo","version":"1.0.0","transport":{"type":"stdio"}}`, ""},
		{"cargo without proof", `{"registryType":"cargo","identifier":"acme-none","version":"1.0.0","transport":{"type":"stdio"}}`, "mcp-name"},
		{"oci", `{"registryType":"oci","identifier":"acme/echo:1.0.0","transport":{"type":"stdio"}}`, ""},
		{"oci without label", `{"registryType":"oci","identifier":"acme/bare:1.0.0","transport":{"type":"stdio"}}`, "io.modelcontextprotocol.server.name"},
		{"oci absent", `{"registryType":"oci","identifier":"acme/absent:1.0.0","transport":{"type":"stdio"}}`, "does not exist"},
		{"mcpb", `{"registryType":"mcpb","identifier":"https://github.com/acme/echo-mcp/releases/download/v1.0.0/echo.mcpb","fileSha256":"` + hash + `","transport":{"type":"stdio"}}`, ""},
		{"mcpb absent", `{"registryType":"mcpb","identifier":"https://github.com/acme/echo-mcp/releases/download/v1.0.1/echo.mcpb","fileSha256":"` + hash + `","transport":{"type":"stdio"}}`, "404"},
		{"another type", `{"registryType":"brew","identifier":"echo","version":"1.0.0","transport":{"type":"stdio"}}`, "unsupported"},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, body := publish(t, r, token, name, strings.ReplaceAll(c.name, " ", "-"), c.pkg)
			if c.refusal == "" {
				assert.Equal(t, http.StatusOK, status, body)
				return
			}
			assert.Equal(t, http.StatusBadRequest, status, body)
			assert.Contains(t, body, c.refusal)
		})
	}
	assert.Contains(t, strings.Join(hosts.Asked(), "\n"), "/@acme/echo/1.0.0")
	assert.Contains(t, hosts.Paths(), "/@acme/echo/1.0.0")

	hosts.Remove("/@acme/echo/1.0.0")
	status, body = publish(t, r, token, name, "2.0.0", `{"registryType":"npm","identifier":"@acme/echo","version":"1.0.0","transport":{"type":"stdio"}}`)
	assert.Equal(t, http.StatusBadRequest, status, "what was withdrawn is not found: %s", body)
}
