// Package golang writes added tools, resources and prompts in Go, for the two
// layouts of the built-in templates: packages under internal/, or one package
// main.
package golang

import (
	"bytes"
	"embed"
	"fmt"
	"go/format"
	"strconv"
	"strings"
	"text/template"

	"github.com/mcpctl/mcpctl/internal/term"
	"github.com/mcpctl/mcpctl/scaffold/add"
)

//go:embed tmpl
var templates embed.FS

// Generator writes Go. It holds nothing; the zero value is ready.
type Generator struct{}

// page is what the templates are filled with.
type page struct {
	layout
	add.Item
	names
	Input, Output *shape // of a tool
	Good, Bad     string // arguments for the test, "" when there are none
	Answer        string // what the test's upstream answers
	WantPath      string // the path that it is asked for with Good
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

// render writes the files of an item, and leaves out what is the user's alone.
func (d *page) render() ([]add.File, error) {
	base := d.Dir(d.Kind) + d.Base
	kind := string(d.Kind)
	outlines := []struct {
		tmpl string
		file add.File
	}{
		{kind, add.File{Path: base + ".go", Handler: true}},
		{kind + "_types", add.File{Path: base + "_types.go", Generated: true}},
		{kind + "_test", add.File{Path: base + "_test.go"}},
		{"http", add.File{Path: d.Dir(d.Kind) + "zz_generated_http.go", Generated: true, Shared: true}},
		{"session_test", add.File{Path: d.Dir(d.Kind) + "zz_generated_session_test.go", Generated: true, Shared: true}},
	}
	var files []add.File
	for _, o := range outlines {
		if o.tmpl == "http" && d.Operation == nil || strings.HasSuffix(o.tmpl, "_types") && d.Kind != add.Tool {
			continue
		}
		data, err := fill(o.tmpl, d)
		if err != nil {
			return nil, err
		}
		o.file.Data = data
		files = append(files, o.file)
	}
	return files, nil
}

// Index registers all entries: one file for all kinds, and one call in the
// project's own code, so that nothing is ever put into that.
func (g Generator) Index(p *add.Project, entries []add.Entry) (add.File, error) {
	l, err := findLayout(p.FS)
	if err != nil {
		return add.File{}, err
	}
	data := struct {
		layout
		Packages []string
		Calls    []string
		Features []string // that MCP knows by these names: tools, resources, prompts
		Upstream bool
	}{layout: l}
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
	text, err := fill("index", data)
	return add.File{Path: l.IndexPath(), Data: text, Generated: true, Shared: true}, err
}

// fill fills a template and formats what comes out, which also proves that it
// is Go.
func fill(name string, data any) ([]byte, error) {
	t, err := template.New(name+".tmpl").Funcs(template.FuncMap{
		"quote": strconv.Quote, "comment": comment, "raw": rawLiteral, "hint": hint,
	}).ParseFS(templates, "tmpl/"+name+".tmpl")
	if err != nil {
		return nil, fmt.Errorf("read the built-in template %s: %w", name, err)
	}
	var out bytes.Buffer
	if err := t.Execute(&out, data); err != nil {
		return nil, fmt.Errorf("fill the built-in template %s: %w", name, err)
	}
	text, err := format.Source(out.Bytes())
	if err != nil {
		return nil, fmt.Errorf("the %s that was generated is no Go: %w", name, err)
	}
	return text, nil
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

// hint writes an optional annotation.
func hint(name string, b *bool) string {
	if b == nil {
		return ""
	}
	return fmt.Sprintf("\n%s: new(%t),", name, *b)
}
