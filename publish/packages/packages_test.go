package packages_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/publish/packages"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

const server = "io.github.acme/echo"

func TestListTakesPackagesAndRemotes(t *testing.T) {
	all, remotes, err := packages.List([]byte(`{"name":"io.github.acme/echo","packages":[
		{"registryType":"npm","identifier":"acme-echo","version":"1.0.0","registryBaseUrl":"https://x.example","transport":{"type":"stdio"}},
		{"registryType":"mcpb","identifier":"https://h.example/e.mcpb","fileSha256":"00","RegistryType":"npm","transport":{"type":"stdio"}}],
		"remotes":[{"type":"streamable-http","url":"https://mcp.acme.example"}]}`))
	require.NoError(t, err)
	assert.Equal(t, []packages.Package{
		{Type: packages.NPM, Identifier: "acme-echo", Version: "1.0.0", BaseURL: "https://x.example", Transport: "stdio"},
		{Type: packages.MCPB, Identifier: "https://h.example/e.mcpb", FileSHA256: "00", Transport: "stdio"},
	}, all)
	assert.Equal(t, []packages.Remote{{Type: "streamable-http", URL: "https://mcp.acme.example"}}, remotes)
	assert.Equal(t, "npm acme-echo@1.0.0", all[0].String())
	assert.Equal(t, "mcpb https://h.example/e.mcpb", all[1].String())
}

func TestListRefusesWhatIsNoServer(t *testing.T) {
	for name, doc := range map[string]string{
		"no JSON":        `{`,
		"no object":      `[]`,
		"odd package":    `{"packages":[1]}`,
		"odd remote":     `{"remotes":[1]}`,
		"too large":      `"` + strings.Repeat("x", 1<<20) + `"`,
		"too many of it": `{"packages":[{}` + strings.Repeat(",{}", 1000) + `]}`,
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := packages.List([]byte(doc))
			assert.Equal(t, "server-json-unreadable", refusal.Code(err), "%v", err)
		})
	}
}

func TestProveRefusesWhatClientsWouldMisunderstand(t *testing.T) {
	// There is no client in this environment: reaching for one would be another code.
	c := &packages.Checker{Env: []string{"PATH=" + t.TempDir()}}
	for _, p := range []packages.Package{
		{Type: "npm", Identifier: "--registry=https://evil.example", Version: "1.0.0"},
		{Type: "npm", Identifier: "file:../echo", Version: "1.0.0"},
		{Type: "npm", Identifier: "git+https://evil.example/x", Version: "1.0.0"},
		{Type: "npm", Identifier: "acme-echo", Version: ""},
		{Type: "npm", Identifier: "acme-echo", Version: "latest"},
		{Type: "npm", Identifier: "acme-echo", Version: "^1.0.0"},
		{Type: "npm", Identifier: "@acme/../echo", Version: "1.0.0"},
		{Type: "pypi", Identifier: "../echo", Version: "1.0.0"},
		{Type: "pypi", Identifier: "echo[all]", Version: "1.0.0"},
		{Type: "cargo", Identifier: "acme\"\nx", Version: "1.0.0"},
		{Type: "nuget", Identifier: strings.Repeat("a", 300), Version: "1.0.0"},
		{Type: "oci"},
		{Type: "brew", Identifier: "acme-echo", Version: "1.0.0"},
	} {
		t.Run(p.Type+" "+p.Identifier[:min(len(p.Identifier), 20)], func(t *testing.T) {
			proof := c.Prove(t.Context(), server, p)
			assert.Equal(t, packages.Unchecked, proof.State)
			assert.Equal(t, "package-unnamed", proof.Code, proof.Why)
		})
	}
	for _, p := range []packages.Package{
		{Type: "npm", Identifier: "@acme/echo", Version: "1.0.0-rc.1+build.5"},
		{Type: "pypi", Identifier: "Acme_Echo", Version: "1!2.0.post1"},
		{Type: "cargo", Identifier: "acme-echo", Version: "1.0.0"},
		{Type: "nuget", Identifier: "Acme.Echo", Version: "1.0.0"},
	} {
		t.Run("client missing for "+p.Type, func(t *testing.T) {
			proof := c.Prove(t.Context(), server, p)
			assert.Equal(t, packages.Unchecked, proof.State)
			assert.Equal(t, "client-missing", proof.Code, proof.Why)
			assert.Contains(t, proof.Mend, "Install")
			require.Error(t, proof.Err())
			_, err := c.Digests(t.Context(), p)
			assert.Equal(t, "client-missing", refusal.Code(err))
		})
	}
}

func TestProveRemote(t *testing.T) {
	for _, c := range []struct {
		server, url string
		state       packages.State
		code        string
	}{
		{"com.acme/echo", "https://acme.com/mcp", packages.Owned, ""},
		{"com.acme/echo", "https://MCP.Acme.com:8443/mcp", packages.Owned, ""},
		{"com.Acme/echo", "https://mcp.acme.com./mcp", packages.Owned, ""},
		{"io.github.acme/echo", "https://acme.github.io/mcp", packages.Owned, ""},
		{"com.acme/echo", "https://{tenant}.acme.com/{path}", packages.Owned, ""},
		{"com.acme/echo", "https://mcp.acme.com:{port}/", packages.Owned, ""},
		{"com.acme/echo", "https://notacme.com/mcp", packages.Foreign, "ownership-other"},
		{"com.acme/echo", "https://acme.com.evil.example/mcp", packages.Foreign, "ownership-other"},
		{"com.acme/echo", "https://acme.com@evil.example/mcp", packages.Foreign, "ownership-other"},
		{"com.acme/echo", `https://evil.example\@acme.com/mcp`, packages.Foreign, "ownership-other"},
		{"com.acme/echo", "https://{x}acme.com/mcp", packages.Foreign, "ownership-other"},
		{"com.acme/echo", "https://{host}/mcp", packages.Foreign, "ownership-missing"},
		{"com.acme/echo", "https://192.0.2.1/mcp", packages.Foreign, "ownership-other"},
		{"com.acme/echo", "https://[2001:db8::1]/mcp", packages.Foreign, "ownership-other"},
		{"com.acme/echo", "/mcp", packages.Unchecked, "package-address"},
	} {
		t.Run(c.url, func(t *testing.T) {
			proof := packages.ProveRemote(c.server, packages.Remote{Type: "streamable-http", URL: c.url})
			assert.Equal(t, c.state, proof.State, proof.Why)
			assert.Equal(t, c.code, proof.Code)
			assert.NotEmpty(t, proof.Why)
			assert.True(t, proof.Advisory)
			assert.NoError(t, proof.Err(), "nobody has to heed it")
		})
	}
}
