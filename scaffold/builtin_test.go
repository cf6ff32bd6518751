package scaffold_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/scaffold"
	"github.com/mcpctl/mcpctl/templates"
)

func TestBuiltIn(t *testing.T) {
	for _, id := range templates.List() {
		fsys, err := templates.FS(id)
		require.NoError(t, err)
		tmpl, err := scaffold.Load(fsys, scaffold.Builtin, templates.FS)
		require.NoError(t, err)
		for _, profile := range append(tmpl.Manifest.ProfileNames(), "") {
			a, err := tmpl.Resolve(scaffold.Given{Name: "weather", Profile: profile})
			require.NoError(t, err)
			tree, err := scaffold.Render(tmpl, a)
			require.NoError(t, err)
			t.Log(id, profile, len(tree), tree.Size())
		}
	}
}

// No project can be called like what the projects of its template need.
func TestNeededNames(t *testing.T) {
	for id, needed := range map[string]struct{ file, pattern string }{
		"typescript": {"package.json", `(?m)^ {4}"([a-z-]+)": "[0-9]`},
		"python":     {"pyproject.toml", `(?m)^ +"([a-z0-9-]+)>=`},
	} {
		fsys, err := templates.FS(id)
		require.NoError(t, err)
		tmpl, err := scaffold.Load(fsys, scaffold.Builtin, templates.FS)
		require.NoError(t, err)
		all := scaffold.Given{Name: "weather"}
		for _, f := range tmpl.Manifest.Features {
			all.With = append(all.With, f.Name)
		}
		a, err := tmpl.Resolve(all)
		require.NoError(t, err)
		tree, err := scaffold.Render(tmpl, a)
		require.NoError(t, err)
		file, ok := tree.Lookup(needed.file)
		require.True(t, ok)
		names := regexp.MustCompile(needed.pattern).FindAllSubmatch(file.Data, -1)
		assert.NotEmpty(t, names, id)
		for _, name := range names {
			assert.Error(t, scaffold.CheckName(tmpl.Manifest.Language, string(name[1])), "%s needs %s: see reserved.go", id, name[1])
		}
	}
}
