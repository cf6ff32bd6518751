package servers_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect/servers"
	"github.com/mcpctl/mcpctl/mcp"
)

// linux is the home with every client.
func linux(t *testing.T) (dir string, byName map[string]servers.Server) {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/homes/linux.txtar")
	require.NoError(t, err)
	dir = t.TempDir()
	lay(t, dir, archive)
	byName = map[string]servers.Server{}
	for _, s := range servers.Find(places(dir, "linux")).Servers {
		byName[s.Name] = s
	}
	return dir, byName
}

// from looks references up in a map; inputs have the prefix "input ".
func from(values map[string]string) servers.Lookup {
	return func(r servers.Ref) (string, bool) {
		v, ok := values[r.String()]
		return v, ok
	}
}

func TestTargets(t *testing.T) {
	dir, all := linux(t)
	shop := filepath.Join(dir, "shop")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "shop", ".env"), []byte("# c\nexport A=\"1 2\"\nPASSWORD=opensesame\nnonsense\n"), 0o600))
	for _, c := range []struct {
		name    string
		known   map[string]string
		command []string
		env     []string
		url     string
		header  map[string]string
		dir     string
		secrets []string
	}{
		{name: "files", command: []string{"npx", "-y", "@modelcontextprotocol/server-filesystem", "/srv/data"},
			env: []string{"LOG=debug", "API_KEY=${API_KEY}"}},
		{name: "github", known: map[string]string{"GITHUB_TOKEN": "ghtok"}, url: "https://mcp.example.com/mcp",
			header: map[string]string{"Authorization": "Bearer ghtok", "X-Team": "core"}, secrets: []string{"ghtok", "Bearer ghtok", "core"}},
		{name: "asks", known: map[string]string{"input key": "typed"}, command: []string{"uvx", "thing", "--root", shop},
			env: []string{"KEY=typed"}, secrets: []string{"typed"}},
		{name: "cur", known: map[string]string{"CUR_TOKEN": "curtok"}, command: []string{filepath.Join(dir, "home") + "/bin/cur"},
			env: []string{"A=1 2", "PASSWORD=opensesame", "TOKEN=curtok"}, secrets: []string{"opensesame", "curtok"}},
		{name: "stream", known: map[string]string{"G_TOKEN": "gtok"}, url: "https://g.example.com/mcp",
			header: map[string]string{"Authorization": "Bearer gtok"}, secrets: []string{"gtok", "Bearer gtok"}},
		{name: "far away", known: map[string]string{"FAR_TOKEN": "fartok", "B_VAR": "bbbb"}, url: "https://far.example.com/mcp",
			header: map[string]string{"Authorization": "Bearer fartok", "X-A": "1", "X-B": "bbbb"}, secrets: []string{"fartok", "Bearer fartok", "bbbb"}},
		{name: "local", command: []string{"./serve"}, dir: shop},
		{name: "proj", command: []string{"proj"}, dir: filepath.Join(shop, "sub")},
		{name: "sse", url: "https://old.example.com/sse?token=abcdef", secrets: []string{"abcdef"}},
		{name: "team", command: []string{"npx", "-y", "team", "--token", "s3cr3t-word"}, dir: shop, secrets: []string{"s3cr3t-word"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			target, secrets, err := all[c.name].Target(from(c.known))
			require.NoError(t, err)
			assert.Equal(t, c.command, target.Command)
			assert.Equal(t, c.env, target.ExtraEnv)
			assert.Equal(t, c.url, target.URL)
			switch {
			case c.url == "" && c.dir == "":
				assert.Equal(t, filepath.Join(dir, "home"), target.Dir, "no project's programs for the user's own servers")
			default:
				assert.Equal(t, c.dir, target.Dir)
			}
			for k, v := range c.header {
				assert.Equal(t, v, target.Header.Get(k))
			}
			assert.ElementsMatch(t, c.secrets, secrets)
		})
	}
}

func TestTargetNamesWhatIsMissing(t *testing.T) {
	_, all := linux(t)
	_, _, err := all["asks"].Target(from(nil))
	var missing *servers.MissingError
	require.ErrorAs(t, err, &missing)
	assert.ErrorContains(t, err, "the client asks for the input key")
	_, _, err = all["far away"].Target(from(map[string]string{"B_VAR": "b"}))
	require.ErrorAs(t, err, &missing)
	assert.ErrorContains(t, err, "FAR_TOKEN is not set (header Authorization)")
	_, _, err = servers.Server{Name: "neither"}.Target(from(nil))
	assert.ErrorContains(t, err, "either a command or an address")
}

func TestShownHidesSecrets(t *testing.T) {
	for _, c := range []struct {
		words []string
		want  string
	}{
		{[]string{"x", "--api-key=abc"}, "x --api-key=[redacted]"},
		{[]string{"x", "--api-key", "abc"}, "x --api-key [redacted]"},
		{[]string{"x", "--token", "${TOKEN}"}, "x --token ${TOKEN}"},
		{[]string{"docker", "run", "-e", "MY_SECRET=abc", "img"}, "docker run -e MY_SECRET=[redacted] img"},
		{[]string{"x", "--header", "Authorization: Bearer abc"}, `x --header "Authorization: [redacted]"`},
		{[]string{"x", "--header=Authorization: Bearer abc"}, `x "--header=Authorization: [redacted]"`},
		{[]string{"x", "https://u:pw@h/p?key=abc&a=1"}, "x https://[redacted]@h/p?key=[redacted]&a=1"},
		{[]string{"x", "ghp_abcdefghijklmnopqrstuvwxyz0123"}, "x [redacted]"},
		{[]string{"x", "--key-file", "--verbose"}, "x --key-file --verbose"},
		{[]string{"x", "--port", "3000", "a b"}, `x --port 3000 "a b"`},
	} {
		s := servers.Server{Command: c.words[0], Args: c.words[1:]}
		assert.Equal(t, c.want, s.Shown())
	}
	assert.Equal(t, "https://[redacted]@h/mcp", servers.Server{URL: "https://me:pw@h/mcp"}.Shown())
}

// TestRead reads a file that is named, in the shape of any client.
func TestRead(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	for name, text := range map[string]string{
		"a.json": `{"mcpServers": {"s": {"command": "c"}}}`,
		"b.json": "\xef\xbb\xbf{\r\n // note\r\n\"servers\": {\"s\": {\"command\": \"c\",},},}\r\n",
		"c.json": `{"context_servers": {"s": {"command": "c"}}}`,
		"d.toml": "[mcp_servers.s]\ncommand = 'c'\n",
		"e.yaml": "servers: {s: &x {command: c}}\n",
	} {
		found, err := servers.Read(servers.Places{Folder: dir}, write(name, text))
		require.NoError(t, err, name)
		require.Len(t, found.Servers, 1, name)
		assert.Equal(t, "c", found.Servers[0].Command, name)
		assert.Equal(t, servers.User, found.Servers[0].Scope)
	}
	_, err := servers.Read(servers.Places{}, filepath.Join(dir, "missing.json"))
	require.ErrorIs(t, err, os.ErrNotExist)
	found, err := servers.Read(servers.Places{}, write("sse.json", `{"mcpServers": {"s": {"type": "sse", "url": "http://h/sse"}}}`))
	require.NoError(t, err)
	assert.Equal(t, mcp.SSE, found.Servers[0].Transport)
}
