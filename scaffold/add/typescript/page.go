package typescript

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/scaffold/add"
)

// page is what the templates of an item are filled with.
type page struct {
	add.Item
	names
	add.Sample
	Types []string // the declarations of a tool's input and output
}

// tool fills in what only tools have.
func (d *page) tool() (err error) {
	d.Sample = add.SampleOf(d.Item)
	d.Types, err = add.Declarations(d.Item, func(part string, schema mcp.Value) string { return declare(d.Stem+part, schema) })
	return err
}

// Out is the type of what the handler gives.
func (d *page) Out() string {
	if d.Output == nil {
		return "string"
	}
	return d.Stem + "Output"
}

// Does names the function that is the body: the name of the item may be a word
// of the language.
func (d *page) Does() string {
	return map[add.Kind]string{add.Tool: "handle", add.Resource: "read", add.Prompt: "get"}[d.Kind] + d.Stem
}

// Missing is what a body says until it is written.
func (d *page) Missing() string {
	return fmt.Sprintf("%s is not implemented: write %s in %s%s.ts", d.Name, d.Does(), dir, d.Base)
}

// Placeholder is what a resource's text begins with until it has a content.
func (d *page) Placeholder() string {
	return d.Does() + " in " + dir + d.Base + ".ts has yet to give the content of "
}

// ExampleURI is a URI that the resource answers to. The SDK takes a template's
// query to be always there.
func (d *page) ExampleURI() string {
	query := ""
	for _, part := range strings.Split(d.URI, "{")[1:] {
		variable, _, _ := strings.Cut(part, "}")
		if mark := variable[:1]; mark == "?" || mark == "&" {
			query += mark + strings.ReplaceAll(variable[1:], ",", "=example&") + "=example"
		}
	}
	return d.Item.ExampleURI() + query
}

// Hints are the annotations as the SDK takes them, "" for none.
func (d *page) Hints() string {
	a := d.Annotations
	if a == nil {
		return ""
	}
	var all []string
	if a.Title != "" {
		all = append(all, "title: "+quoted(a.Title))
	}
	for _, hint := range a.Hints() {
		all = append(all, fmt.Sprintf("%s: %t", hint.Name, hint.Value))
	}
	return strings.Join(all, ", ")
}

// indented writes JSON over several lines, as a literal.
func indented(raw []byte) string {
	var out bytes.Buffer
	if json.Indent(&out, raw, "  ", "  ") != nil {
		return add.Visible(string(raw))
	}
	return add.Visible(out.String())
}
