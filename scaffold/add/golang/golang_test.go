package golang_test

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
	"github.com/mcpctl/mcpctl/scaffold/add/golang"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// record is the mcpctl.yaml of a project as `mcpctl new` leaves it.
const record = `# our project
template: {id: go, version: 1.0.0, digest: "sha256:00", source: builtin}
answers: {name: sample}
files: {}
`

func project(full bool, more map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{
		"mcpctl.yaml": {Data: []byte(record)},
		"go.mod":      {Data: []byte("module example.com/sample // ours\n\ngo 1.26.0\n")},
		"main.go":     {Data: []byte("package main\n\nfunc main() {}\n")},
	}
	if full {
		fsys["internal/app/app.go"] = &fstest.MapFile{Data: []byte("package app\n\ntype App struct{}\n")}
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
	return add.NewPlan(p, golang.Generator{}, it, o)
}

// Every file that an item becomes, in both layouts.
func TestGolden(t *testing.T) {
	for name, it := range addtest.Items(t) {
		for layout, full := range map[string]bool{"full": true, "lean": false} {
			t.Run(name+"/"+layout, func(t *testing.T) {
				got, err := plan(project(full, nil), it, add.Options{})
				require.NoError(t, err)
				var out strings.Builder
				for _, s := range got.Steps {
					if strings.HasSuffix(s.Path, "zz_generated_http.go") || strings.HasSuffix(s.Path, "zz_generated_session_test.go") {
						continue // the same for all
					}
					out.WriteString("== " + string(s.Action) + " " + s.Path + "\n" + string(s.Data))
				}
				golden(t, name+"_"+layout+".txt", out.String())
			})
		}
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
