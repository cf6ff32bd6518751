package add

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/conformance/schema"
	"github.com/mcpctl/mcpctl/mcp"
)

// What a schema may be at most. Clients put every schema into a model's
// context, so that even a tenth of this is too much there.
const (
	maxSchema = 256 << 10 // bytes
	maxDepth  = 64        // levels of JSON
)

// readSchema reads one JSON object within bounds.
func readSchema(data []byte) (mcp.Value, error) {
	if len(data) > maxSchema {
		return mcp.Value{}, fmt.Errorf("the schema has %d bytes, more than %d", len(data), maxSchema)
	}
	v, err := mcp.Parse(slices.Clone(data))
	if err != nil {
		return v, fmt.Errorf("the schema cannot be read: %w", err)
	}
	if !v.Is(mcp.Object) {
		return v, fmt.Errorf("the schema is a %s, not an object", v.Kind())
	}
	return v, shallow(v, 0)
}

// shallow refuses nesting and doubled members, of which readers differ in what
// they make.
func shallow(v mcp.Value, level int) error {
	if level > maxDepth {
		return fmt.Errorf("the schema is nested deeper than %d levels", maxDepth)
	}
	if twice := v.Duplicates(); len(twice) > 0 {
		return fmt.Errorf("the schema has the member %q twice in one object", twice[0])
	}
	for _, item := range v.Items() {
		if err := shallow(item, level+1); err != nil {
			return err
		}
	}
	for _, m := range v.Members() {
		if err := shallow(m.Value, level+1); err != nil {
			return err
		}
	}
	return nil
}

// checkInput refuses what no server can serve as inputSchema in all revisions.
func checkInput(v mcp.Value) (json.RawMessage, error) { return check(v, "input schema") }

// checkOutput does so for outputSchema, which up to 2025-11-25 had to be of
// type object as well (server/tools#output-schema).
func checkOutput(v mcp.Value) (json.RawMessage, error) { return check(v, "output schema") }

func check(v mcp.Value, what string) (json.RawMessage, error) {
	raw := v.Raw()
	if len(raw) > maxSchema {
		return nil, fmt.Errorf("the %s has %d bytes, more than %d", what, len(raw), maxSchema)
	}
	if err := shallow(v, 0); err != nil {
		return nil, err
	}
	if v.Get("type").Text() != "object" {
		return nil, fmt.Errorf(`the %s must have "type": "object" at its root, as tools take and give objects`, what)
	}
	if d := v.Get("$schema"); d.Exists() && !slices.Contains(dialects(), d.Text()) {
		return nil, fmt.Errorf("the %s is in the dialect %s; servers can judge by JSON Schema 2020-12 and draft-07 alone", what, d)
	}
	if refs := schema.ExternalRefs(raw); len(refs) > 0 {
		return nil, fmt.Errorf("the %s refers to %q, outside itself; nothing is fetched: copy it under $defs", what, refs[0])
	}
	// What cannot be judged here (a pattern that needs more than RE2, a size
	// made to exhaust) stops the SDK of the new server as well.
	if _, err := schema.Compile(slices.Clone(raw)); err != nil {
		return nil, fmt.Errorf("the %s cannot be used: %w", what, err)
	}
	if err := checkDefaults(v); err != nil {
		return nil, fmt.Errorf("the %s cannot be used: %w", what, err)
	}
	return slices.Clone(json.RawMessage(raw)), nil
}

// dialects are those that the SDKs' validators have.
func dialects() []string {
	return []string{
		"https://json-schema.org/draft/2020-12/schema",
		"http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft-07/schema#",
	}
}

// How many defaults are judged, each by a schema of its own that has all of the
// definitions: so many, and so many bytes of schema in all.
const (
	maxDefaults     = 200
	maxDefaultBytes = 4 << 20
)

// checkDefaults refuses a default that its own schema refuses: a server that
// fills it in would answer every call with a fault of its own making.
func checkDefaults(root mcp.Value) (err error) {
	seen, most := 0, min(maxDefaults, maxDefaultBytes/len(root.Raw()))
	root.Walk(func(pointer string, v mcp.Value) bool {
		given := v.Get("default")
		if err != nil || !strings.Contains(pointer, "/properties/") || !given.Exists() || seen == most {
			return err == nil
		}
		seen++
		err = checkDefault(root, v, given, pointer)
		return err == nil
	})
	return err
}

func checkDefault(root, v, given mcp.Value, pointer string) error {
	alone := map[string]any{"allOf": []any{v}}
	for _, defs := range []string{"$schema", "$defs", "definitions"} {
		if d := root.Get(defs); d.Exists() {
			alone[defs] = d
		}
	}
	text, err := json.Marshal(alone)
	if err != nil {
		return fmt.Errorf("write the schema at %s: %w", pointer, err)
	}
	judge, err := schema.Compile(text)
	if err != nil {
		return nil // no schema at all, such as a property that is called default
	}
	problems, err := judge.Validate(given.Raw())
	if err != nil || len(problems) == 0 {
		return nil
	}
	return fmt.Errorf("the default at %s is refused by its own schema: %s", pointer, problems[0])
}
