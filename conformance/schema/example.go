package schema

import (
	"errors"
	"fmt"
	"slices"
)

// ErrSynthesis says that no value could be made for a schema within bounds. It
// does not say that there is none.
var ErrSynthesis = errors.New("cannot synthesise")

const (
	maxParts  = 5000   // values in one example
	maxString = 65_536 // characters in one string
	maxNest   = 32     // levels of an example
)

// Example makes a small value that is valid by raw, a schema such as a tool's
// inputSchema: required members only, with const, enum, default and examples
// preferred, and false for booleans. The value is made of map[string]any, []any,
// string, json.Number, bool and nil. The error wraps ErrSynthesis, or is one of
// Compile. Equal schemas give equal examples.
func Example(raw []byte) (any, error) {
	v, err := Compile(raw)
	if err != nil {
		return nil, fmt.Errorf("make an example: %w", err)
	}
	return example(v, raw)
}

// example tries a few ways to make a value until one is valid.
func example(v *Validator, raw []byte) (any, error) {
	var last error
	for _, way := range []way{{suggest: true}, {}, {branch: 1}, {branch: 2}, {branch: 3}, {all: true}} {
		d, err := open(raw) // anew, since merging alters it
		if err != nil {
			return nil, fmt.Errorf("make an example: %w", err)
		}
		m := &maker{document: d, way: way, parts: maxParts}
		m.link()
		value, err := m.make(d.root, 0)
		if err != nil {
			last = err
			continue
		}
		problems, err := v.judge(value)
		switch {
		case err != nil:
			return nil, fmt.Errorf("make an example: %w", err)
		case len(problems) == 0:
			return value, nil
		}
		last = fmt.Errorf("%w: the best guess %s", ErrSynthesis, problems[0])
	}
	return nil, last
}

// way is one way to resolve what a schema leaves open.
type way struct {
	suggest bool // take defaults and examples
	branch  int  // the branch of every union, modulo their number
	all     bool // include optional members
}

// maker makes one example.
type maker struct {
	*document
	way
	parts int
}

// link makes references absolute, so that they can be followed from anywhere.
func (m *maker) link() {
	to := map[string]string{}
	for _, r := range m.refs {
		to[r.written] = r.absolute
	}
	for _, o := range m.objects {
		if ref, ok := o["$ref"].(string); ok {
			o["$ref"] = to[ref]
		}
	}
}

func (m *maker) make(schema any, level int) (any, error) {
	if m.parts--; m.parts < 0 {
		return nil, fmt.Errorf("%w: an example would have more than %d parts", ErrSynthesis, maxParts)
	}
	if level > maxNest {
		return nil, fmt.Errorf("%w: an example would be more than %d levels deep", ErrSynthesis, maxNest)
	}
	k, err := m.merge(schema, 0)
	if err != nil {
		return nil, err
	}
	if value, ok := m.given(k); ok {
		return value, nil
	}
	switch typeFor(k) {
	case "object":
		return m.object(k, level)
	case "array":
		return m.array(k, level)
	case "integer":
		return number(k, true)
	case "number":
		return number(k, false)
	case "boolean":
		return false, nil
	case "null":
		return nil, nil
	}
	return text(k)
}

// given is the value that a schema spells out, if any.
func (m *maker) given(k keywords) (any, bool) {
	if value, ok := k["const"]; ok {
		return value, true
	}
	values, _ := k["enum"].([]any)
	if suggested, ok := k["default"]; ok && m.suggest {
		return suggested, true
	}
	if examples, ok := k["examples"].([]any); ok && m.suggest && len(examples) > 0 {
		return examples[0], true
	}
	if len(values) > 0 {
		return values[0], true
	}
	return nil, false
}

// typeFor chooses the JSON type: the first permitted but null, else the one
// that the keywords speak of.
func typeFor(k keywords) string {
	types := typesOf(k)
	if i := slices.IndexFunc(types, func(t string) bool { return t != "null" }); i >= 0 {
		return types[i]
	}
	if len(types) > 0 {
		return "null"
	}
	for _, hint := range []struct{ keyword, is string }{
		{"properties", "object"}, {"required", "object"}, {"minProperties", "object"},
		{"items", "array"}, {"prefixItems", "array"}, {"minItems", "array"}, {"contains", "array"},
		{"minimum", "number"}, {"maximum", "number"}, {"exclusiveMinimum", "number"}, {"multipleOf", "number"},
	} {
		if _, ok := k[hint.keyword]; ok {
			return hint.is
		}
	}
	return "string"
}

func typesOf(k keywords) []string {
	switch t := k["type"].(type) {
	case string:
		return []string{t}
	case []any:
		var types []string
		for _, one := range t {
			if name, ok := one.(string); ok {
				types = append(types, name)
			}
		}
		return types
	}
	return nil
}

// itemsOf are the schemas of the first items, one for each, and that of the rest.
func itemsOf(k keywords) (prefix []any, rest any) {
	prefix, _ = k["prefixItems"].([]any)
	rest, ok := k["items"]
	if tuple, isTuple := rest.([]any); isTuple { // before 2020-12
		prefix = tuple
		rest, ok = k["additionalItems"]
	}
	if !ok {
		rest = true
	}
	return prefix, rest
}

func (m *maker) array(k keywords, level int) (any, error) {
	items := []any{}
	prefix, rest := itemsOf(k)
	count := integer(k, "minItems", 0)
	if contains, ok := k["contains"]; ok {
		if len(prefix) == 0 {
			rest = keywords{"allOf": []any{contains, rest}}
		}
		count = max(count, 1, integer(k, "minContains", 1))
	}
	for i := range count {
		schema := rest
		if i < len(prefix) {
			schema = prefix[i]
		}
		item, err := m.make(schema, level+1)
		if err != nil {
			return nil, err
		}
		if k["uniqueItems"] == true {
			item = distinct(item, i, m.enumeration(schema))
		}
		items = append(items, item)
	}
	return items, nil
}

// enumeration is the enum of a schema, nil if it has none.
func (m *maker) enumeration(schema any) []any {
	k, err := m.merge(schema, 0)
	if err != nil {
		return nil
	}
	values, _ := k["enum"].([]any)
	return values
}
