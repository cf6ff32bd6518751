package mcptest

import (
	"crypto/rand"
	"errors"
	"fmt"
	"time"
)

var errBroken = errors.New("the tool is broken inside; try another one")

// strangeTools are those that take their time, change things or have schemas
// out of the ordinary.
func strangeTools() []Tool {
	steps := object{"type": "integer", "minimum": 1, "maximum": 20, "description": "How many, 3 by default."}
	return []Tool{{
		Name:       "progress",
		Descriptor: object{"description": "Reports progress.", "inputSchema": takes(object{"steps": steps}), "annotations": reads("Progress")},
		Call: func(c *Call) (map[string]any, error) {
			total, ok := c.Arguments.Get("steps").Float()
			if !ok {
				total = 3
			}
			for i := 1.0; i <= total; i++ {
				c.Progress(i, total, fmt.Sprintf("Step %g of %g", i, total))
			}
			return Content(Text("done")), nil
		},
	}, {
		Name:       "log",
		Descriptor: object{"description": "Logs a message of every level.", "inputSchema": closed(), "annotations": reads("Log")},
		Call: func(c *Call) (map[string]any, error) {
			for _, level := range levels {
				c.Log(level, object{"text": "a message of level " + level})
			}
			return Content(Text("logged")), nil
		},
	}, slowTool(), changeTool(), handleTool(), regionTool(), fragileTool(), draft7Tool()}
}

// tick is how often the tool slow counts.
const tick = 2 * time.Millisecond

func slowTool() Tool {
	return Tool{
		Name: "slow",
		Descriptor: object{
			"description": "Waits, counts mcptest://ticks up meanwhile, and can be cancelled.",
			"inputSchema": takes(object{"ms": object{"type": "integer", "minimum": 0, "maximum": 60000, "description": "How long, 20 by default."}}),
			"annotations": acts("Slow"),
		},
		Call: func(c *Call) (map[string]any, error) {
			ms, ok := c.Arguments.Get("ms").Float()
			if !ok {
				ms = 20
			}
			total := ms / float64(tick.Milliseconds())
			ticker := time.NewTicker(tick)
			defer ticker.Stop()
			for i := 1.0; i <= total; i++ {
				select {
				case <-c.Done():
					return nil, errors.New("cancelled")
				case <-ticker.C:
					c.w.ticks.Add(1)
				}
				if int(i)%10 == 1 {
					c.Progress(i, total, "Still waiting")
				}
			}
			return Content(Text("waited")), nil
		},
	}
}

func changeTool() Tool {
	return Tool{
		Name: "change",
		Descriptor: object{
			"description": "Changes the lists of tools, prompts and resources, and resources themselves, and tells those who asked to be told.",
			"inputSchema": takes(object{
				"what": object{"type": "string", "enum": []any{"tools", "prompts", "resources", "resource"}, "description": "Everything by default."},
				"name": object{"type": "string", "minLength": 1, "description": "Also adds an entry of this name to the list, or removes it."},
				"uri":  object{"type": "string", "description": "Which resource; all of them by default."},
			}),
			"annotations": acts("Change"),
		},
		Call: func(c *Call) (map[string]any, error) {
			what, name, uri := c.Text("what"), c.Text("name"), c.Text("uri")
			for _, kind := range []string{"tools", "prompts", "resources"} {
				if what != "" && what != kind {
					continue
				}
				if name != "" {
					c.w.toggle(kind, name)
				}
				c.w.changed(change{kind: kind})
			}
			if what == "" || what == "resource" {
				c.changeResources(uri)
			}
			return Content(Text("changed")), nil
		},
	}
}

// changeResources changes one resource, or all that are listed.
func (c *Call) changeResources(uri string) {
	uris := []string{uri}
	if uri == "" {
		uris = nil
		for _, r := range c.w.s.Resources {
			uris = append(uris, r.URI)
		}
	}
	for _, uri := range uris {
		c.w.changed(change{kind: uri, uri: uri})
	}
}

func handleTool() Tool {
	return Tool{
		Name: "handle",
		Descriptor: object{
			"description": "Makes a handle, or says whether one is known.",
			"inputSchema": takes(object{"handle": object{"type": "string", "description": "A handle made before."}}),
			"annotations": acts("Handle"),
		},
		Call: func(c *Call) (map[string]any, error) {
			c.w.mu.Lock()
			defer c.w.mu.Unlock()
			if c.Arguments.Has("handle") {
				if !c.w.handles[c.Text("handle")] {
					return Failure("There is no such handle; make one by calling without arguments."), nil
				}
				return Content(Text("the handle is known")), nil
			}
			handle := rand.Text()
			c.w.handles[handle] = true
			return Content(Text(handle)), nil
		},
	}
}

// regionTool has arguments of every kind that can be mirrored into headers.
func regionTool() Tool {
	const safe = 1<<53 - 1
	return Tool{
		Name: "region",
		Descriptor: object{
			"description": "Works in a region.",
			"inputSchema": takes(object{
				"region": object{"type": "string", "x-mcp-header": "Region"},
				"count":  object{"type": "integer", "minimum": -safe, "maximum": safe, "x-mcp-header": "Count"},
				"dry":    object{"type": "boolean", "x-mcp-header": "Dry"},
				"deep":   takes(object{"place": object{"type": "string", "x-mcp-header": "Place"}}),
				"free":   object{"type": "string"},
			}),
			"annotations": reads("Region"),
		},
		Call: func(c *Call) (map[string]any, error) { return Content(Text("worked in " + c.Text("region"))), nil },
	}
}

// fragileTool has a schema with keywords of 2020-12 that naive handling breaks.
func fragileTool() Tool {
	return Tool{
		Name: "fragile",
		Descriptor: object{
			"description": "Has a schema full of keywords.",
			"inputSchema": object{
				"$schema": "https://json-schema.org/draft/2020-12/schema",
				"type":    "object",
				"$defs":   object{"size": object{"$anchor": "size", "type": "integer", "minimum": 1, "maximum": 9}},
				"properties": object{
					"pair":     object{"type": "array", "prefixItems": []any{object{"type": "string"}, object{"$ref": "#size"}}, "items": false},
					"kind":     object{"oneOf": []any{object{"const": "round"}, object{"const": "square"}}},
					"radius":   object{"$ref": "#/$defs/size"},
					"street":   object{"type": "string"},
					"postcode": object{"type": "string"},
				},
				"required":              []any{"kind"},
				"if":                    object{"properties": object{"kind": object{"const": "round"}}},
				"then":                  object{"required": []any{"radius"}},
				"else":                  object{"not": object{"required": []any{"radius"}}},
				"dependentRequired":     object{"street": []any{"postcode"}},
				"unevaluatedProperties": false,
			},
			"annotations": reads("Fragile"),
		},
		Call: func(c *Call) (map[string]any, error) { return Content(Text("held")), nil },
	}
}

// draft7Tool declares an older dialect, whose items and dependencies mean
// something else since.
func draft7Tool() Tool {
	return Tool{
		Name: "draft7",
		Descriptor: object{
			"description": "Has a schema of draft 7.",
			"inputSchema": object{
				"$schema": "http://json-schema.org/draft-07/schema#",
				"type":    "object",
				"properties": object{
					"pair":     object{"type": "array", "items": []any{object{"type": "string"}, object{"type": "integer"}}, "additionalItems": false},
					"street":   object{"type": "string"},
					"postcode": object{"type": "string"},
				},
				"dependencies":         object{"street": []any{"postcode"}},
				"additionalProperties": false,
			},
			"annotations": reads("Draft 7"),
		},
		Call: func(c *Call) (map[string]any, error) { return Content(Text("held")), nil },
	}
}
