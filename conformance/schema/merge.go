package schema

import (
	"encoding/json"
	"fmt"
	"slices"
)

// merge folds a schema and all that applies to the same value, one branch of
// each union included, into one set of keywords. It is a guess, good enough to
// make a value by; the value is judged by the real schema.
func (m *maker) merge(schema any, hops int) (keywords, error) {
	if hops > maxChain {
		return nil, fmt.Errorf("%w: a reference leads in a circle", ErrSynthesis)
	}
	if m.parts--; m.parts < 0 {
		return nil, fmt.Errorf("%w: the schema has too many parts", ErrSynthesis)
	}
	k, ok := schema.(map[string]any)
	if !ok {
		if schema == false {
			return nil, fmt.Errorf("%w: a part admits no value", ErrSynthesis)
		}
		return keywords{}, nil
	}
	merged := keywords{}
	for keyword, value := range k {
		switch keyword {
		case "$ref", "allOf", "anyOf", "oneOf":
		default:
			merged[keyword] = value
		}
	}
	for _, part := range m.applied(k) {
		folded, err := m.merge(part, hops+1)
		if err != nil {
			return nil, err
		}
		for keyword, value := range folded {
			old, ok := merged[keyword]
			if !ok {
				merged[keyword] = value
				continue
			}
			merged[keyword] = meet(keyword, old, value)
		}
	}
	return merged, nil
}

// applied lists the further schemas that apply to the value of k.
func (m *maker) applied(k keywords) []any {
	var parts []any
	if ref, ok := k["$ref"].(string); ok {
		target, _ := m.resolve(ref)
		parts = append(parts, target)
	}
	if all, ok := k["allOf"].([]any); ok {
		parts = append(parts, all...)
	}
	for _, keyword := range []string{"anyOf", "oneOf"} {
		if branches, ok := k[keyword].([]any); ok && len(branches) > 0 {
			parts = append(parts, branches[m.branch%len(branches)])
		}
	}
	return parts
}

// meet combines two values of one keyword so that both hold.
func meet(keyword string, a, b any) any {
	switch keyword {
	case "required":
		x, _ := a.([]any)
		y, _ := b.([]any)
		return append(slices.Clone(x), y...)
	case "properties":
		return meetMembers(a, b)
	case "enum", "type":
		x, y := listed(a), listed(b)
		var common []any
		for _, v := range x {
			if contains(y, v) || keyword == "type" && v == "integer" && contains(y, "number") {
				common = append(common, v)
			} else if keyword == "type" && v == "number" && contains(y, "integer") {
				common = append(common, "integer")
			}
		}
		return common
	case "minimum", "minLength", "minItems", "minProperties", "exclusiveMinimum":
		return pick(a, b, func(x, y float64) bool { return x > y })
	case "maximum", "maxLength", "maxItems", "maxProperties", "exclusiveMaximum":
		return pick(a, b, func(x, y float64) bool { return x < y })
	case "items", "additionalProperties", "contains":
		return keywords{"allOf": []any{a, b}}
	}
	return a
}

func meetMembers(a, b any) any {
	x, _ := a.(map[string]any)
	y, _ := b.(map[string]any)
	joined := keywords{}
	for name, s := range x {
		joined[name] = s
	}
	for name, s := range y {
		if old, ok := joined[name]; ok {
			s = keywords{"allOf": []any{old, s}}
		}
		joined[name] = s
	}
	return joined
}

func listed(v any) []any {
	if several, ok := v.([]any); ok {
		return several
	}
	return []any{v}
}

func pick(a, b any, better func(x, y float64) bool) any {
	x, okX := a.(json.Number)
	y, okY := b.(json.Number)
	if !okX || !okY {
		return a
	}
	fx, _ := x.Float64()
	fy, _ := y.Float64()
	if better(fy, fx) {
		return b
	}
	return a
}
