package golang_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/scaffold/add"
)

// packages stands for the imports of a generated types file: the one type that
// declarations use.
type packages struct{}

func (packages) Import(path string) (*types.Package, error) {
	p := types.NewPackage(path, path[strings.LastIndexByte(path, '/')+1:])
	if path != "encoding/json" {
		return nil, fmt.Errorf("no types of %s are wanted here", path)
	}
	raw := types.NewTypeName(token.NoPos, p, "RawMessage", nil)
	types.NewNamed(raw, types.NewSlice(types.Typ[types.Byte]), nil)
	p.Scope().Insert(raw)
	p.MarkComplete()
	return p, nil
}

// checkTypes type-checks what a generated file declares besides functions.
func checkTypes(name string, text []byte) error {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, text, parser.ParseComments)
	if err != nil {
		return err
	}
	for _, group := range file.Comments {
		for _, c := range group.List {
			if strings.HasPrefix(c.Text, "//") && !strings.HasPrefix(c.Text, "// ") {
				return fmt.Errorf("the comment %q could be a directive", c.Text)
			}
		}
	}
	kept := &ast.File{Name: file.Name}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.GenDecl:
			if d.Tok == token.IMPORT {
				d.Specs = d.Specs[:1] // encoding/json, which functions may use alone
			}
			kept.Decls = append(kept.Decls, d)
		case *ast.FuncDecl:
			if d.Recv != nil {
				kept.Decls = append(kept.Decls, d)
			}
		}
	}
	var problems []string
	config := types.Config{Importer: packages{}, Error: func(err error) {
		if !strings.Contains(err.Error(), "imported and not used") {
			problems = append(problems, err.Error())
		}
	}}
	_, _ = config.Check("sample", set, []*ast.File{kept}, nil) // its errors are collected above
	if len(problems) > 0 {
		return fmt.Errorf("%s\n%s", strings.Join(problems, "\n"), text)
	}
	return nil
}

// typesOf plans a tool with the schema and gives its generated types file.
func typesOf(schema string) (string, error) {
	it, err := add.FromSchemaFile(add.Tool, "get_it", []byte(schema))
	if err != nil {
		return "", err
	}
	got, err := plan(project(false, nil), it, add.Options{})
	if err != nil {
		return "", err
	}
	types := ""
	for _, s := range got.Steps {
		if !strings.HasSuffix(s.Path, ".go") {
			continue
		}
		if err := checkImports(s.Path, s.Data); err != nil {
			return "", err
		}
		if strings.HasSuffix(s.Path, "_types.go") {
			types = string(s.Data)
			if err := checkTypes(s.Path, s.Data); err != nil {
				return "", err
			}
		}
	}
	return types, nil
}

// checkImports finds imports that a file does not use.
func checkImports(name string, text []byte) error {
	file, err := parser.ParseFile(token.NewFileSet(), name, text, 0)
	if err != nil {
		return err
	}
	used := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok {
				used[x.Name] = true
			}
		}
		return true
	})
	for _, spec := range file.Imports {
		path := strings.Trim(spec.Path.Value, `"`)
		if !used[path[strings.LastIndexByte(path, '/')+1:]] {
			return fmt.Errorf("%s imports %s and does not use it", name, path)
		}
	}
	return nil
}

// Schemas that are legal and nasty: what comes out must be Go, and hold what
// the comment of each says.
func TestNastySchemas(t *testing.T) {
	property := func(s string) string { return `{"type": "object", "properties": {"p": ` + s + `}}` }
	for name, tc := range map[string]struct{ schema, want string }{
		"keywords as names":       {`{"type": "object", "properties": {"type": {"type": "string"}, "func": {"type": "boolean"}}, "required": ["type"]}`, "Type string"},
		"names that collide":      {`{"type": "object", "properties": {"a-b": {"type": "string"}, "a_b": {"type": "string"}, "aB": {"type": "string"}}}`, "AB3"},
		"names without letters":   {`{"type": "object", "properties": {"1": {}, "$": {}, "-": {"type": "string"}}}`, "`json:\"-,omitempty\"`"},
		"names no tag can have":   {`{"type": "object", "properties": {"a,b": {"type": "string"}, "\"": {}}}`, "type GetItInput map[string]json.RawMessage"},
		"backquote in a name":     {"{\"type\": \"object\", \"properties\": {\"a`b\": {}}}", `a\u0060b`},
		"directive in a text":     {property(`{"type": "object", "description": "//go:embed x\n//go:generate y\r\n*/ \u0000\u202e", "properties": {"a": {}}}`), "// //go:embed x"},
		"tag breaker":             {property(`{"type": "string", "description": "a\" json:\"b\" ` + "`" + `"}`), `jsonschema:"a\" json:\"b\" '"`},
		"tag with equals":         {property(`{"type": "string", "description": "a=b c"}`), "P *string `json:\"p,omitempty\"`"},
		"required holds itself":   {`{"type": "object", "properties": {"n": {"$ref": "#/$defs/n"}}, "required": ["n"], "$defs": {"n": {"type": "object", "properties": {"n": {"$ref": "#/$defs/n"}}, "required": ["n"]}}}`, "N *GetItInputN"},
		"two hold each other":     {`{"type": "object", "properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"type": "object", "properties": {"b": {"$ref": "#/$defs/b"}}, "required": ["b"]}, "b": {"type": "object", "properties": {"a": {"$ref": "#/$defs/a"}}, "required": ["a"]}}}`, "A *GetItInputA"},
		"reference to the root":   {property(`{"$ref": "#"}`), "P json.RawMessage"},
		"list of lists of itself": {`{"type": "object", "properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"type": "array", "items": {"$ref": "#/$defs/a"}}}}`, "[]json.RawMessage"},
		"enum of odd texts":       {property(`{"enum": ["", "a", "A", "a b", "ä", "\u0000", "func", "a"]}`), `GetItInputPOther`},
		"enum of numbers":         {property(`{"type": "integer", "enum": [1, 2]}`), "P *int64"},
		"enum with null":          {property(`{"enum": ["a", null]}`), "P json.RawMessage"},
		"either":                  {property(`{"oneOf": [{"type": "string"}, {"type": "integer"}]}`), "P json.RawMessage"},
		"or null":                 {property(`{"anyOf": [{"type": "integer"}, {"type": "null"}]}`), "P *int64"},
		"two types":               {property(`{"type": ["string", "integer"]}`), "P json.RawMessage"},
		"required but null":       {`{"type": "object", "properties": {"p": {"type": ["string", "null"]}}, "required": ["p"]}`, "P *string `json:\"p\"`"},
		"a map":                   {property(`{"type": "object", "additionalProperties": {"type": ["number", "null"]}}`), "P map[string]*float64"},
		"anything":                {property(`true`), "P json.RawMessage"},
		"a tuple":                 {property(`{"type": "array", "prefixItems": [{"type": "string"}]}`), "P []json.RawMessage"},
		"no example":              {`{"type": "object", "properties": {"a": false}, "required": ["a"]}`, "A json.RawMessage"},
		"nothing":                 {`{"type": "object", "additionalProperties": false}`, "type GetItInput struct {\n}"},
		"open":                    {`{"type": "object"}`, "type GetItInput map[string]json.RawMessage"},
		"deep":                    {property(strings.Repeat(`{"type": "object", "properties": {"p": `, 14) + `{}` + strings.Repeat(`}}`, 14)), "json.RawMessage"},
		"a name taken by another": {`{"type": "object", "properties": {"a": {"type": "object", "properties": {"b": {"enum": ["x"], "type": "string"}}}, "ab": {"type": "string", "enum": ["y"]}, "a_b_x": {"type": "object", "properties": {"c": {}}}}}`, "GetItInputABX2"},
	} {
		t.Run(name, func(t *testing.T) {
			text, err := typesOf(tc.schema)
			require.NoError(t, err)
			squeezed := strings.Join(strings.Fields(text), " ")
			assert.Contains(t, squeezed, strings.Join(strings.Fields(tc.want), " "))
		})
	}
}

func FuzzTypes(f *testing.F) {
	for _, seed := range []string{
		`{"type": "object", "properties": {"a": {"enum": ["x", "y"]}, "b": {"$ref": "#/$defs/b"}}, "required": ["b"], "$defs": {"b": {"type": "object", "properties": {"b": {"$ref": "#/$defs/b"}}}}}`,
		`{"inputSchema": {"type": "object", "properties": {"a": {"type": ["string", "null"], "description": "x"}}}, "outputSchema": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "object", "properties": {"c": {}}}}}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, schema string) {
		if _, err := add.FromSchemaFile(add.Tool, "get_it", []byte(schema)); err != nil {
			return
		}
		if _, err := typesOf(schema); err != nil {
			t.Error(err)
		}
	})
}

// An operation whose answer nobody can make up still has a test that compiles.
func TestNastyOperations(t *testing.T) {
	for name, response := range map[string]string{
		"no example":  `{type: object, required: [a], properties: {a: {not: {}}}}`,
		"a plain one": `{type: object}`,
		"a list":      `{type: array, items: {type: integer}}`,
		"none":        ``,
	} {
		t.Run(name, func(t *testing.T) {
			content := ""
			if response != "" {
				content = "content: {application/json: {schema: " + response + "}}"
			}
			it, err := add.FromOperation("get_it", []byte("{openapi: 3.1.0, paths: {'/x/{a b}': {get: {parameters: [{name: a b, in: path, required: true, schema: {type: string}}], responses: {200: {"+content+"}}}}}}"), "GET /x/{a b}")
			require.NoError(t, err)
			got, err := plan(project(true, nil), it, add.Options{})
			require.NoError(t, err)
			for _, s := range got.Steps {
				if strings.HasSuffix(s.Path, ".go") {
					require.NoError(t, checkImports(s.Path, s.Data))
				}
			}
		})
	}
}
