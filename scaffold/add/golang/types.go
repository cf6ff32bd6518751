package golang

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/scaffold/add"
)

// Bounds of what becomes types; past them values stay json.RawMessage, which
// the schema still judges.
const (
	maxTypes  = 200
	maxLevels = 12
	maxFields = 200
	maxEnum   = 100
)

// anything is the type of a value that has no better one. It keeps the bytes.
const anything = "json.RawMessage"

// shape is a schema as Go.
type shape struct {
	Schema string // the JSON text
	Type   string // of the whole
	Decls  string // of all types
}

// goType is how one value is written.
type goType struct {
	name     string
	nilable  bool // a slice, map or raw value, which can be left out as it is
	nullable bool // null is allowed
}

// typer turns one schema into type declarations.
type typer struct {
	root    mcp.Value
	stem    string
	decls   []string          // in the order in which a reader meets them
	taken   map[string]bool   // identifiers
	done    map[string]goType // by reference
	pending map[string]bool   // references whose struct is being written
	types   int
}

// shapeOf writes the types of a schema whose root is an object. The root type
// is called stem.
func shapeOf(raw []byte, stem string, taken map[string]bool) (*shape, error) {
	root, err := mcp.Parse(slices.Clone(raw))
	if err != nil {
		return nil, err
	}
	t := &typer{root: root, stem: stem, taken: taken, done: map[string]goType{}, pending: map[string]bool{}}
	t.taken[stem] = true
	slot := t.reserve()
	if fields, ok := t.fields(root, stem, 0); ok {
		t.declare(slot, stem, "struct {\n"+fields+"}", root)
	} else {
		t.declare(slot, stem, "map[string]"+anything, root)
	}
	return &shape{Schema: indent(raw), Type: stem, Decls: strings.Join(t.decls, "")}, nil
}

// reserve keeps a place for a type before those that its fields need.
func (t *typer) reserve() int {
	t.decls = append(t.decls, "")
	return len(t.decls) - 1
}

// declare writes a type into its place.
func (t *typer) declare(slot int, name, definition string, s mcp.Value) {
	about := ""
	if name == t.stem {
		about = rootComment(name)
	} else if text := comment(s.Get("description").Text()); text != "" {
		about = "// " + name + " is described as:\n" + text + "\n"
	}
	t.decls[slot] = "\n" + about + "type " + name + " " + definition + "\n"
}

func rootComment(name string) string {
	if strings.HasSuffix(name, "Input") {
		return "// " + name + " are the tool's arguments, which the schema has accepted.\n"
	}
	return "// " + name + " is the tool's structured result, which the schema will judge.\n"
}

// fields writes the fields of an object, false when it cannot be a struct.
func (t *typer) fields(s mcp.Value, stem string, level int) (string, bool) {
	properties := s.Get("properties")
	if level > maxLevels || properties.Len() > maxFields || !s.Has("properties") && !closed(s) {
		return "", false
	}
	var out strings.Builder
	used := map[string]bool{}
	for _, m := range properties.Members() {
		if !taggable(m.Name) {
			return "", false
		}
		name := unique(fieldName(m.Name), used)
		of := t.of(m.Value, stem+name, level+1)
		tag := m.Name
		if m.Name == "-" {
			tag = "-,"
		}
		typ := of.name
		required := slices.ContainsFunc(s.Get("required").Items(), func(r mcp.Value) bool { return r.Text() == m.Name })
		if !required {
			tag = strings.TrimSuffix(tag, ",") + ",omitempty"
		}
		if (!required || of.nullable) && !of.nilable && !strings.HasPrefix(typ, "*") {
			typ = "*" + typ
		}
		tags := "json:" + strconv.Quote(tag)
		if text := tagText(m.Value.Get("description").Text()); text != "" {
			tags += " jsonschema:" + strconv.Quote(text)
		}
		out.WriteString(name + " " + typ + " `" + tags + "`\n")
	}
	return out.String(), true
}

// closed reports an object that admits no members at all.
func closed(s mcp.Value) bool {
	a := s.Get("additionalProperties")
	return a.Is(mcp.Bool) && !a.True() && !s.Has("patternProperties") && !mixed(s)
}

// of finds the type of a schema.
func (t *typer) of(s mcp.Value, hint string, level int) goType {
	raw := goType{name: anything, nilable: true}
	if !s.Is(mcp.Object) || level > maxLevels {
		return raw
	}
	if ref := s.Get("$ref"); ref.Exists() {
		return t.reference(ref.Text(), level)
	}
	if inner, ok := orNull(s); ok {
		of := t.of(inner, hint, level+1)
		of.nullable = true
		return of
	}
	if mixed(s) && !s.Has("properties") {
		return raw
	}
	name, nullable := typeName(s)
	var of goType
	switch name {
	case "string":
		of = goType{name: t.enum(s, hint)}
	case "integer":
		of = goType{name: "int64"}
	case "number":
		of = goType{name: "float64"}
	case "boolean":
		of = goType{name: "bool"}
	case "array":
		of = t.array(s, hint, level)
	case "object":
		of = t.object(s, hint, level)
	default:
		return raw
	}
	of.nullable = of.nullable || nullable
	return of
}

func (t *typer) array(s mcp.Value, hint string, level int) goType {
	if s.Has("prefixItems") || s.Get("items").Is(mcp.Array) {
		return goType{name: "[]" + anything, nilable: true}
	}
	item := t.of(s.Get("items"), singular(hint), level+1)
	if item.nullable && !item.nilable && !strings.HasPrefix(item.name, "*") {
		item.name = "*" + item.name
	}
	return goType{name: "[]" + item.name, nilable: true}
}

func (t *typer) object(s mcp.Value, hint string, level int) goType {
	if s.Has("properties") && t.types < maxTypes {
		name, slot := unique(hint, t.taken), t.reserve()
		t.types++
		if fields, ok := t.fields(s, name, level); ok {
			t.declare(slot, name, "struct {\n"+fields+"}", s)
			return goType{name: name}
		}
	}
	if more := s.Get("additionalProperties"); more.Is(mcp.Object) && !s.Has("properties") && !s.Has("patternProperties") {
		value := t.of(more, hint+"Value", level+1)
		if value.nullable && !value.nilable && !strings.HasPrefix(value.name, "*") {
			value.name = "*" + value.name
		}
		return goType{name: "map[string]" + value.name, nilable: true}
	}
	return goType{name: "map[string]" + anything, nilable: true}
}

// reference finds the type of what a reference within the schema leads to. A
// struct that is still being written is pointed to, or it would hold itself.
func (t *typer) reference(ref string, level int) goType {
	raw := goType{name: anything, nilable: true}
	if of, ok := t.done[ref]; ok {
		if t.pending[ref] && !of.nilable && of.name != "" {
			of.name = "*" + strings.TrimPrefix(of.name, "*")
		}
		if of.name == "" {
			return raw // a reference that leads to itself
		}
		return of
	}
	target, ok := at(t.root, ref)
	if !ok || ref == "#" {
		return raw
	}
	name, _ := typeName(target)
	hint := t.stem + exported(add.Words(ref[strings.LastIndexByte(ref, '/')+1:]))
	if name != "object" || !target.Has("properties") || t.types >= maxTypes {
		t.done[ref] = goType{}
		of := t.of(target, hint, level+1)
		t.done[ref] = of
		return of
	}
	of, slot := goType{name: unique(hint, t.taken)}, t.reserve()
	t.types++
	t.done[ref], t.pending[ref] = of, true
	fields, ok := t.fields(target, of.name, 1)
	delete(t.pending, ref)
	if !ok {
		t.declare(slot, of.name, // those that refer to it need the name
			"map[string]"+anything, target)
		return of
	}
	t.declare(slot, of.name, "struct {\n"+fields+"}", target)
	return of
}

// at follows a JSON pointer within the schema.
func at(root mcp.Value, ref string) (mcp.Value, bool) {
	pointer, ok := strings.CutPrefix(ref, "#/")
	if !ok {
		return root, ref == "#"
	}
	v := root
	for _, part := range strings.Split(pointer, "/") {
		v = v.Get(strings.ReplaceAll(strings.ReplaceAll(part, "~1", "/"), "~0", "~"))
	}
	return v, v.Is(mcp.Object)
}

// enum declares a type for a string that has a set of values.
func (t *typer) enum(s mcp.Value, hint string) string {
	values := s.Get("enum").Items()
	if len(values) == 0 || len(values) > maxEnum || t.types >= maxTypes {
		return "string"
	}
	var texts []string
	for _, v := range values {
		if v.Is(mcp.Null) {
			continue
		}
		if !v.Is(mcp.String) {
			return "string"
		}
		if !slices.Contains(texts, v.Text()) {
			texts = append(texts, v.Text())
		}
	}
	if len(texts) == 0 {
		return "string"
	}
	t.types++
	name := unique(hint, t.taken)
	slot := t.reserve()
	t.declare(slot, name, "string", s)
	t.decls[slot] += enumValues(name, texts, t.taken)
	return name
}

func enumValues(name string, texts []string, taken map[string]bool) string {
	var consts strings.Builder
	var all []string
	for _, text := range texts {
		words := add.Words(strings.Map(ascii, text))
		value := unique(name+strings.TrimPrefix(exported(append([]string{"x"}, words...)), "X"), taken)
		if len(words) == 0 {
			delete(taken, value)
			value = unique(name+"Other", taken)
		}
		all = append(all, value)
		consts.WriteString(value + " " + name + " = " + strconv.Quote(text) + "\n")
	}
	return "\n// The values of " + name + ".\nconst (\n" + consts.String() + ")\n" +
		"\n// Valid reports whether v is one of the values above.\nfunc (v " + name + ") Valid() bool {\n\tswitch v {\n\tcase " +
		strings.Join(all, ", ") + ":\n\t\treturn true\n\t}\n\treturn false\n}\n"
}

// ascii turns what no identifier of ours has into a separator.
func ascii(r rune) rune {
	if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
		return r
	}
	return ' '
}
