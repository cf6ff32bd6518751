package scaffold_test

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/scaffold"
)

// small is the template of testdata.
func small(t testing.TB) *scaffold.Template {
	t.Helper()
	tmpl, err := scaffold.Load(os.DirFS("testdata/template"), scaffold.Builtin, nil)
	require.NoError(t, err)
	return tmpl
}

// beneath finds the template that testdata/over is based on.
func beneath(id string) (fs.FS, error) {
	if id != "small" {
		return nil, fmt.Errorf("there is no %s", id)
	}
	return os.DirFS("testdata/template"), nil
}

// resolve settles answers that must pass.
func resolve(t testing.TB, tmpl *scaffold.Template, given scaffold.Given) scaffold.Answers {
	t.Helper()
	if given.Name == "" {
		given.Name = "weather-bot"
	}
	a, err := tmpl.Resolve(given)
	require.NoError(t, err)
	return a
}

// render renders what must pass.
func render(t testing.TB, tmpl *scaffold.Template, given scaffold.Given) scaffold.Tree {
	t.Helper()
	tree, err := scaffold.Render(tmpl, resolve(t, tmpl, given))
	require.NoError(t, err)
	return tree
}

// text is the content of a file that must be there.
func text(t testing.TB, tree scaffold.Tree, path string) string {
	t.Helper()
	f, ok := tree.Lookup(path)
	require.True(t, ok, "%s is missing", path)
	return string(f.Data)
}

func paths(tree scaffold.Tree) []string {
	var all []string
	for _, f := range tree {
		all = append(all, f.Path)
	}
	return all
}

// tiny is a template of one manifest, with features a and b, and files.
func tiny(files map[string]string, more ...string) fstest.MapFS {
	manifest := "id: tiny\nversion: 1.0.0\ntitle: Tiny\nlanguage: go\nfeatures: [{name: a}, {name: b}]\n" + strings.Join(more, "\n")
	fsys := fstest.MapFS{scaffold.ManifestName: {Data: []byte(manifest)}}
	for path, content := range files {
		fsys[scaffold.ProjectDir+"/"+path] = &fstest.MapFile{Data: []byte(content)}
	}
	return fsys
}

func load(fsys fs.FS) (*scaffold.Template, error) {
	return scaffold.Load(fsys, scaffold.Builtin, nil)
}
