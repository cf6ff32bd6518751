package openapi

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// maxDefs bounds how many named schemas one operation may reach, and
// maxSchemaNodes how many schemas are converted for it.
const (
	maxDefs        = 300
	maxSchemaNodes = 20_000
)

// schemas turns the schemas of one direction into JSON Schema 2020-12. What
// they refer to becomes a definition under $defs, so that cycles stay cycles.
type schemas struct {
	doc     *Document
	request bool              // leave out what is readOnly; else what is writeOnly
	names   map[string]string // of definitions, by JSON pointer into the document
	defs    object
	nodes   int
}

// convert gives v, a Schema Object, as JSON Schema.
func (s *schemas) convert(v mcp.Value, level int) ([]byte, error) {
	if s.nodes++; s.nodes > maxSchemaNodes || level > maxDepth {
		return nil, fmt.Errorf("the operation's schemas have more than %d parts or %d levels", maxSchemaNodes, maxDepth)
	}
	if v.Is(mcp.Bool) {
		return v.Raw(), nil
	}
	if !v.Is(mcp.Object) {
		return nil, fmt.Errorf("a schema is a %s, not an object", v.Kind())
	}
	out := &object{}
	for _, m := range v.Members() {
		if err := s.member(out, m, v, level); err != nil {
			return nil, err
		}
	}
	s.dropHidden(out, v)
	if s.doc.old {
		widen(out, v)
	}
	return out.bytes(), nil
}

// member converts one keyword.
func (s *schemas) member(out *object, m mcp.Member, of mcp.Value, level int) (err error) {
	old := s.doc.old
	raw := m.Value.Raw()
	switch name := m.Name; name {
	case "$ref":
		name, err := s.reference(m.Value.Text(), level)
		if err != nil {
			return err
		}
		raw = quote("#/$defs/" + name)
	case "$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$anchor", "$id":
		return fmt.Errorf("the schema uses %s, which is not read", name)
	case "discriminator", "xml", "externalDocs", "nullable", "$schema", "$defs", "definitions":
		return nil // not of JSON Schema, or reached through references
	case "example":
		out.set("examples", slices.Concat([]byte("["), raw, []byte("]")))
		return nil
	case "exclusiveMinimum", "exclusiveMaximum":
		if old && m.Value.Is(mcp.Bool) {
			return nil // see widen
		}
	case "properties", "patternProperties", "dependentSchemas":
		raw, err = s.each(m.Value, level)
	case "items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames", "unevaluatedItems", "unevaluatedProperties":
		raw, err = s.convert(m.Value, level+1)
	case "allOf", "anyOf", "oneOf", "prefixItems":
		raw, err = s.all(m.Value, level)
	default:
		if strings.HasPrefix(name, "x-") || old && of.Has("$ref") {
			return nil // an extension; and in 3.0 nothing counts beside $ref
		}
	}
	if err == nil {
		out.set(m.Name, raw)
	}
	return err
}

// each converts a map of schemas, without those that this direction hides.
func (s *schemas) each(v mcp.Value, level int) ([]byte, error) {
	out := &object{}
	for _, m := range v.Members() {
		if s.hidden(m.Value) {
			continue
		}
		raw, err := s.convert(m.Value, level+1)
		if err != nil {
			return nil, err
		}
		out.set(m.Name, raw)
	}
	return out.bytes(), nil
}

func (s *schemas) all(v mcp.Value, level int) ([]byte, error) {
	out := []byte{'['}
	for i, item := range v.Items() {
		if i > 0 {
			out = append(out, ',')
		}
		raw, err := s.convert(item, level+1)
		if err != nil {
			return nil, err
		}
		out = append(out, raw...)
	}
	return append(out, ']'), nil
}

// hidden reports whether a property takes no part in this direction.
func (s *schemas) hidden(v mcp.Value) bool {
	if s.request {
		return v.Get("readOnly").True()
	}
	return v.Get("writeOnly").True()
}

// dropHidden takes hidden properties out of required.
func (s *schemas) dropHidden(out *object, v mcp.Value) {
	var kept []string
	for _, r := range v.Get("required").Items() {
		if !s.hidden(v.Get("properties", r.Text())) {
			kept = append(kept, r.Text())
		}
	}
	switch {
	case len(kept) == 0:
		out.remove("required")
	default:
		out.set("required", list(kept))
	}
}

// widen gives what 3.0 says in ways of its own: nullable, and exclusive bounds
// as flags.
func widen(out *object, v mcp.Value) {
	if v.Has("$ref") {
		return
	}
	if v.Get("nullable").True() && v.Get("type").Is(mcp.String) {
		out.set("type", list([]string{v.Get("type").Text(), "null"}))
		if enum := v.Get("enum"); enum.Is(mcp.Array) {
			out.set("enum", withNull(enum.Items()))
		}
	}
	for _, end := range []string{"inimum", "aximum"} {
		bound, exclusive := "m"+end, "exclusiveM"+end
		if v.Get(exclusive).True() && v.Has(bound) {
			out.set(exclusive, v.Get(bound).Raw())
			out.remove(bound)
		}
	}
}

// withNull is a list of values that has null as well.
func withNull(values []mcp.Value) []byte {
	out := []byte{'['}
	for _, v := range values {
		if !v.Is(mcp.Null) {
			out = append(append(out, v.Raw()...), ',')
		}
	}
	return append(out, "null]"...)
}

// reference makes a definition of what ref leads to, and gives its name.
func (s *schemas) reference(ref string, level int) (string, error) {
	target, pointer, err := s.doc.follow(ref)
	if err != nil {
		return "", err
	}
	if name, ok := s.names[pointer]; ok {
		return name, nil
	}
	if len(s.names) == maxDefs {
		return "", fmt.Errorf("the operation's schemas refer to more than %d others", maxDefs)
	}
	name := s.name(pointer)
	s.names[pointer] = name
	s.defs.set(name, []byte("true")) // its place in order, until it is known
	raw, err := s.convert(target, level+1)
	if err != nil {
		return "", fmt.Errorf("%s: %w", ref, err)
	}
	s.defs.set(name, raw)
	return name, nil
}

// name makes a pointer's last part a definition's name that is not yet taken.
func (s *schemas) name(pointer string) string {
	base := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-' || r == '.' {
			return r
		}
		return '_'
	}, pointer[strings.LastIndexByte(pointer, '/')+1:])
	name := base
	for n := 2; s.defs.has(name); n++ {
		name = base + strconv.Itoa(n)
	}
	return name
}

// follow finds what a reference leads to, within the document.
func (d *Document) follow(ref string) (mcp.Value, string, error) {
	pointer, ok := strings.CutPrefix(ref, "#")
	if !ok {
		return mcp.Value{}, "", fmt.Errorf("%.80q leads out of the file, and nothing is fetched: bundle the description into one file first", ref)
	}
	pointer, err := url.PathUnescape(pointer)
	if err != nil || !strings.HasPrefix(pointer, "/") {
		return mcp.Value{}, "", fmt.Errorf("%.80q is no reference within a file", ref)
	}
	at := d.root
	for _, part := range strings.Split(pointer[1:], "/") {
		part = strings.ReplaceAll(strings.ReplaceAll(part, "~1", "/"), "~0", "~")
		if i, err := strconv.Atoi(part); err == nil && at.Is(mcp.Array) && i >= 0 && i < at.Len() {
			at = at.Items()[i]
			continue
		}
		at = at.Get(part)
	}
	if !at.Exists() {
		return at, "", fmt.Errorf("%.80q leads nowhere", ref)
	}
	return at, pointer, nil
}

// deref follows a chain of references of any object to its end.
func (d *Document) deref(v mcp.Value) (mcp.Value, error) {
	for range 16 {
		if !v.Has("$ref") {
			return v, nil
		}
		next, _, err := d.follow(v.Get("$ref").Text())
		if err != nil {
			return v, err
		}
		v = next
	}
	return v, errors.New("references lead to references more than 16 times, or in a circle")
}
