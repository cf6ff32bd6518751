package compat

import (
	"encoding/json"
	"math/rand/v2"
	"strconv"
)

// maker makes random schemas, from a vocabulary that is small so that they often
// bear on each other, and random instances.
type maker struct {
	*rand.Rand
	draft int
}

func pick[T any](m maker, all ...T) T { return all[m.IntN(len(all))] }

func (m maker) chance(percent int) bool { return m.IntN(100) < percent }

func (m maker) name() string { return pick(m, "a", "b", "c", "ab", "kind") }

func (m maker) pattern() string {
	return pick(m, "^a", "b", "^[ab]+$", "^(a|b)$", "c$", "", "^.{2}$", "^x?y?$", "[0-9]")
}

func (m maker) number() json.Number {
	return json.Number(pick(m, "0", "1", "2", "3", "5", "-1", "0.5", "1.5", "1.0"))
}

// schema is a random schema of some levels.
func (m maker) schema(level int) any {
	if m.chance(6) {
		return m.chance(60)
	}
	s := map[string]any{}
	if m.chance(65) {
		s["type"] = pick[any](m, "null", "boolean", "integer", "number", "string", "array", "object", "object", "object",
			[]any{"string", "null"}, []any{"integer", "string"}, []any{"object", "array"})
	}
	for range 1 + m.IntN(3) {
		m.keyword(s, level, m.about(s))
	}
	return s
}

// about is what further keywords had better be about.
func (m maker) about(s map[string]any) string {
	if name, ok := s["type"].(string); ok && m.chance(85) {
		return name
	}
	return pick(m, "integer", "string", "array", "object", "choice")
}

// keyword adds one keyword, or replaces one.
func (m maker) keyword(s map[string]any, level int, about string) {
	if level <= 0 {
		about = pick(m, "integer", "string", "value")
	} else if m.chance(18) {
		about = "choice"
	}
	switch about {
	case "integer", "number":
		keyword := pick(m, "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "enum")
		s[keyword] = m.number()
		if keyword == "enum" {
			s[keyword] = m.values()
		} else if keyword == "multipleOf" {
			s[keyword] = json.Number(pick(m, "1", "2", "3", "0.5", "1.5", "0.25"))
		}
	case "string":
		switch keyword := pick(m, "minLength", "maxLength", "pattern", "enum", "format"); keyword {
		case "pattern":
			s[keyword] = m.pattern()
		case "enum":
			s[keyword] = m.values()
		case "format":
			s[keyword] = pick(m, "uri", "date", "iri", "int32")
		default:
			s[keyword] = m.IntN(4)
		}
	case "array":
		m.arrayKeyword(s, level)
	case "object":
		m.objectKeyword(s, level)
	case "choice":
		m.choice(s, level)
	default:
		s["enum"] = m.values()
		if m.chance(30) {
			delete(s, "enum")
			s["const"] = m.value(1)
		}
	}
}

func (m maker) values() []any {
	all := []any{m.value(1)}
	for range m.IntN(3) {
		if v := m.value(1); !has(all, v) {
			all = append(all, v)
		}
	}
	return all
}

func has(all []any, v any) bool {
	for _, one := range all {
		if equal(one, v) {
			return true
		}
	}
	return false
}

func (m maker) schemas(level int) []any {
	var all []any
	for range 1 + m.IntN(3) {
		all = append(all, m.schema(level))
	}
	return all
}

func (m maker) arrayKeyword(s map[string]any, level int) {
	tuple, rest := "prefixItems", "items"
	if m.draft < draft2020 {
		tuple, rest = "items", "additionalItems"
	}
	switch m.IntN(9) {
	case 0:
		s["minItems"] = m.IntN(4)
	case 1:
		s["maxItems"] = m.IntN(4)
	case 2:
		s["uniqueItems"] = m.chance(80)
	case 3:
		s[tuple] = m.schemas(level - 1)
	case 4:
		s[rest] = m.schema(level - 1)
	case 5:
		s["contains"] = m.schema(level - 1)
		if m.chance(50) && m.draft >= draft2019 {
			s[pick(m, "minContains", "maxContains")] = m.IntN(3)
		}
	case 6:
		if m.draft >= draft2019 {
			s["unevaluatedItems"] = m.schema(level - 1)
		}
	default:
		s["items"] = m.schema(level - 1)
	}
}

func (m maker) objectKeyword(s map[string]any, level int) {
	switch m.IntN(12) {
	case 0, 1, 2, 3:
		properties, ok := s["properties"].(map[string]any)
		if !ok {
			properties = map[string]any{}
			s["properties"] = properties
		}
		for range 1 + m.IntN(3) {
			properties[m.name()] = m.schema(level - 1)
		}
	case 4:
		s["additionalProperties"] = pick[any](m, false, false, true, m.schema(level-1))
	case 5, 6:
		required := []any{m.name()}
		if other := m.name(); other != required[0] && m.chance(40) {
			required = append(required, other)
		}
		s["required"] = required
	case 7:
		s["patternProperties"] = map[string]any{m.pattern(): m.schema(level - 1)}
	case 8:
		s["propertyNames"] = pick[any](m, map[string]any{"enum": []any{"a", "b"}}, map[string]any{"pattern": m.pattern()}, map[string]any{"maxLength": m.IntN(3)})
	case 9:
		s[pick(m, "minProperties", "maxProperties")] = m.IntN(4)
	case 10:
		switch {
		case m.draft < draft2019:
			s["dependencies"] = map[string]any{m.name(): pick[any](m, []any{m.name()}, m.schema(level-1))}
		case m.chance(50):
			s["dependentRequired"] = map[string]any{m.name(): []any{m.name()}}
		default:
			s["dependentSchemas"] = map[string]any{m.name(): m.schema(level - 1)}
		}
	case 11:
		if m.draft >= draft2019 {
			s["unevaluatedProperties"] = pick[any](m, false, m.schema(level-1))
		}
	}
}

func (m maker) choice(s map[string]any, level int) {
	switch keyword := pick(m, "allOf", "anyOf", "oneOf", "oneOf", "anyOf", "not", "if", "$ref"); keyword {
	case "not":
		s[keyword] = m.schema(level - 1)
	case "if":
		s["if"], s["then"] = m.schema(level-1), m.schema(level-1)
		if m.chance(50) {
			s["else"] = m.schema(level - 1)
		}
	case "$ref":
		if m.draft >= draft2019 || len(s) == 0 {
			s["$ref"] = "#/definitions/" + pick(m, "x", "y")
		}
	default:
		s[keyword] = m.schemas(level - 1)
	}
}

// document is a random root schema, whose references lead somewhere.
func (m maker) document(level int) map[string]any {
	s, ok := m.schema(level).(map[string]any)
	if !ok {
		s = map[string]any{}
	}
	s["definitions"] = map[string]any{
		"x": m.schema(1),
		// one that comes back to itself, by a member or an item
		"y": map[string]any{"type": []any{"object", "array", "integer"}, "properties": map[string]any{m.name(): map[string]any{"$ref": "#/definitions/y"}, "kind": m.schema(0)}},
	}
	if m.draft == draft7 {
		s["$schema"] = "http://json-schema.org/draft-07/schema#"
	}
	return s
}

// mutated is a copy of a schema with a few changes.
func (m maker) mutated(s map[string]any) map[string]any {
	out := clone(s).(map[string]any)
	for range 1 + m.IntN(3) {
		var spots []map[string]any
		collect(out, &spots)
		spot := pick(m, out, out, spots[m.IntN(len(spots))], spots[m.IntN(len(spots))])
		switch m.IntN(5) {
		case 0, 1:
			m.keyword(spot, 1, m.about(spot))
		case 2:
			for _, name := range keys(spot) {
				if name != "$schema" && name != "definitions" && name != "x" && name != "y" && m.chance(50) {
					delete(spot, name)
					break
				}
			}
		case 3:
			m.nudge(spot)
		default:
			inner := map[string]any{}
			for name, v := range spot {
				if name != "$schema" && name != "definitions" {
					inner[name] = v
					delete(spot, name)
				}
			}
			spot[pick(m, "allOf", "anyOf")] = append([]any{inner}, m.schemas(0)[:m.IntN(2)]...)
		}
	}
	return out
}

// nudge changes a number or a type a little.
func (m maker) nudge(s map[string]any) {
	for _, name := range keys(s) {
		switch v := s[name].(type) {
		case int:
			s[name] = max(0, v+pick(m, 1, -1))
		case json.Number:
			s[name] = m.number()
			if name == "multipleOf" {
				s[name] = json.Number(pick(m, "2", "4", "6"))
			}
		case []any:
			if len(v) > 1 {
				s[name] = v[:len(v)-1]
			}
		case string:
			if name == "type" {
				s[name] = pick(m, "integer", "number", "string", "object")
			}
		}
	}
}

func clone(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, one := range v {
			out[name] = clone(one)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, one := range v {
			out[i] = clone(one)
		}
		return out
	}
	return v
}

// collect finds the schemas within one.
func collect(m map[string]any, into *[]map[string]any) {
	*into = append(*into, m)
	subschemas(m, func(sub any, where string) {
		if s, ok := sub.(map[string]any); ok {
			collect(s, into)
		}
	})
}

// value is a random instance.
func (m maker) value(level int) any {
	n := 9
	if level <= 0 {
		n = 6
	}
	switch m.IntN(n) {
	case 0:
		return nil
	case 1:
		return m.chance(50)
	case 2, 3:
		return json.Number(pick(m, "0", "1", "2", "3", "4", "5", "6", "-1", "-2", "0.5", "1.5", "0.25", "100"))
	case 4, 5:
		return pick(m, "", "a", "b", "c", "ab", "ba", "abc", "aaaa", "bc", "xy", "a1", "kind", "zz9")
	case 6:
		list := []any{}
		for range m.IntN(4) {
			list = append(list, m.value(level-1))
		}
		return list
	}
	o := map[string]any{}
	for range m.IntN(4) {
		o[pick(m, m.name(), m.name(), m.name(), "bb", "zz"+strconv.Itoa(m.IntN(3)))] = m.value(level - 1)
	}
	return o
}

// near is a random instance after a schema: it takes up what the schema speaks
// of, without care for validity.
func (m maker) near(root map[string]any, schema any, level int) any {
	s, ok := schema.(map[string]any)
	if !ok || level <= 0 || m.chance(10) {
		return m.value(min(1, level))
	}
	if ref, ok := s["$ref"].(string); ok && m.chance(70) {
		return m.near(root, root["definitions"].(map[string]any)[ref[len("#/definitions/"):]], level-1)
	}
	for _, keyword := range []string{"enum", "allOf", "anyOf", "oneOf"} {
		if list, ok := s[keyword].([]any); ok && m.chance(45) {
			if one := list[m.IntN(len(list))]; keyword != "enum" {
				return m.near(root, one, level-1)
			} else if m.chance(80) {
				return one
			}
		}
	}
	if v, ok := s["const"]; ok && m.chance(70) {
		return v
	}
	switch m.about(s) {
	case "object":
		o := map[string]any{}
		properties, _ := s["properties"].(map[string]any)
		required := strs(s["required"])
		for _, name := range append(required, keys(properties)...) {
			if m.chance(75) {
				o[name] = m.near(root, properties[name], level-1)
			}
		}
		if m.chance(30) {
			o[m.name()] = m.near(root, s["additionalProperties"], level-1)
		}
		return o
	case "array":
		list := []any{}
		for i := range m.IntN(4) {
			item := s["items"]
			prefix, _ := s["prefixItems"].([]any)
			if tuple, ok := item.([]any); ok {
				prefix, item = tuple, s["additionalItems"]
			}
			if i < len(prefix) {
				item = prefix[i]
			} else if m.chance(30) {
				item = s["contains"]
			}
			list = append(list, m.near(root, item, level-1))
		}
		return list
	}
	return m.value(1)
}
