package cli_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/cli"
	"github.com/mcpctl/mcpctl/publish/desk"
)

// registryRun is mcpctl registry with those arguments, at a terminal or not.
func registryRun(t *testing.T, env map[string]string, typed string, args ...string) (code int, out, talk string) {
	t.Helper()
	if env == nil {
		env = map[string]string{}
	}
	if env["MCPCTL_CONFIG_DIR"] == "" {
		env["MCPCTL_CONFIG_DIR"] = t.TempDir()
	}
	env["MCPCTL_CREDENTIALS"] = "file"
	s, o, e := cli.Test(env)
	if typed != "" {
		s.In, s.InTTY = strings.NewReader(typed), true
	}
	code = cli.Main(t.Context(), s, append([]string{"registry"}, args...))
	return code, o.String(), e.String()
}

// shelf is a registry in a folder with one entry.
func shelf(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	store, err := desk.Create(dir)
	require.NoError(t, err)
	_, err = store.Publish(t.Context(), []byte(`{"$schema":"https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json","name":"io.github.acme/echo","description":"Echoes","version":"1.0.0"}`), "")
	require.NoError(t, err)
	require.NoError(t, store.Close())
	return dir
}

// answering is a registry that answers everything alike.
func answering(t *testing.T, status int, body string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "3600") // nobody waits for that
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestRegistryExitCodes(t *testing.T) {
	dir := shelf(t)
	for name, c := range map[string]struct {
		args []string
		code int
	}{
		"fine":            {[]string{"show", "io.github.acme/echo", "--registry", dir}, cli.ExitFine},
		"nothing found":   {[]string{"search", "nobody", "--registry", dir}, cli.ExitFine},
		"no such version": {[]string{"show", "io.github.acme/echo@9", "--registry", answering(t, 404, `{"detail":"Server not found"}`)}, cli.ExitUsage},
		"wrong address":   {[]string{"search", "--registry", "http://example.com"}, cli.ExitUsage},
		"too often":       {[]string{"search", "--registry", answering(t, 429, "")}, cli.ExitEnvironment},
		"no registry":     {[]string{"search", "--registry", answering(t, 200, "<html>")}, cli.ExitEnvironment},
		"out of order":    {[]string{"search", "--registry", answering(t, 503, "")}, cli.ExitEnvironment},
		"login refused":   {[]string{"login", "--method", "none", "--registry", answering(t, 401, "{}")}, cli.ExitRefused},
		"unattended":      {[]string{"login", "--registry", answering(t, 200, "{}")}, cli.ExitRefused},
		"no consent":      {[]string{"status", "io.github.acme/echo", "deleted", "--registry", dir}, cli.ExitRefused},
	} {
		t.Run(name, func(t *testing.T) {
			code, _, talk := registryRun(t, nil, "", c.args...)
			assert.Equal(t, c.code, code, talk)
		})
	}
}

func TestRegistryStatusAsks(t *testing.T) {
	dir := shelf(t)
	status := []string{"status", "io.github.acme/echo@1.0.0", "deprecated", "--message", "Use 2.", "--registry", dir}
	for _, typed := range []string{"n\n", "\n", "no\n"} {
		code, out, talk := registryRun(t, nil, typed, status...)
		assert.Equal(t, cli.ExitRefused, code)
		assert.Empty(t, out)
		assert.Contains(t, talk, "io.github.acme/echo@1.0.0: active → deprecated, Use 2.\nChange this at "+dir+"? [y/N]: ")
	}
	_, out, _ := registryRun(t, nil, "", "show", "io.github.acme/echo", "--registry", dir)
	assert.Contains(t, out, "active, latest", "nothing has changed")

	code, _, talk := registryRun(t, nil, "y\n", status...)
	assert.Equal(t, cli.ExitFine, code, talk)
	_, out, _ = registryRun(t, nil, "", "show", "io.github.acme/echo", "--registry", dir)
	assert.Contains(t, out, "deprecated, latest: Use 2.")
}

// A registry's words must not steer the terminal.
func TestRegistryWordsAreMadeSafe(t *testing.T) {
	const evil = `\u001b[2J\u202eevil\n`
	server := `{"name":"io.github.acme/echo","version":"1` + evil + `","title":"` + evil + `","description":"` + evil + `","websiteUrl":"` + evil + `","repository":{"url":"` + evil + `"},` +
		`"packages":[{"registryType":"npm` + evil + `","identifier":"` + evil + `","transport":{"type":"` + evil + `"}}],"remotes":[{"type":"sse","url":"` + evil + `"}],` +
		`"_meta":{"io.modelcontextprotocol.registry/publisher-provided":{"io.github.mcpctl/attestations":{"subject":"` + evil + `"}}}}`
	entry := `"server":` + server + `,"_meta":{"io.modelcontextprotocol.registry/official":{"status":"active` + evil + `","statusMessage":"` + evil + `"}}`
	good := answering(t, 200, `{`+entry+`,"servers":[{`+entry+`}],"metadata":{"nextCursor":"`+evil+`"}}`)
	bad := answering(t, 403, `{"detail":"`+evil+`"}`)
	for _, args := range [][]string{{"search", "--registry", good}, {"show", "io.github.acme/echo", "--registry", good}, {"search", "--registry", bad}} {
		_, out, talk := registryRun(t, nil, "", args...)
		assert.Contains(t, out+talk, "evil")
		for _, raw := range []string{"\x1b", "\u202e"} {
			assert.NotContains(t, out+talk, raw, args)
		}
	}
}

// Neither the token that the user gives nor the registry's is ever shown, and
// the registry's is kept where only the user can read it.
func TestRegistryTokensAreNotShown(t *testing.T) {
	part := base64.RawURLEncoding.EncodeToString
	jwt := part([]byte("{}")) + "." + part([]byte(`{"auth_method":"github-at","auth_method_sub":"alice","exp":4102444800}`)) + "." + part([]byte("signature"))
	address := answering(t, 200, fmt.Sprintf(`{"registry_token":%q}`, jwt))
	for _, format := range []string{"text", "json"} {
		dir := t.TempDir()
		env := map[string]string{"MCPCTL_CONFIG_DIR": dir, "T": "ghp_hunter2"}
		code, out, talk := registryRun(t, env, "", "login", "--token-env", "T", "--registry", address, "--format", format)
		require.Equal(t, cli.ExitFine, code, talk)
		assert.Contains(t, out, "alice")
		for _, secret := range []string{"hunter2", strings.Split(jwt, ".")[1]} {
			assert.NotContains(t, out+talk, secret)
		}
		kept, err := filepath.Glob(filepath.Join(dir, "credentials", "*.json"))
		require.NoError(t, err)
		require.Len(t, kept, 1)
		b, err := os.ReadFile(kept[0])
		require.NoError(t, err)
		assert.Contains(t, string(b), jwt)
		assert.NotContains(t, string(b), "hunter2", "GitHub's token is not kept")
	}
}

// Long lists are cut for people, and whole in JSON.
func TestRegistryShowsTheNewestVersions(t *testing.T) {
	var all []string
	for day := range 25 {
		all = append(all, fmt.Sprintf(`{"server":{"name":"io.github.acme/echo","version":"1.0.%d"},"_meta":{"io.modelcontextprotocol.registry/official":{"status":"active","publishedAt":"2026-01-%02dT00:00:00Z"}}}`, day, day+1))
	}
	body := all[24][:len(all[24])-1] + `,"servers":[` + strings.Join(all, ",") + `]}`
	address := answering(t, 200, body)
	_, out, _ := registryRun(t, nil, "", "show", "io.github.acme/echo", "--registry", address)
	assert.Contains(t, out, "  1.0.24  active  2026-01-25 00:00 UTC")
	assert.Contains(t, out, "  1.0.5   active")
	assert.NotContains(t, out, "  1.0.4   active")
	assert.Contains(t, out, "… and 5 more")
	_, out, _ = registryRun(t, nil, "", "show", "io.github.acme/echo", "--registry", address, "--format", "json")
	assert.Contains(t, out, `"version": "1.0.0"`)
}
