package update_test

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/scaffold"
	"github.com/mcpctl/mcpctl/scaffold/update"
)

var golden = flag.Bool("update", false, "write the golden files")

// demo is a version of the template in testdata.
func demo(t *testing.T, version string) *scaffold.Template {
	t.Helper()
	template, err := scaffold.Load(os.DirFS(filepath.Join("testdata", "templates", version)), scaffold.Builtin, nil)
	require.NoError(t, err)
	return template
}

// project makes a project from a template and answers its folder.
func project(t *testing.T, from *scaffold.Template, given scaffold.Given) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "weather")
	given.Name = "weather"
	answers, err := from.Resolve(given)
	require.NoError(t, err)
	plan, err := scaffold.NewPlan(from, answers, dir)
	require.NoError(t, err)
	require.NoError(t, plan.Apply(t.Context()))
	return dir
}

// plan plans the update of a project of version 1 to version 2.
func plan(t *testing.T, dir string) *update.Plan {
	t.Helper()
	p, err := update.NewPlan(t.Context(), request(t, dir))
	require.NoError(t, err)
	return p
}

func request(t *testing.T, dir string) update.Request {
	t.Helper()
	renames, err := update.ReadRenames(os.DirFS("testdata/templates/2.0.0"))
	require.NoError(t, err)
	return update.Request{Dir: dir, Wanted: demo(t, "2.0.0"), Base: demo(t, "1.0.0"), Renames: renames}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
}

func content(t *testing.T, dir, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	require.NoError(t, err)
	return string(data)
}

// edit replaces a part of a file, which must be there.
func edit(t *testing.T, dir, name, old, new string) {
	t.Helper()
	write(t, dir, name, replaceOnce(t, content(t, dir, name), old, new))
}

// snapshot is everything in a folder, by path.
func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		below, err := filepath.Rel(dir, path)
		require.NoError(t, err)
		if d.IsDir() {
			all[filepath.ToSlash(below)+"/"] = ""
			return nil
		}
		info, err := d.Info()
		require.NoError(t, err)
		all[filepath.ToSlash(below)] = info.Mode().String() + " " + content(t, dir, below)
		return nil
	}))
	return all
}

// actions are what a plan does, by path.
func actions(p *update.Plan) map[string]update.Action {
	all := map[string]update.Action{}
	for _, c := range p.Changes {
		all[c.Path] = c.Action
	}
	return all
}
