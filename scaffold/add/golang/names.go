package golang

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/mcpctl/mcpctl/scaffold/add"
)

// names are the identifiers of one item.
type names struct {
	Base     string // of its files
	Stem     string // GetForecast
	Register string // RegisterGetForecast
	Private  string // getForecast: what its unexported names begin with
}

func (l layout) namesOf(it add.Item) names {
	words := add.Words(it.Name)
	n := names{Base: strings.Join(words, "_"), Stem: exported(words)}
	if system(words[len(words)-1]) || len(words) == 1 && words[0] == "doc" {
		n.Base += "_" + string(it.Kind) // or the go tool would build it on that system only
	}
	n.Register = "Register" + n.Stem
	if !l.Full {
		if it.Kind != add.Tool {
			n.Stem += exported([]string{string(it.Kind)})
		}
		n.Base, n.Register = string(it.Kind)+"_"+n.Base, "register"+n.Stem
	}
	n.Private = private(n.Stem)
	return n
}

// exported joins words to an exported identifier.
func exported(words []string) string {
	var out strings.Builder
	for _, w := range words {
		switch {
		case w == "":
		case slices.Contains([]string{"id", "url", "uri", "http", "https", "api", "json", "xml", "html", "ip", "uuid", "sql"}, w):
			out.WriteString(strings.ToUpper(w))
		default:
			out.WriteString(strings.ToUpper(w[:1]) + w[1:])
		}
	}
	name := out.String()
	if name == "" || name[0] < 'A' || name[0] > 'Z' {
		name = "X" + name
	}
	return name
}

// private is an exported identifier in its unexported spelling: ID becomes id,
// HTTPGet httpGet.
func private(name string) string {
	end := 0
	for end < len(name) && name[end] >= 'A' && name[end] <= 'Z' {
		end++
	}
	if end > 1 && end < len(name) && name[end] >= 'a' && name[end] <= 'z' {
		end--
	}
	return strings.ToLower(name[:end]) + name[end:]
}

// system reports whether a file name that ends in _word is built on some
// systems only, or by tests only.
func system(word string) bool {
	return slices.Contains(strings.Fields(`test
		aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris wasip1 windows zos
		386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le ppc ppc64 ppc64le
		riscv riscv64 s390 s390x sparc sparc64 wasm`), word)
}

// maxScanned bounds how many Go files are looked through for names in use.
const maxScanned = 2000

// errTaken says that a name is in use.
var errTaken = errors.New("choose another name, or remove the other first")

// checkFree refuses an item whose name or identifiers the project has already,
// in files other than the item's own.
func checkFree(fsys fs.FS, l layout, it add.Item, files []add.File) error {
	own := map[string]bool{l.IndexPath(): true}
	var declared []string
	for _, f := range files {
		own[f.Path] = true
		names, err := declarations(f.Data)
		if err != nil {
			return fmt.Errorf("read back %s: %w", f.Path, err)
		}
		declared = append(declared, names...)
	}
	scanned := 0
	return fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fmt.Errorf("look through the project: %w", err)
		case d.IsDir() && name != "." && (strings.HasPrefix(d.Name(), ".") || slices.Contains([]string{"vendor", "testdata", "node_modules"}, d.Name())):
			return fs.SkipDir
		case !d.Type().IsRegular() || path.Ext(name) != ".go" || own[name]:
			return nil
		}
		if scanned++; scanned > maxScanned {
			return fs.SkipAll
		}
		text, err := add.ReadBounded(fsys, name, maxGo)
		if err != nil {
			return fmt.Errorf("look through the project: %w", err)
		}
		return clash(name, text, l, it, declared)
	})
}

// clash reports what in one file is in the item's way.
func clash(name string, text []byte, l layout, it add.Item, declared []string) error {
	file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
	if err != nil {
		return fmt.Errorf("look through the project: %w; put that right first", err)
	}
	if !strings.HasSuffix(name, "_test.go") && offers(file, it) {
		return fmt.Errorf("the %s %s is in %s already: %w", it.Kind, it.Name, name, errTaken)
	}
	if dir, _ := path.Split(name); dir != l.Dir(it.Kind) {
		return nil
	}
	for _, other := range topLevel(file) {
		if slices.Contains(declared, other) {
			return fmt.Errorf("the %s %s would declare %s, which %s declares already: %w", it.Kind, it.Name, other, name, errTaken)
		}
	}
	return nil
}

// offers reports whether a file has a literal such as mcp.Tool{Name: "…"} of
// the item's name.
func offers(file *ast.File, it add.Item) (found bool) {
	want := map[add.Kind][]string{add.Tool: {"Tool"}, add.Resource: {"Resource", "ResourceTemplate"}, add.Prompt: {"Prompt"}}[it.Kind]
	ast.Inspect(file, func(n ast.Node) bool {
		literal, ok := n.(*ast.CompositeLit)
		if !ok {
			return !found
		}
		if sel, ok := literal.Type.(*ast.SelectorExpr); !ok || !slices.Contains(want, sel.Sel.Name) {
			return true
		}
		for _, e := range literal.Elts {
			pair, ok := e.(*ast.KeyValueExpr)
			if !ok {
				continue
			}
			key, isKey := pair.Key.(*ast.Ident)
			value, isText := pair.Value.(*ast.BasicLit)
			if isKey && isText && key.Name == "Name" && value.Value == strconv.Quote(it.Name) {
				found = true
			}
		}
		return true
	})
	return found
}

func declarations(text []byte) ([]string, error) {
	file, err := parser.ParseFile(token.NewFileSet(), "", text, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	return topLevel(file), nil
}

// topLevel lists what a file declares for its whole package; methods belong to
// their types.
func topLevel(file *ast.File) []string {
	var all []string
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				all = append(all, d.Name.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					all = append(all, spec.Name.Name)
				case *ast.ValueSpec:
					for _, n := range spec.Names {
						all = append(all, n.Name)
					}
				}
			}
		}
	}
	return all
}
