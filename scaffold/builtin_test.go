package scaffold_test

import (
	"testing"

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
