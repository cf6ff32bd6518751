package golang

import (
	"fmt"
	"strings"

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
	d.Sample = add.SampleOf(d.Item)
	return nil
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

// HandlerPath is the file of the body, for messages.
func (d *page) HandlerPath() string { return d.Dir(d.Kind) + d.Base + ".go" }

// Placeholder is what a resource's text begins with until it has a content.
func (d *page) Placeholder() string {
	return "read" + d.Stem + " in " + d.HandlerPath() + " has yet to give the content of "
}
