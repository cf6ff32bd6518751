package judged_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const sdk = "github.com/modelcontextprotocol/go-sdk"

// joining is the part of the fixtures that is ours: it makes the template's
// server as the template would, with the fixtures' tools, resources and prompts
// and the options that they need besides.
const joining = `package fixtures

import (
	"context"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// NewServer stands in for mcp.NewServer.
func NewServer(impl *mcp.Implementation, options *mcp.ServerOptions) *mcp.Server {
	o := mcp.ServerOptions{}
	if options != nil {
		o = *options
	}
	o.Capabilities = nil // to be told from what there is, fixtures included
	o.CompletionHandler = completionHandler
	o.SubscribeHandler = subscribeHandler
	o.UnsubscribeHandler = unsubscribeHandler
	server := mcp.NewServer(impl, &o)
	registerTools(server)
	registerResources(server)
	registerPrompts(server)
	go watchedResourceUpdater(context.Background(), server)
	return server
}

// All stands in for the middleware that refuses the features which the
// template's own server lacks: with the fixtures it has them all.
func All(_ func(...string) mcp.Middleware, _ ...string) mcp.Middleware {
	return func(next mcp.MethodHandler) mcp.MethodHandler { return next }
}
`

// withFixtures copies a project and adds the tools that the official suite
// calls by name. They are the SDK's own, taken from its module as it lies in the
// module cache, and joined where the template makes its server: all the rest,
// its lanes, its middleware, its shutdown, stays the template's.
func withFixtures(t *testing.T, project string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "fixtures")
	require.NoError(t, os.CopyFS(dir, os.DirFS(project)))
	home := strings.TrimSpace(run(t, dir, nil, "go", "list", "-m", "-f", "{{.Dir}}", sdk))
	fixtures, err := asPackage(filepath.Join(home, "conformance/everything-server/main.go"))
	require.NoError(t, err)
	at := filepath.Join(dir, "internal/fixtures")
	require.NoError(t, os.MkdirAll(at, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(at, "fixtures.go"), fixtures, 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(at, "join.go"), []byte(joining), 0o644))
	module := strings.TrimSpace(run(t, dir, nil, "go", "list", "-m"))
	joined := 0
	require.NoError(t, filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, at) {
			return err
		}
		did, err := join(path, module)
		if did {
			joined++
		}
		return err
	}))
	require.Equal(t, 1, joined, "the template makes its server in one place")
	return dir
}

// asPackage turns a program into a package: what only its main function needs
// is left out.
func asPackage(path string) ([]byte, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("the SDK's fixtures: %w", err)
	}
	file.Name.Name = "fixtures"
	file.Decls = slices.DeleteFunc(file.Decls, func(d ast.Decl) bool {
		f, isFunc := d.(*ast.FuncDecl)
		return isFunc && f.Name.Name == "main" || uses(d, "flag")
	})
	for _, d := range file.Decls {
		imports, ok := d.(*ast.GenDecl)
		if !ok || imports.Tok != token.IMPORT {
			continue
		}
		imports.Specs = slices.DeleteFunc(imports.Specs, func(s ast.Spec) bool {
			name, _ := strconv.Unquote(s.(*ast.ImportSpec).Path.Value)
			base := filepath.Base(strings.TrimSuffix(name, "/v3"))
			return !slices.ContainsFunc(file.Decls, func(d ast.Decl) bool { return uses(d, base) })
		})
	}
	file.Comments = nil // they would drift among what is left
	var out bytes.Buffer
	err = format.Node(&out, fset, file)
	return out.Bytes(), err
}

// uses reports whether a declaration selects something of a package.
func uses(d ast.Decl, pkg string) (found bool) {
	ast.Inspect(d, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			x, ok := s.X.(*ast.Ident)
			found = found || ok && x.Name == pkg
		}
		return !found
	})
	return found
}

// join replaces mcp.NewServer by the fixtures' in a file that calls it.
func join(path, module string) (bool, error) {
	source, err := os.ReadFile(path)
	if err != nil || !bytes.Contains(source, []byte("mcp.NewServer(")) {
		return false, err
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return false, err
	}
	at := fset.Position(file.Name.End()).Offset
	text := string(source[:at]) + "\n\nimport \"" + module + "/internal/fixtures\"\n" + string(source[at:])
	text = strings.Replace(text, "mcp.NewServer(", "fixtures.NewServer(", 1)
	text = strings.Replace(text, "wire.Only(", "fixtures.All(wire.Only, ", 1)
	return true, os.WriteFile(path, []byte(text), 0o644)
}
