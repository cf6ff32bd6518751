package python

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
	Package string   // of the project
	Types   []string // the declarations of a tool's input and output
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
		return "str"
	}
	return d.Stem + "Output"
}

// Module is the item's own.
func (d *page) Module() string { return d.Package + ".added." + d.Base }

// Of says what the module is.
func (d *page) Of() string {
	return fmt.Sprintf(`"""The %s %s."""`, d.Kind, d.Name)
}

// Missing is what a body says until it is written.
func (d *page) Missing() string {
	return fmt.Sprintf("%s is not implemented: write handle in %s/added/%s.py", d.Name, d.Package, d.Base)
}

// Placeholder is what a resource's text begins with until it has a content.
func (d *page) Placeholder() string {
	return "read in " + d.Package + "/added/" + d.Base + ".py has yet to give the content of "
}

// Imports are what the types need.
func (d *page) Imports() string {
	all := strings.Join(d.Types, "")
	var names []string
	for _, name := range []string{"Any", "Literal", "NotRequired", "TypeAlias", "TypedDict"} {
		if strings.Contains(all, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "from typing import " + strings.Join(names, ", ") + "\n"
}

// Hints are the annotations as the SDK takes them, "" for none.
func (d *page) Hints() string {
	a := d.Annotations
	if a == nil {
		return ""
	}
	var all []string
	if a.Title != "" {
		all = append(all, "title="+quoted(a.Title))
	}
	for _, hint := range a.Hints() {
		all = append(all, strings.Join(add.Words(hint.Name), "_")+"="+truth(hint.Value))
	}
	return strings.Join(all, ", ")
}

func truth(b bool) string {
	if b {
		return "True"
	}
	return "False"
}

// loaded reads JSON text, which shows what it has. A raw text of three quotes can
// hold it: JSON never has three in a row.
func loaded(raw []byte) string {
	text := string(raw)
	var out bytes.Buffer
	if json.Indent(&out, raw, "", "  ") == nil {
		text = out.String()
	}
	return `json.loads(r"""` + add.Visible(text) + `""")`
}
