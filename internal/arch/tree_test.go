package arch_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const root = "../.."

// source is one Go file of the tree.
type source struct {
	path   string // slash-separated, below the root
	pkg    string // its folder
	test   bool
	lines  int
	syntax *ast.File
}

// sources parses every Go file of the module, whatever system it is built for.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return skipForeign(path, d)
		}
		if filepath.Ext(path) == ".go" {
			all = append(all, parse(t, path))
		}
		return nil
	})
	require.NoError(t, err)
	require.NotEmpty(t, all)
	return all
}

// skipForeign leaves out folders that hold no package of this module.
func skipForeign(path string, d fs.DirEntry) error {
	if path == root {
		return nil
	}
	name := d.Name()
	if strings.ContainsAny(name[:1], "._") || name == "testdata" || name == "node_modules" {
		return filepath.SkipDir
	}
	if _, err := os.Stat(filepath.Join(path, "go.mod")); err == nil {
		return filepath.SkipDir
	}
	return nil
}

func parse(t *testing.T, path string) source {
	t.Helper()
	body, err := os.ReadFile(path)
	require.NoError(t, err)
	syntax, err := parser.ParseFile(token.NewFileSet(), path, body, parser.ParseComments|parser.SkipObjectResolution)
	require.NoError(t, err)
	below, err := filepath.Rel(root, path)
	require.NoError(t, err)
	below = filepath.ToSlash(below)
	return source{
		path:   below,
		pkg:    filepath.ToSlash(filepath.Dir(below)),
		test:   strings.HasSuffix(below, "_test.go"),
		lines:  strings.Count(string(body), "\n"),
		syntax: syntax,
	}
}

func (s source) imports(t *testing.T) []string {
	t.Helper()
	var paths []string
	for _, spec := range s.syntax.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		require.NoError(t, err)
		paths = append(paths, path)
	}
	return paths
}

// selectors answers the names that the file takes from a package of the standard
// library, such as Exit of os.
func (s source) selectors(t *testing.T, from string) []string {
	t.Helper()
	local := ""
	for _, spec := range s.syntax.Imports {
		if spec.Path.Value == strconv.Quote(from) {
			local = filepath.Base(from)
			if spec.Name != nil {
				local = spec.Name.Name
			}
		}
	}
	var names []string
	ast.Inspect(s.syntax, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok && local != "" && x.Name == local {
				names = append(names, sel.Sel.Name)
			}
		}
		return true
	})
	return names
}
