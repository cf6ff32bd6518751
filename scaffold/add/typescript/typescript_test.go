package typescript_test

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/scaffold/add"
	"github.com/mcpctl/mcpctl/scaffold/add/addtest"
	"github.com/mcpctl/mcpctl/scaffold/add/typescript"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// record is the mcpctl.yaml of a project as `mcpctl new` leaves it.
const record = `# our project
template: {id: typescript, version: 1.0.0, digest: "sha256:00", source: builtin}
answers: {name: sample}
files: {}
`

func project(more map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{
		"mcpctl.yaml":  {Data: []byte(record)},
		"package.json": {Data: []byte(`{"name": "sample"}`)},
		"src/main.ts":  {Data: []byte("export {};\n")},
	}
	for name, text := range more {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

func plan(fsys fs.FS, it add.Item, o add.Options) (*add.Plan, error) {
	p, err := add.Open(fsys)
	if err != nil {
		return nil, err
	}
	return add.NewPlan(p, typescript.Generator{}, it, o)
}

// Every file that an item becomes.
func TestGolden(t *testing.T) {
	for name, it := range addtest.Items(t) {
		t.Run(name, func(t *testing.T) {
			got, err := plan(project(nil), it, add.Options{})
			require.NoError(t, err)
			var out strings.Builder
			for _, s := range got.Steps {
				if strings.HasSuffix(s.Path, "/session.ts") || strings.HasSuffix(s.Path, "/added.ts") || strings.HasSuffix(s.Path, "/http.ts") {
					continue // the same for all
				}
				out.WriteString("== " + string(s.Action) + " " + s.Path + "\n" + string(s.Data))
			}
			golden(t, name+".txt", out.String())
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name)
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
}

// The template begins with the index that nothing was added to.
func TestTheTemplateHasTheEmptyIndex(t *testing.T) {
	empty, err := typescript.Generator{}.Index(nil, nil)
	require.NoError(t, err)
	path := filepath.Join("..", "..", "..", "templates", "typescript", "_project", "src", "added", "index.ts")
	if *update {
		require.NoError(t, os.WriteFile(path, empty.Data, 0o644))
	}
	has, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(has), string(empty.Data))
}

// A name that is taken is refused, wherever it is.
func TestTakenNames(t *testing.T) {
	it, err := add.New(add.Tool, "get_forecast")
	require.NoError(t, err)
	for what, text := range map[string]string{
		"the SDK":      "server.registerTool(\n  \"get_forecast\",\n  {},",
		"the template": "add(server, deps, {\n  name: \"get_forecast\",\n",
	} {
		_, err := plan(project(map[string]string{"src/tools/own.ts": text}), it, add.Options{})
		assert.ErrorContains(t, err, "the tool get_forecast is in src/tools/own.ts already", what)
	}
	_, err = plan(project(map[string]string{"src/tools/own.ts": `{ name: "get_forecasts", }`}), it, add.Options{})
	require.NoError(t, err)
	bare := project(nil)
	delete(bare, "src/main.ts")
	_, err = plan(bare, it, add.Options{})
	assert.ErrorContains(t, err, "no src/main.ts")
}

// Two names that differ in signs alone would have one set of files.
func TestNamesThatShareFiles(t *testing.T) {
	it, err := add.New(add.Tool, "get-forecast")
	require.NoError(t, err)
	fsys := project(map[string]string{"src/added/tool_get_forecast.ts": ""})
	fsys["mcpctl.yaml"].Data = append(fsys["mcpctl.yaml"].Data, "added:\n  - {kind: tool, name: get_forecast, file: src/added/tool_get_forecast.ts, source: name}\n"...)
	_, err = plan(fsys, it, add.Options{})
	assert.ErrorContains(t, err, "would have the files of get_forecast")
}

// What a stranger wrote neither leaves its literal nor hides in it.
func TestHostileText(t *testing.T) {
	it, err := add.FromSchemaFile(add.Tool, "evil", []byte(`{"type": "object", "description": "*/ \u2028 \u202e`+"`${process.exit()}`"+`", "properties": {"a\"]; evil(); [\"": {"type": "string", "const": "\u202e*/"}}}`))
	require.NoError(t, err)
	got, err := plan(project(nil), it, add.Options{})
	require.NoError(t, err)
	for _, s := range got.Steps {
		text := string(s.Data)
		assert.NotContains(t, text, "\u202e", s.Path)
		assert.NotContains(t, text, "\u2028", s.Path)
		assert.NotContains(t, text, `a"]; evil()`, s.Path)
	}
}
