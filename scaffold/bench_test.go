package scaffold_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/scaffold"
	"github.com/mcpctl/mcpctl/templates"
)

// BenchmarkPlan is all of `mcpctl new` but the writing.
func BenchmarkPlan(b *testing.B) {
	fsys, err := templates.FS("go")
	require.NoError(b, err)
	for b.Loop() {
		tmpl, err := scaffold.Load(fsys, scaffold.Builtin, nil)
		require.NoError(b, err)
		a, err := tmpl.Resolve(scaffold.Given{Name: "weather"})
		require.NoError(b, err)
		_, err = scaffold.NewPlan(tmpl, a, "weather")
		require.NoError(b, err)
	}
}
