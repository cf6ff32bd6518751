package judged_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/scaffold/pack"
	"github.com/mcpctl/mcpctl/testservers"
)

// The template in TypeScript is judged as those in Go are: the lean end by all, and
// what features add by its own tests, over HTTP.
func TestWhatTheTypeScriptTemplateMakes(t *testing.T) {
	dir := testservers.Dir(t)
	tmpl := open(t, "typescript")
	for name, row := range map[string]pack.Row{"lean": tmpl.Manifest.Profiles["lean"], "everything": pack.Cover(tmpl.Manifest.Features)[0]} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := render(t, tmpl, row)
			s, url := soundNode(t, dir, p, mcp.Timeline())
			p.npm(t, dir, "run", "build") // what is published
			judgeNode(t, dir, p, s, url)
		})
	}
}

// Between the ends, every pair of features is held to its own tests and to the
// protocol over HTTP, where one start serves all.
func TestEveryPairInTypeScript(t *testing.T) {
	dir := testservers.Dir(t)
	tmpl := open(t, "typescript")
	modules := nodeModules(t, dir, everything(t, "typescript"))          // which has what any row needs
	for i, row := range pack.Cover(within(tmpl.Manifest.Features))[2:] { // the ends are judged above
		t.Run(fmt.Sprintf("row %d", i+1), func(t *testing.T) {
			t.Parallel()
			t.Logf("with %s", row)
			p := render(t, tmpl, row)
			require.NoError(t, os.Symlink(modules, filepath.Join(p.dir, "node_modules")))
			soundNode(t, dir, p, eras())
		})
	}
}

// soundNode holds a project to its own tests and to the protocol, and answers how
// it is started and where it listens.
func soundNode(t *testing.T, dir string, p project, revisions []mcp.Revision) (testservers.Server, string) {
	declares(t, p, "typescript")
	s := p.buildNode(t, dir)
	t.Run("its own tests", func(t *testing.T) {
		p.npm(t, dir, "run", "check")
		p.npm(t, dir, "test")
	})
	url := testservers.StartHTTP(t, s)
	t.Run("mcpctl over HTTP", func(t *testing.T) {
		judgedIn(t, mcp.Target{Name: p.name, URL: url}, revisions, 40, conformance.DefaultOptions())
	})
	t.Run("hostile requests", func(t *testing.T) { hostile(t, url) })
	return s, url
}

func judgeNode(t *testing.T, dir string, p project, s testservers.Server, url string) {
	t.Run("mcpctl over stdio", func(t *testing.T) { overStdio(t, mcp.Target{Name: p.name, Command: s.Stdio}) })
	t.Run("mcpscore", func(t *testing.T) { scores(t, dir, url) })
	t.Run("the official inspector", func(t *testing.T) {
		inspected(t, dir, []string{"--transport", "http", url})
		inspected(t, dir, s.Stdio)
	})
	fixtures := testservers.StartHTTP(t, project{p.name, withNodeFixtures(t, p.dir)}.servedNode(dir))
	for _, revision := range eras() {
		t.Run("the official suite, "+string(revision), func(t *testing.T) { required(t, dir, fixtures, revision) })
	}
}

// buildNode gives a project in TypeScript what it needs; Node runs it as it stands.
func (p project) buildNode(t *testing.T, dir string, env ...string) testservers.Server {
	t.Helper()
	modules := filepath.Join(p.dir, "node_modules")
	if _, err := os.Lstat(modules); err != nil {
		require.NoError(t, os.Symlink(nodeModules(t, dir, p), modules))
	}
	return p.servedNode(dir, env...)
}

// nodeModules answers a folder that has what a project locks. It lies beside the
// pinned servers, under a name that tells what is in it, so that it is installed
// once for each lock, not once for each run.
func nodeModules(t *testing.T, dir string, p project) string {
	t.Helper()
	locked, err := os.ReadFile(filepath.Join(p.dir, "package-lock.json"))
	require.NoError(t, err)
	home := filepath.Join(filepath.Dir(dir), fmt.Sprintf("template-node-%x", sha256.Sum256(locked))[:30])
	modules := filepath.Join(home, "node_modules")
	if _, err := os.Stat(modules); err == nil {
		return modules
	}
	stage := fmt.Sprintf("%s.%d-%s", home, os.Getpid(), filepath.Base(filepath.Dir(filepath.Dir(p.dir)))) // on the same disk, to be renamed
	require.NoError(t, os.Mkdir(stage, 0o755))
	defer func() { assert.NoError(t, os.RemoveAll(stage)) }()
	for _, name := range []string{"package.json", "package-lock.json"} {
		text, err := os.ReadFile(filepath.Join(p.dir, name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(stage, name), text, 0o644))
	}
	project{p.name, stage}.npm(t, dir, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
	if err := os.Rename(stage, home); err != nil { // another run was faster: its folder serves
		require.DirExists(t, modules, err.Error())
	}
	return modules
}

func (p project) servedNode(dir string, env ...string) testservers.Server {
	s := served(filepath.Join(p.dir, "src/main.ts"), env...)
	node := []string{testservers.Official(dir)[0], "--disable-warning=ExperimentalWarning"}
	at := len(s.Stdio) - 1
	s.Name, s.Stdio = p.name, slices.Insert(slices.Clone(s.Stdio), at, node...)
	listen := s.HTTP
	s.HTTP = func(port int) []string { return slices.Insert(listen(port), at, node...) }
	return s
}

// npm runs npm with the pinned Node.
func (p project) npm(t *testing.T, dir string, args ...string) {
	t.Helper()
	path := filepath.Dir(testservers.Official(dir)[0]) + string(os.PathListSeparator) + os.Getenv("PATH")
	run(t, p.dir, []string{"PATH=" + path}, append([]string{"npm"}, args...)...)
}

// withNodeFixtures copies a project and joins the tools that the official suite
// calls by name where the template makes its server.
func withNodeFixtures(t *testing.T, from string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "fixtures")
	require.NoError(t, os.CopyFS(filepath.Join(dir, "src"), os.DirFS(filepath.Join(from, "src"))))
	modules, err := os.Readlink(filepath.Join(from, "node_modules"))
	require.NoError(t, err)
	require.NoError(t, os.Symlink(modules, filepath.Join(dir, "node_modules")))
	manifest, err := os.ReadFile(filepath.Join(from, "package.json"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "package.json"), manifest, 0o644))
	fixtures, err := os.ReadFile("testdata/fixtures.ts")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "src/fixtures.ts"), fixtures, 0o644))
	joined := 0
	require.NoError(t, filepath.WalkDir(filepath.Join(dir, "src"), func(path string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".ts") || strings.HasSuffix(path, ".test.ts") || filepath.Base(path) == "fixtures.ts" {
			return err
		}
		source, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(source), "new McpServer(") {
			return err
		}
		joined++
		way, err := filepath.Rel(filepath.Dir(path), filepath.Join(dir, "src/fixtures.ts"))
		if err != nil {
			return err
		}
		line, rest, _ := strings.Cut(string(source), "\n") // the first line may be a #!
		text := line + "\nimport * as fixtures from \"./" + filepath.ToSlash(way) + "\";\n" + rest
		return os.WriteFile(path, []byte(strings.Replace(text, "new McpServer(", "fixtures.newServer(", 1)), 0o644)
	}))
	require.Equal(t, 1, joined, "the template makes its server in one place")
	return dir
}
