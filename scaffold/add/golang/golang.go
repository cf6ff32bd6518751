// Package golang writes added tools, resources and prompts in Go, for the two
// layouts of the built-in templates: packages under internal/, or one package
// main.
package golang

import (
	"fmt"
	"go/format"
	"strings"

	"github.com/mcpctl/mcpctl/internal/term"
	"github.com/mcpctl/mcpctl/scaffold/add"
)

//go:generate go tool qtc -skipLineComments

// Generator writes Go. It holds nothing; the zero value is ready.
type Generator struct{}

// page is what the templates of an item are filled with.
type page struct {
	layout
	add.Item
	names
	Input, Output *shape // of a tool
	add.Sample           // for the test of a tool
}

// Files are the handler, its test and, for a tool, its schema and types, with
// the helpers that they need.
func (g Generator) Files(p *add.Project, it add.Item) ([]add.File, error) {
	l, err := findLayout(p.FS)
	if err != nil {
		return nil, err
	}
	data := page{layout: l, Item: it, names: l.namesOf(it)}
	if it.Kind == add.Tool {
		if err := data.tool(); err != nil {
			return nil, err
		}
	}
	files, err := data.render()
	if err != nil {
		return nil, err
	}
	return files, checkFree(p.FS, l, it, files)
}

// outline is a file to write and what writes it.
type outline struct {
	file add.File
	text func(*page) string
}

// outlines are the files that an item of its kind becomes.
func (d *page) outlines() []outline {
	base := d.Dir(d.Kind) + d.Base
	handler := add.File{Path: base + ".go", Handler: true}
	types := add.File{Path: base + "_types.go", Generated: true}
	test := add.File{Path: base + "_test.go"}
	http := add.File{Path: d.Dir(d.Kind) + "zz_generated_http.go", Generated: true, Shared: true}
	session := add.File{Path: d.Dir(d.Kind) + "zz_generated_session_test.go", Generated: true, Shared: true}
	switch {
	case d.Kind == add.Prompt:
		return []outline{{handler, promptGo}, {test, promptTestGo}, {session, sessionTestGo}}
	case d.Kind == add.Resource:
		return []outline{{handler, resourceGo}, {test, resourceTestGo}, {session, sessionTestGo}}
	case d.Operation == nil:
		return []outline{{handler, toolGo}, {types, toolTypesGo}, {test, toolTestGo}, {session, sessionTestGo}}
	}
	return []outline{{handler, toolGo}, {types, toolTypesGo}, {test, toolTestGo}, {http, httpGo}, {session, sessionTestGo}}
}

// render writes the files of an item.
func (d *page) render() ([]add.File, error) {
	var files []add.File
	for _, o := range d.outlines() {
		text, err := formatted(o.file.Path, o.text(d))
		if err != nil {
			return nil, err
		}
		o.file.Data = text
		files = append(files, o.file)
	}
	return files, nil
}

// index is what the template of the index is filled with.
type index struct {
	layout
	Packages []string
	Calls    []string
	Features []string // that MCP knows by these names: tools, resources, prompts
	Upstream bool
}

// Index registers all entries: one file for all kinds, and one call in the
// project's own code, so that nothing is ever put into that.
func (g Generator) Index(p *add.Project, entries []add.Entry) (add.File, error) {
	l, err := findLayout(p.FS)
	if err != nil {
		return add.File{}, err
	}
	data := index{layout: l}
	used := map[add.Kind]bool{}
	for _, e := range entries {
		used[e.Kind] = true
		data.Calls = append(data.Calls, l.call(e))
		data.Upstream = data.Upstream || e.Source == add.FromOpenAPI
	}
	for _, k := range []add.Kind{add.Prompt, add.Resource, add.Tool} { // as gofmt sorts them
		if !used[k] {
			continue
		}
		data.Features = append(data.Features, string(k)+"s")
		if l.Full {
			data.Packages = append(data.Packages, l.Module+"/"+strings.TrimSuffix(l.Dir(k), "/"))
		}
	}
	text, err := formatted(l.IndexPath(), indexGo(&data))
	return add.File{Path: l.IndexPath(), Data: text, Generated: true, Shared: true}, err
}

// formatted is the text of a file as gofmt writes it, which also proves that it
// is Go.
func formatted(path, text string) ([]byte, error) {
	out, err := format.Source([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("the %s that was generated is no Go: %w", path, err)
	}
	return out, nil
}

// comment makes a stranger's text lines of a comment, none of them empty, that
// hide nothing from the reader and can be no directive.
func comment(text string) string {
	var out []string
	for line := range strings.Lines(term.Safe(strings.ToValidUTF8(text, "?"))) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, "// "+line)
		}
	}
	return strings.Join(out, "\n")
}
