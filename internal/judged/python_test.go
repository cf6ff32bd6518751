package judged_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
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

// The Python template is judged as those in Go are. Over stdio a server starts
// anew for many a check, which takes Python a second: the lean one is judged
// there in what is of standard streams, and all else is judged over HTTP.
func TestWhatThePythonTemplateMakes(t *testing.T) {
	dir := testservers.Dir(t)
	tmpl := open(t, "python")
	for name, row := range map[string]pack.Row{"lean": tmpl.Manifest.Profiles["lean"], "everything": pack.Cover(tmpl.Manifest.Features)[0]} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := render(t, tmpl, row)
			python := environment(t, dir, p)
			url := soundPython(t, python, p, mcp.Timeline())
			s := p.buildPython(python)
			t.Run("mcpctl over stdio", func(t *testing.T) { overStdio(t, mcp.Target{Name: p.name, Command: s.Stdio}) })
			t.Run("mcpscore", func(t *testing.T) { scores(t, dir, url) })
			t.Run("the official inspector", func(t *testing.T) {
				inspected(t, dir, []string{"--transport", "http", url})
				inspected(t, dir, s.Stdio)
			})
			fixtures := testservers.StartHTTP(t, withPythonFixtures(t, p).buildPython(python))
			for _, revision := range eras() {
				t.Run("the official suite, "+string(revision), func(t *testing.T) { required(t, dir, fixtures, revision) })
			}
		})
	}
}

// Between the ends, every pair of features is held to its own tests and to the
// protocol over HTTP, where one start serves all.
func TestEveryPairInPython(t *testing.T) {
	dir := testservers.Dir(t)
	tmpl := open(t, "python")
	python := environment(t, dir, everything(t, "python"))               // which has what any row needs
	for i, row := range pack.Cover(within(tmpl.Manifest.Features))[2:] { // the ends are judged above
		t.Run(fmt.Sprintf("row %d", i+1), func(t *testing.T) {
			t.Parallel()
			t.Logf("with %s", row)
			soundPython(t, python, render(t, tmpl, row), eras())
		})
	}
}

// soundPython holds a project to its own tests and to the protocol, and answers
// where it listens.
func soundPython(t *testing.T, python string, p project, revisions []mcp.Revision) string {
	declares(t, p, "python")
	if len(revisions) == len(mcp.Timeline()) {
		sound(t, python, p, "mypy") // between the ends ruff sees what is not there
	} else {
		sound(t, python, p)
	}
	url := testservers.StartHTTP(t, p.buildPython(python))
	t.Run("mcpctl over HTTP", func(t *testing.T) {
		judgedIn(t, mcp.Target{Name: p.name, URL: url}, revisions, 40, conformance.DefaultOptions())
	})
	t.Run("hostile requests", func(t *testing.T) { hostile(t, url) })
	return url
}

// What the template locks names no registry, for each reader has their own, and
// has a hash for every file of every package.
func TestThePythonLocks(t *testing.T) {
	p := render(t, open(t, "python"), pack.Cover(open(t, "python").Manifest.Features)[0])
	for _, name := range []string{"requirements.txt", "requirements-dev.txt"} {
		text, err := os.ReadFile(filepath.Join(p.dir, name))
		require.NoError(t, err)
		assert.NotContains(t, string(text), "://", name)
		for _, entry := range strings.Split(strings.ReplaceAll(strings.TrimSpace(string(text)), " \\\n    ", " "), "\n") {
			assert.Regexp(t, `^[a-z0-9.-]+==\S+( ; [^\\]+)?( --hash=sha256:[0-9a-f]{64})+$`, entry, name)
		}
	}
}

// sound holds a project to its own tests and to what it asks of its own code.
func sound(t *testing.T, python string, p project, more ...string) {
	t.Run("its own tests", func(t *testing.T) {
		commands := [][]string{{"ruff", "check"}, {"ruff", "format", "--check"}, {"pytest", "-q"}}
		for _, tool := range more {
			commands = append(commands, []string{tool})
		}
		for _, argv := range commands {
			cache := "MYPY_CACHE_DIR=" + filepath.Join(filepath.Dir(python), "../mypy") // what it knows of libraries
			run(t, p.dir, []string{cache}, append([]string{python, "-m"}, argv...)...)
		}
	})
}

// environment answers an interpreter that has what a project locks, hashes and
// all. It lies beside the pinned servers, under a name that tells what is in it,
// so that it is installed once for each lock and Python, not once for each run.
func environment(t *testing.T, dir string, p project) string {
	t.Helper()
	locked, err := os.ReadFile(filepath.Join(p.dir, "requirements-dev.txt"))
	require.NoError(t, err)
	version := run(t, p.dir, nil, "python3", "-c", "import sys; print(sys.version_info[:2], sys.platform)")
	home := filepath.Join(filepath.Dir(dir), fmt.Sprintf("template-%x", sha256.Sum256(append(locked, version...)))[:25])
	python := filepath.Join(home, "bin/python")
	if _, err := os.Stat(python); err == nil {
		return python
	}
	stage := fmt.Sprintf("%s.%d", home, os.Getpid()) // on the same disk, to be renamed
	defer func() { assert.NoError(t, os.RemoveAll(stage)) }()
	run(t, p.dir, nil, "python3", "-m", "venv", stage)
	run(t, p.dir, nil, filepath.Join(stage, "bin/python"), "-m", "pip", "install", "--quiet", "--no-input",
		"--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:", "-r", "requirements-dev.txt")
	if err := os.Rename(stage, home); err != nil { // another run was faster: its folder serves
		require.FileExists(t, python, err.Error())
	}
	return python
}

// buildPython tells how a project in Python is started: there is nothing to build.
func (p project) buildPython(python string, env ...string) testservers.Server {
	start := append(append(append([]string{"env", "--chdir", p.dir}, judging...), env...), python, "-m", strings.ReplaceAll(p.name, "-", "_"))
	return testservers.Server{
		Name:  p.name,
		Stdio: start,
		HTTP: func(port int) []string {
			return append(slices.Clone(start), "--http", testservers.Loopback(port))
		},
		HTTPPath: "/mcp", Host: "127.0.0.1",
	}
}

// withPythonFixtures copies a project and puts the tools that the official suite
// calls in the place where the template makes its server: all the rest, its
// transports and what they refuse, stays the template's.
func withPythonFixtures(t *testing.T, p project) project {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "fixtures")
	require.NoError(t, os.CopyFS(dir, os.DirFS(p.dir)))
	fixtures, err := os.ReadFile("testdata/fixtures.py")
	require.NoError(t, err)
	at := filepath.Join(dir, strings.ReplaceAll(p.name, "-", "_"))
	require.NoError(t, os.WriteFile(filepath.Join(at, "fixtures.py"), fixtures, 0o644))
	const made = "\ndef new_server("
	joined := 0
	for _, name := range []string{"__main__.py", "app.py"} { // the lean layout has no other
		program := filepath.Join(at, name)
		text, err := os.ReadFile(program)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		require.NoError(t, err)
		joined += strings.Count(string(text), made)
		ours := strings.Replace(string(text), made, "\nfrom .fixtures import new_server\n\ndef _own_server(", 1)
		require.NoError(t, os.WriteFile(program, []byte(ours), 0o644))
	}
	require.Equal(t, 1, joined, "the template makes its server in one place")
	return project{p.name, dir}
}
