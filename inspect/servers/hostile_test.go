package servers_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect/servers"
)

// problems are what is wrong with the one file that is there.
func problems(t *testing.T, name string, data []byte) []servers.Problem {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, data, 0o600))
	found := servers.Find(servers.Places{OS: "linux", Folder: dir})
	assert.Empty(t, found.Servers)
	require.Len(t, found.Files, 1)
	return found.Files[0].Problems
}

// TestBounds refuses what no client writes.
func TestBounds(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		text string
		want string
	}{
		"deep JSON":  {".mcp.json", strings.Repeat("[", 1_000_000), "nests deeper"},
		"deep maps":  {".mcp.json", strings.Repeat(`{"a":`, 1000), "nests deeper"},
		"deep TOML":  {".codex/config.toml", "a = " + strings.Repeat("[", 20_000), "nested more than"},
		"deep YAML":  {"mcpctl.yaml", "a: " + strings.Repeat("[", 20_000), "max depth"},
		"hidden":     {".mcp.json", `{"a]": "]]\"]", /* ]] */ "b": ` + strings.Repeat("[", 1_000_000), "nests deeper"},
		"deep block": {"mcpctl.yaml", blocks(300), "go too far"},
		"large":      {".mcp.json", `{"a": "` + strings.Repeat("x", 17<<20) + `"}`, "larger than"},
		"many":       {".mcp.json", `[` + strings.Repeat("1,", 1_100_000) + `1]`, "more than"},
		"aliases":    {"mcpctl.yaml", laughs(), "too far"},
	} {
		t.Run(name, func(t *testing.T) {
			all := problems(t, c.file, []byte(c.text))
			require.Len(t, all, 1)
			assert.Contains(t, all[0].What, c.want)
		})
	}
}

// blocks is YAML that nests by indentation.
func blocks(n int) string {
	var out strings.Builder
	for i := range n {
		out.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return out.String()
}

// laughs is YAML whose aliases multiply.
func laughs() string {
	text := "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := '1'; i <= '8'; i++ {
		text += "a" + string(i) + ": &a" + string(i) + " [" + strings.Repeat("*a"+string(i-1)+", ", 10) + "]\n"
	}
	return text
}

func TestOnlyRegularFilesAreRead(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, ".mcp.json"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, ".cursor"), nil, 0o600)) // a file where a folder would be
	real := filepath.Join(dir, "real.json")
	require.NoError(t, os.WriteFile(real, []byte(`{"servers": {"s": {"command": "c"}}}`), 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(dir, ".vscode"), 0o700))
	require.NoError(t, os.Symlink(real, filepath.Join(dir, ".vscode", "mcp.json")))
	require.NoError(t, os.Symlink("mcpctl.yaml", filepath.Join(dir, "mcpctl.yaml"))) // to itself
	found := servers.Find(servers.Places{OS: "linux", Folder: dir})
	require.Len(t, found.Servers, 1)
	assert.Equal(t, filepath.Join(dir, ".vscode", "mcp.json"), found.Servers[0].File)
	require.Len(t, found.Files, 3)
	assert.NotEmpty(t, found.Files[0].Problems, "the link to itself")
	assert.Equal(t, "it is no regular file", found.Files[1].Problems[0].What)
}

// TestNothingIsWritten leaves a home as it was.
func TestNothingIsWritten(t *testing.T) {
	dir, _ := linux(t)
	list := func() (all []string) {
		require.NoError(t, filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
			info, _ := d.Info()
			all = append(all, p+info.ModTime().String())
			return err
		}))
		return all
	}
	before := list()
	servers.Find(places(dir, "linux"))
	assert.Equal(t, before, list())
}

// FuzzFiles reads anything in every format; nothing panics, and whatever is
// found can be shown and made a target of.
func FuzzFiles(f *testing.F) {
	f.Add([]byte(`{"mcpServers": {"a": {"command": "x", "args": ["--token", "${A:-b}"], "env": {"A": null}}}}`), 0)
	f.Add([]byte("[mcp_servers.a]\nurl = 'http://h/${env:X}'\n[[mcp_servers.b]]\nx.y.z = {a.b = 1}\n"), 1)
	f.Add([]byte("servers:\n  a: &x {command: x}\n  b: *x\n"), 2)
	f.Add([]byte("// c\n{\"servers\": {\"a\": {\"type\": 1, \"url\": {}, \"headers\": []},},}"), 0)
	f.Fuzz(func(t *testing.T, data []byte, format int) {
		dir := t.TempDir()
		name := []string{"f.json", "f.toml", "f.yaml"}[((format%3)+3)%3]
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, data, 0o600))
		found, err := servers.Read(servers.Places{OS: "linux", Folder: dir, Home: dir}, path)
		require.NoError(t, err)
		for _, file := range found.Files {
			for _, p := range file.Problems {
				assert.NotEmpty(t, p.What)
			}
		}
		for _, s := range found.Servers {
			assert.Positive(t, s.Line)
			_ = s.Shown()
			_ = s.Unreplaced()
			target, _, err := s.Target(func(servers.Ref) (string, bool) { return "v", true })
			if err == nil {
				assert.True(t, (len(target.Command) > 0) != (target.URL != ""), "either a command or an address")
			}
		}
	})
}
