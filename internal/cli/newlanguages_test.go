package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/internal/cli"
	"github.com/mcpctl/mcpctl/testservers"
)

// What is missing or too old is named, with the place that was looked at, and the
// project is there all the same.
func TestNewRunNeedsALanguage(t *testing.T) {
	old := t.TempDir()
	for name, version := range map[string]string{"node": "v20.19.0", "python3": "Python 3.9.1"} {
		require.NoError(t, os.WriteFile(filepath.Join(old, name), fmt.Appendf(nil, "#!/bin/sh\necho %s\n", version), 0o755))
	}
	for name, tc := range map[string]struct{ template, path, want string }{
		"no Node.js":  {"typescript", "/nowhere:/else", "building needs Node.js 22.18, and there is no node command in /nowhere, /else"},
		"old Node.js": {"typescript", old, "building needs Node.js 22.18, and " + filepath.Join(old, "node") + " is 20.19.0"},
		"no Python":   {"python", "/nowhere:/else", "building needs Python 3.11, and there is no python3 command in /nowhere, /else"},
		"old Python":  {"python", old, "building needs Python 3.11, and " + filepath.Join(old, "python3") + " is 3.9.1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("PATH", tc.path)
			madeButNotRun(t, tc.template, tc.want)
		})
	}
}

// A machine without a network makes the project, and says what cannot be had.
func TestNewRunOffline(t *testing.T) {
	node := filepath.Dir(testservers.Official(testservers.Dir(t))[0])
	t.Setenv("PATH", node+string(os.PathListSeparator)+os.Getenv("PATH"))
	nowhere := "http://127.0.0.1:1/" // nothing listens there
	for name, value := range map[string]string{
		"npm_config_registry": nowhere, "npm_config_cache": t.TempDir(), "npm_config_fetch_retries": "0",
		"PIP_INDEX_URL": nowhere, "PIP_RETRIES": "0", "PIP_NO_CACHE_DIR": "1", "UV_INDEX_URL": nowhere, "UV_NO_CACHE": "1",
	} {
		t.Setenv(name, value)
	}
	t.Run("typescript", func(t *testing.T) { madeButNotRun(t, "typescript", "running npm ci") })
	t.Run("python", func(t *testing.T) { madeButNotRun(t, "python", "pip install") })
}

func madeButNotRun(t *testing.T, template, want string) {
	t.Helper()
	s, out, said := typing()
	s.Getenv = os.LookupEnv
	dir := filepath.Join(t.TempDir(), "tide")
	args := []string{"new", "tide", "--template", template, "--profile", "lean", "--dir", dir, "--yes", "--run"}
	assert.Equal(t, cli.ExitEnvironment, cli.Main(t.Context(), s, args))
	assert.Contains(t, said.String(), want)
	assert.Contains(t, said.String(), "The project was made.")
	assert.Contains(t, out.String(), "Made tide")
	assert.FileExists(t, filepath.Join(dir, "mcpctl.yaml"))
}

// A virtual environment that the user is in is not the project's, and something
// else of that name is in the way.
func TestNewRunWithAVirtualEnvironmentInTheWay(t *testing.T) {
	t.Setenv("VIRTUAL_ENV", filepath.Join(t.TempDir(), "mine"))
	template := filepath.Join(t.TempDir(), "blocked")
	require.NoError(t, os.MkdirAll(filepath.Join(template, "_project", "acme_server"), 0o755))
	for name, text := range map[string]string{
		"template.yaml":                    "id: blocked\nversion: 1.0.0\ntitle: Blocked\nlanguage: python\nprofiles: {lean: []}\nfiles: []\n",
		"_project/pyproject.toml":          "[project]\nname = \"acme-server\"\nrequires-python = \">=3.11\"\n",
		"_project/requirements.txt":        "",
		"_project/acme_server/__main__.py": "",
		"_project/.venv":                   "not a folder\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(template, name), []byte(text), 0o600))
	}
	s, out, said := typing()
	s.Getenv = os.LookupEnv
	dir := filepath.Join(t.TempDir(), "tide")
	assert.Equal(t, cli.ExitEnvironment, cli.Main(t.Context(), s, []string{"new", "tide", "--template", template, "--dir", dir, "--yes", "--run"}))
	assert.Contains(t, said.String(), ".venv is there and is none")
	assert.Contains(t, said.String(), "Move .venv away")
	assert.Contains(t, out.String(), "Made tide")
}
