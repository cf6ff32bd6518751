// Package python writes added tools, resources and prompts in Python. All of it
// goes to the folder added of the project's package, in whichever layout it is:
// the program registers what the index there names, once there is one.
package python

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mcpctl/mcpctl/scaffold/add"
)

//go:generate go tool qtc -skipLineComments

// support are files that all added items share.
//
//go:embed support
var support embed.FS

// standIn is the package's name in the files of support.
const standIn = "acme_server"

// Generator writes Python. It holds nothing; the zero value is ready.
type Generator struct{}

// Files are the handler, its test and, for a tool, its schemas and types, with
// the helpers that they need.
func (Generator) Files(p *add.Project, it add.Item) ([]add.File, error) {
	root, err := findPackage(p.FS)
	if err != nil {
		return nil, err
	}
	d := &page{Item: it, names: namesOf(it), Package: root}
	if err := d.checkFree(p); err != nil {
		return nil, err
	}
	if it.Kind == add.Tool {
		if err := d.tool(); err != nil {
			return nil, err
		}
	}
	base := root + "/added/" + d.Base
	files := []add.File{
		{Path: base + ".py", Handler: true, Data: []byte(pragmas(d.handler()))},
		{Path: "tests/test_added_" + d.Base + ".py", Data: []byte(d.test())},
	}
	shared := map[string]string{"offers.py": root + "/added/", "session.py": "tests/added_"}
	if it.Kind == add.Tool {
		files = append(files, add.File{Path: base + "_types.py", Generated: true, Data: []byte(typesPy(d))})
	}
	if it.Operation != nil {
		shared["http.py"] = root + "/added/"
	}
	for _, name := range []string{"offers.py", "http.py", "session.py"} {
		to, ok := shared[name]
		if !ok {
			continue
		}
		text, err := support.ReadFile("support/" + name)
		if err != nil {
			return nil, fmt.Errorf("read what added items share: %w", err)
		}
		text = []byte(strings.ReplaceAll(string(text), standIn, root))
		files = append(files, add.File{Path: to + name, Generated: true, Shared: true, Data: text})
	}
	return files, nil
}

// findPackage is the folder of the project's package: the one that has what the
// template never lets go of.
func findPackage(fsys fs.FS) (string, error) {
	found, err := fs.Glob(fsys, "*/wire.py")
	if err != nil || len(found) != 1 {
		return "", errors.New("there is no package with a wire.py here, so this is no project that mcpctl new made in Python")
	}
	return path.Dir(found[0]), nil
}

func (d *page) handler() string {
	switch d.Kind {
	case add.Prompt:
		return promptPy(d)
	case add.Resource:
		return resourcePy(d)
	}
	return toolPy(d)
}

func (d *page) test() string {
	switch d.Kind {
	case add.Prompt:
		return promptTestPy(d)
	case add.Resource:
		return resourceTestPy(d)
	}
	return toolTestPy(d)
}

// registration is an entry of the index.
type registration struct {
	names
	Calls bool // services
}

// Index registers all entries.
func (Generator) Index(p *add.Project, entries []add.Entry) (add.File, error) {
	root, err := findPackage(p.FS)
	if err != nil {
		return add.File{}, err
	}
	var all []registration
	for _, e := range entries {
		all = append(all, registration{namesOf(add.Item{Kind: e.Kind, Name: e.Name}), e.Source == add.FromOpenAPI})
	}
	return add.File{Path: root + "/added/__init__.py", Generated: true, Shared: true, Data: []byte(indexPy(root, all))}, nil
}

// services reports whether any of the entries calls services.
func services(all []registration) bool {
	return slices.ContainsFunc(all, func(r registration) bool { return r.Calls })
}

// features are what MCP calls the kinds of the entries.
func features(all []registration) string {
	var names []string
	for _, k := range add.Kinds() {
		if slices.ContainsFunc(all, func(r registration) bool { return strings.HasPrefix(r.Base, string(k)+"_") }) {
			names = append(names, quoted(string(k)+"s"))
		}
	}
	return strings.Join(names, ", ")
}

// sorted are the entries as their imports stand.
func sorted(all []registration) []registration {
	return slices.SortedFunc(slices.Values(all), func(a, b registration) int { return strings.Compare(a.Base, b.Base) })
}

// width is how long a line may be before the formatter breaks it.
const width = 120

// pragmas keeps the formatter and the linter from lines that are longer, since
// what is told in them is.
func pragmas(text string) string {
	for line := range strings.Lines(text) {
		if utf8.RuneCountInString(line) > width+1 {
			return "# fmt: off\n# ruff: noqa: E501\n" + text
		}
	}
	return text
}
