package golang

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/scaffold/add"
)

// tool fills in what only tools have.
func (d *page) tool() (err error) {
	taken := map[string]bool{d.Register: true}
	if d.Input, err = shapeOf(d.Item.Input, d.Stem+"Input", taken); err != nil {
		return fmt.Errorf("read the input schema: %w", err)
	}
	if d.Item.Output != nil {
		if d.Output, err = shapeOf(d.Item.Output, d.Stem+"Output", taken); err != nil {
			return fmt.Errorf("read the output schema: %w", err)
		}
	}
	good := add.Example(d.Item.Input)
	d.Good, d.Bad = string(good), string(add.CounterExample(d.Item.Input))
	if d.Operation != nil {
		d.WantPath = d.wantPath(good)
		if d.Answer = d.answer(); d.Answer == "" {
			d.Good = "" // nothing that a test could have the service say
		}
	}
	return nil
}

// answer is what the test's upstream says: an example of what it promises.
func (d *page) answer() string {
	if d.Output == nil {
		return "done"
	}
	v, err := mcp.Parse(add.Example(d.Item.Output))
	if err != nil {
		return ""
	}
	if d.Operation.Wrapped {
		return v.Get("result").String()
	}
	return v.String()
}

// wantPath is where the test's upstream expects to be asked with the example
// arguments, "" when that is not plain.
func (d *page) wantPath(good json.RawMessage) string {
	v, err := mcp.Parse(good)
	if err != nil {
		return ""
	}
	path := d.Operation.Path
	for _, p := range d.Operation.Parameters {
		if p.In != "path" {
			continue
		}
		value := v.Get(p.Argument)
		text := value.Text()
		if value.Is(mcp.Number) {
			text = value.String()
		}
		if text == "" || strings.ContainsAny(text, "./{}%") {
			return ""
		}
		path = strings.ReplaceAll(path, "{"+p.Name+"}", text)
	}
	return path
}

// Out is the type of a handler's structured result.
func (d *page) Out() string {
	if d.Output == nil {
		return "any"
	}
	return d.Output.Type
}

// Nothing is that type's zero value.
func (d *page) Nothing() string {
	switch {
	case d.Output == nil:
		return "nil"
	case strings.Contains(d.Output.Decls, "type "+d.Output.Type+" map["):
		return "nil"
	}
	return d.Output.Type + "{}"
}

// Echoes reports whether the first body gives its input back.
func (d *page) Echoes() bool { return d.Source == add.FromName }

// HandlerPath is the file of the body, for messages.
func (d *page) HandlerPath() string { return d.Dir(d.Kind) + d.Base + ".go" }

// Placeholder is what a resource's text begins with until it has a content.
func (d *page) Placeholder() string {
	return "read" + d.Stem + " in " + d.HandlerPath() + " has yet to give the content of "
}

// ExampleURI is a URI that the resource answers to.
func (d *page) ExampleURI() string {
	var out strings.Builder
	rest := d.URI
	for {
		before, after, found := strings.Cut(rest, "{")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		variable, tail, _ := strings.Cut(after, "}")
		switch variable[0] {
		case '/', '.':
			out.WriteString(variable[:1] + "example")
		case '#':
			out.WriteString("#example")
		case '?', '&', ';': // these may be left out
		default:
			out.WriteString("example")
		}
		rest = tail
	}
}

// Opening is the first line of a prompt's message.
func (d *page) Opening() string {
	if d.Description != "" {
		return d.Description
	}
	return d.Title + "."
}

// Required are the names of a prompt's required arguments.
func (d *page) Required() []string {
	var names []string
	for _, a := range d.Arguments {
		if a.Required {
			names = append(names, a.Name)
		}
	}
	return names
}
