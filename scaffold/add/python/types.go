package python

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/scaffold/add"
)

// Bounds of the types that are written: what is deeper or more is Any, and judged
// by the schema alone.
const (
	maxDepth   = 12
	maxMembers = 500
)

// typing writes the types of one schema.
type typing struct {
	root    mcp.Value
	names   map[string]string // of definitions by their JSON pointers
	taken   []string
	queue   []declaration // still to be written
	members int
}

// declaration is a type that has a name.
type declaration struct {
	name   string
	schema mcp.Value
}

// declare writes the type of a schema under a name, and those within it.
func declare(name string, root mcp.Value) string {
	t := &typing{root: root, names: map[string]string{"#": name}, taken: []string{name}, queue: []declaration{{name, root}}}
	var out strings.Builder
	for len(t.queue) > 0 {
		next := t.queue[0]
		t.queue = t.queue[1:]
		out.WriteString("\n\n" + t.declared(next))
	}
	return out.String()
}

// declared is one declaration: a TypedDict, or another name of a plain type.
func (t *typing) declared(d declaration) string {
	if !isRecord(d.schema) {
		return d.name + ": TypeAlias = " + quoted(t.of(d.schema, d.name, 0)) + "\n"
	}
	var required []string
	for _, r := range d.schema.Get("required").Items() {
		required = append(required, r.Text())
	}
	var names, types []string
	plain := true
	for _, m := range d.schema.Get("properties").Members() {
		if t.members++; t.members > maxMembers {
			break
		}
		kind := t.of(m.Value, d.name+add.Camel(add.Words(m.Name)), 1)
		if !slices.Contains(required, m.Name) {
			kind = "NotRequired[" + kind + "]"
		}
		names, types = append(names, m.Name), append(types, kind)
		plain = plain && identifier(m.Name)
	}
	var out strings.Builder
	if plain {
		fmt.Fprintf(&out, "class %s(TypedDict):\n", d.name)
		for i, name := range names {
			fmt.Fprintf(&out, "    %s: %s\n", name, types[i])
		}
		return out.String()
	}
	fmt.Fprintf(&out, "%s = TypedDict(\"%s\", {\n", d.name, d.name)
	for i, name := range names {
		fmt.Fprintf(&out, "    %s: %s,\n", quoted(name), quoted(types[i]))
	}
	return out.String() + "})\n"
}

// isRecord reports whether a schema is of objects with members that it names.
func isRecord(s mcp.Value) bool {
	return s.Get("type").Text() == "object" && len(s.Get("properties").Members()) > 0
}

// of is the type of a schema; hint names it if it needs a declaration.
func (t *typing) of(s mcp.Value, hint string, depth int) string {
	if !s.Is(mcp.Object) || depth > maxDepth || t.members > maxMembers {
		return "Any"
	}
	if ref := s.Get("$ref").Text(); ref != "" {
		return t.reference(ref)
	}
	if c := s.Get("const"); c.Exists() {
		return literal([]mcp.Value{c})
	}
	if values := s.Get("enum").Items(); len(values) > 0 && len(values) <= 50 {
		return literal(values)
	}
	for _, word := range []string{"anyOf", "oneOf"} {
		if some := s.Get(word).Items(); len(some) > 0 && !s.Has("properties") {
			return union(some, func(one mcp.Value) string { return t.of(one, hint, depth+1) })
		}
	}
	if isRecord(s) && depth > 0 {
		return t.named(hint, s)
	}
	kinds := []mcp.Value{s.Get("type")}
	if kinds[0].Is(mcp.Array) {
		kinds = kinds[0].Items()
	}
	return union(kinds, func(kind mcp.Value) string { return t.plain(kind.Text(), s, hint, depth) })
}

// named has a schema declared under a name that no other has.
func (t *typing) named(hint string, s mcp.Value) string {
	name := hint
	for n := 2; slices.Contains(t.taken, name); n++ {
		name = fmt.Sprintf("%s%d", hint, n)
	}
	t.taken, t.queue = append(t.taken, name), append(t.queue, declaration{name, s})
	return name
}

func (t *typing) reference(ref string) string {
	if name, ok := t.names[ref]; ok {
		return name
	}
	s := add.Definition(t.root, ref)
	if !isRecord(s) {
		return "Any" // a type that names itself could not be told from one that does not end
	}
	t.names[ref] = t.named(t.names["#"]+add.Camel(add.Words(ref[strings.LastIndexByte(ref, '/')+1:])), s)
	return t.names[ref]
}

func (t *typing) plain(kind string, s mcp.Value, hint string, depth int) string {
	switch kind {
	case "string":
		return "str"
	case "boolean":
		return "bool"
	case "null":
		return "None"
	case "number":
		return "float"
	case "integer":
		return "int"
	case "array":
		return "list[" + t.of(s.Get("items"), hint+"Item", depth+1) + "]"
	case "object":
		return "dict[str, " + t.of(s.Get("additionalProperties"), hint+"Value", depth+1) + "]"
	}
	return "Any"
}

// literal is a choice of values; values that are not plain are Any.
func literal(values []mcp.Value) string {
	var all []string
	for _, v := range values {
		switch {
		case v.Is(mcp.String):
			all = append(all, quoted(v.Text()))
		case v.Is(mcp.Bool):
			all = append(all, strings.ToUpper(v.String()[:1])+v.String()[1:])
		case v.Is(mcp.Null):
			all = append(all, "None")
		case v.Is(mcp.Number) && !strings.ContainsAny(v.String(), ".eE"):
			all = append(all, v.String())
		default:
			return "Any"
		}
	}
	return "Literal[" + strings.Join(all, ", ") + "]"
}

// union joins types, each once; with Any among them nothing is known.
func union(values []mcp.Value, of func(mcp.Value) string) string {
	var all []string
	for _, v := range values {
		if one := of(v); !slices.Contains(all, one) {
			all = append(all, one)
		}
	}
	if len(all) == 0 || slices.Contains(all, "Any") {
		return "Any"
	}
	return strings.Join(all, " | ")
}
