package spec_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance/spec"
	"github.com/mcpctl/mcpctl/conformance/spec/internal/catalogue"
)

func load(t *testing.T) *catalogue.Catalogue {
	t.Helper()
	c, err := catalogue.Load(os.DirFS("."))
	require.NoError(t, err)
	return c
}

func TestTablesAreUpToDate(t *testing.T) {
	files, err := load(t).Render()
	require.NoError(t, err)
	require.Len(t, files, 2)
	for name, want := range files {
		got, err := os.ReadFile(name)
		require.NoError(t, err)
		if string(got) != string(want) {
			t.Errorf("%s is older than the catalogues: run go generate ./conformance/spec", name)
		}
	}
}

// TestTablesSayWhatTheCataloguesSay guards against a field that the renderer
// forgets or mixes up.
func TestTablesSayWhatTheCataloguesSay(t *testing.T) {
	all := slices.Collect(spec.All())
	for _, book := range load(t).Books {
		for _, want := range book.Entries {
			require.NotEmpty(t, all, "the tables end before %s", want.ID)
			r := all[0]
			all = all[1:]
			assert.Equal(t, book.Era, r.Era.String(), want.ID)
			got := catalogue.Entry{
				ID: r.ID, Level: string(r.Level), Since: string(r.Since), Until: string(r.Until),
				Area: r.Area, Transports: r.Transports.Names(), Requires: r.Requires,
				Requirement: r.Text, Probe: r.Probe, Testability: string(r.Testability), Basis: r.Basis,
				CallsPrimitive: r.CallsPrimitive, Expect: catalogue.Expect(r.Expect), Note: r.Note, Deprecated: r.Deprecated,
			}
			// Citations have tests of their own; also_legacy stays in the catalogue.
			want.Source, want.AlsoLegacy = "", false
			assert.Equal(t, want, got)
		}
	}
	assert.Empty(t, all, "the tables hold more than the catalogues")
}

// TestNothingRunsAtStartUp holds that the only variables of the package are its
// two tables and that they consist of literals and names, which the compiler
// lays out as data: GODEBUG=inittrace=1 then lists no work for this package.
func TestNothingRunsAtStartUp(t *testing.T) {
	names, err := filepath.Glob("*.go")
	require.NoError(t, err)
	var variables []string
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, decl := range file.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok {
				assert.NotEqual(t, "init", fn.Name.Name, name)
			}
			gen, ok := decl.(*ast.GenDecl)
			if !ok || gen.Tok != token.VAR {
				continue
			}
			for _, s := range gen.Specs {
				variables = append(variables, s.(*ast.ValueSpec).Names[0].Name)
				assert.True(t, constant(s), "%s: a table holds more than constants", name)
			}
		}
	}
	assert.ElementsMatch(t, []string{"handshakeTable", "statelessTable"}, variables)
}

// constant reports whether an initialiser consists of literals, names and signs.
func constant(n ast.Node) bool {
	ok := true
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr, *ast.FuncLit, *ast.IndexExpr, *ast.StarExpr:
			ok = false
		case *ast.UnaryExpr:
			ok = ok && n.Op == token.SUB
		}
		return ok
	})
	return ok
}
