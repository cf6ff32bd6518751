package serverjson

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	return raw
}

func TestGenerate(t *testing.T) {
	const sha = "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c"
	for name, c := range map[string]struct {
		files map[string]string
		w     Wishes
		want  string // beyond $schema
	}{
		"npm": {
			map[string]string{packageJSON: `{"name": "@acme/echo", "version": "2.0.0", "description": "Says <it> again", "repository": "github:Acme/echo.git"}`}, Wishes{},
			`"name": "io.github.Acme/echo", "description": "Says <it> again", "version": "2.0.0", "repository": {"url": "https://github.com/Acme/echo", "source": "github"},
			 "packages": [{"registryType": "npm", "identifier": "@acme/echo", "version": "2.0.0", "runtimeHint": "npx", "transport": {"type": "stdio"}}]`,
		},
		"npm with a proved name": {
			map[string]string{packageJSON: `{"name": "echo", "version": "2.0.0", "description": "d", "mcpName": "com.example/echo", "repository": {"type": "git", "url": "git+ssh://git@gitlab.com/a/b/c.git"}}`}, Wishes{},
			`"name": "com.example/echo", "description": "d", "version": "2.0.0",
			 "packages": [{"registryType": "npm", "identifier": "echo", "version": "2.0.0", "runtimeHint": "npx", "transport": {"type": "stdio"}}]`,
		},
		"PyPI": {
			map[string]string{pyproject: "[project]\nname = \"acme-echo\"\nversion = \"1.0\"\ndescription = \"d\"\n[project.urls]\nRepository = \"https://github.com/acme/echo\"\n"}, Wishes{Version: "v1.0"},
			`"name": "io.github.acme/acme-echo", "description": "d", "version": "1.0", "repository": {"url": "https://github.com/acme/echo", "source": "github"},
			 "packages": [{"registryType": "pypi", "identifier": "acme-echo", "version": "1.0", "runtimeHint": "uvx", "transport": {"type": "stdio"}}]`,
		},
		"Go": {
			map[string]string{goMod: "module github.com/acme/echo/v2\n\ngo 1.26\n"},
			Wishes{Version: "v2.1.0", Images: []string{"images.example.com/acme/echo@sha256:" + sha}, Remotes: []string{"https://echo.example.com/mcp"}},
			`"name": "io.github.acme/echo", "description": "The MCP server echo", "version": "2.1.0", "repository": {"url": "https://github.com/acme/echo", "source": "github"},
			 "packages": [{"registryType": "oci", "identifier": "images.example.com/acme/echo@sha256:` + sha + `", "transport": {"type": "stdio"}}],
			 "remotes": [{"type": "streamable-http", "url": "https://echo.example.com/mcp"}]`,
		},
		"MCPB": {
			map[string]string{bundleJSON: `{"manifest_version": "0.3", "name": "echo", "display_name": "Echo", "version": "1.0.0", "description": "d", "server": {"type": "node"}, "repository": {"type": "git", "url": "https://github.com/acme/echo.git"}}`},
			Wishes{Bundle: Bundle{"echo.mcpb", sha}},
			`"name": "io.github.acme/echo", "title": "Echo", "description": "d", "version": "1.0.0", "repository": {"url": "https://github.com/acme/echo", "source": "github"},
			 "packages": [{"registryType": "mcpb", "identifier": "https://github.com/acme/echo/releases/download/v1.0.0/echo.mcpb", "version": "1.0.0", "fileSha256": "` + sha + `", "transport": {"type": "stdio"}}]`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := fstest.MapFS{}
			for file, text := range c.files {
				fsys[file] = &fstest.MapFile{Data: []byte(text)}
			}
			sources, err := Sources(fsys)
			require.NoError(t, err)
			text, _, err := Generate(sources, c.w)
			require.NoError(t, err)
			if !strings.Contains(c.want, `"repository"`) {
				c.want += `, "repository": {"url": "https://gitlab.com/a/b/c", "source": "gitlab"}`
			}
			assert.JSONEq(t, `{"$schema": "`+SchemaURL(Current)+`", `+c.want+`}`, string(text))
			for _, f := range Check("server.json", text) {
				assert.Equal(t, "version/semantic", f.Rule, "%v", f)
			}
		})
	}
}

func TestGenerateNotes(t *testing.T) {
	text, notes, err := Generate([]Source{{Name: "echo", Description: strings.Repeat("word ", 30)}}, Wishes{Name: "com.example/echo"})
	require.NoError(t, err)
	assert.Len(t, notes, 3)
	for _, f := range Check("server.json", text) {
		assert.Equal(t, "server/empty", f.Rule)
	}
	_, _, err = Generate([]Source{{Name: "echo"}}, Wishes{})
	assert.ErrorContains(t, err, "cannot find the server's name")
	_, _, err = Generate(nil, Wishes{Name: "com.example/echo", Bundle: Bundle{"x.mcpb", "00"}})
	assert.ErrorContains(t, err, "where the bundle will be")
}

func TestProjectAddress(t *testing.T) {
	for written, want := range map[string]string{
		"acme/echo": "https://github.com/acme/echo", "gitlab:acme/echo": "https://gitlab.com/acme/echo",
		"git@github.com:acme/echo.git": "https://github.com/acme/echo", "git+ssh://git@github.com/acme/echo.git": "https://github.com/acme/echo",
		"git://github.com/acme/echo.git#main": "https://github.com/acme/echo", "http://www.github.com/acme/echo/": "https://www.github.com/acme/echo",
		"https://example.com/acme/echo": "", "": "", "https://github.com/acme": "",
	} {
		assert.Equal(t, want, projectAddress(written), written)
	}
}
