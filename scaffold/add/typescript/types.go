package typescript

import (
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/scaffold/add"
)

// Bounds of the types that are written: what is deeper or more is unknown to the
// compiler, and judged by the schema alone.
const (
	maxDepth   = 12
	maxMembers = 500
)

// typing writes the types of one schema.
type typing struct {
	root    mcp.Value
	stem    string            // what the names of definitions begin with
	aliases map[string]string // of definitions by their JSON pointers
	taken   []string
	queue   []string // definitions still to be written
	members int
}

// declare writes the type of a schema under a name, and those of its definitions.
func declare(name string, root mcp.Value) string {
	t := &typing{root: root, stem: name, aliases: map[string]string{}, taken: []string{name}}
	var out strings.Builder
	out.WriteString("export type " + name + " = " + t.of(root, 0) + ";\n")
	for len(t.queue) > 0 {
		pointer := t.queue[0]
		t.queue = t.queue[1:]
		out.WriteString("\nexport type " + t.aliases[pointer] + " = " + t.of(add.Definition(t.root, pointer), 0) + ";\n")
	}
	return out.String()
}

// of is the type of a schema.
func (t *typing) of(s mcp.Value, depth int) string {
	if !s.Is(mcp.Object) || depth > maxDepth || t.members > maxMembers {
		return "unknown"
	}
	if ref := s.Get("$ref").Text(); ref != "" {
		return t.reference(ref)
	}
	if c := s.Get("const"); c.Exists() {
		return literal(c)
	}
	if values := s.Get("enum").Items(); len(values) > 0 && len(values) <= 50 {
		return union(values, literal)
	}
	for _, word := range []string{"anyOf", "oneOf"} {
		if some := s.Get(word).Items(); len(some) > 0 && !s.Has("properties") {
			return union(some, func(one mcp.Value) string { return t.of(one, depth+1) })
		}
	}
	names := []mcp.Value{s.Get("type")}
	if names[0].Is(mcp.Array) {
		names = names[0].Items()
	}
	return union(names, func(name mcp.Value) string { return t.plain(name.Text(), s, depth) })
}

func (t *typing) reference(ref string) string {
	if ref == "#" {
		return t.stem
	}
	if name, ok := t.aliases[ref]; ok {
		return name
	}
	if !add.Definition(t.root, ref).Is(mcp.Object) {
		return "unknown"
	}
	name := alias(t.stem, ref[strings.LastIndexByte(ref, '/')+1:], t.taken)
	t.aliases[ref], t.taken, t.queue = name, append(t.taken, name), append(t.queue, ref)
	return name
}

func (t *typing) plain(name string, s mcp.Value, depth int) string {
	switch name {
	case "string", "boolean", "null":
		return name
	case "number", "integer":
		return "number"
	case "array":
		return "Array<" + t.of(s.Get("items"), depth+1) + ">"
	case "object":
		return t.object(s, depth)
	}
	return "unknown"
}

func (t *typing) object(s mcp.Value, depth int) string {
	var required []string
	for _, r := range s.Get("required").Items() {
		required = append(required, r.Text())
	}
	var fields []string
	for _, m := range s.Get("properties").Members() {
		if t.members++; t.members > maxMembers {
			break
		}
		mark := "?"
		if slices.Contains(required, m.Name) {
			mark = ""
		}
		kind := t.of(m.Value, depth+1)
		if mark == "?" && kind != "unknown" {
			kind += " | undefined"
		}
		fields = append(fields, property(m.Name)+mark+": "+kind)
	}
	more := s.Get("additionalProperties")
	if len(fields) == 0 {
		if more.Is(mcp.Bool) && more.String() == "false" {
			return "Record<string, never>"
		}
		return "Record<string, " + t.of(more, depth+1) + ">"
	}
	return "{ " + strings.Join(fields, "; ") + " }"
}

// literal is a value as a type; what is no plain value is unknown.
func literal(v mcp.Value) string {
	switch {
	case v.Is(mcp.String):
		return quoted(v.Text())
	case v.Is(mcp.Number), v.Is(mcp.Bool), v.Is(mcp.Null):
		return v.String()
	}
	return "unknown"
}

// union joins types, each once; with an unknown one among them nothing is known.
func union(values []mcp.Value, of func(mcp.Value) string) string {
	var all []string
	for _, v := range values {
		if one := of(v); !slices.Contains(all, one) {
			all = append(all, one)
		}
	}
	if len(all) == 0 || slices.Contains(all, "unknown") {
		return "unknown"
	}
	return strings.Join(all, " | ")
}
