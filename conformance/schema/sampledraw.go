package schema

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
)

const (
	maxDrawn = 1500 // schemas looked at for one instance
	maxItems = 40   // items of a list beyond those that it must have
	// deep is from which level on an instance is no longer than it must be, so
	// that recursive schemas come to an end.
	deep = 4
)

// drawing is one attempt at an instance. It takes a guess at what the keywords
// say together; whether the guess is right, the validator tells.
type drawing struct {
	*document
	random *rand.Rand
	parts  int
	keen   float64 // how likely an optional member is there
	spots  []spot
}

func (d *drawing) make(schema any, path []string) (any, error) {
	if len(path) > maxNest {
		return nil, fmt.Errorf("%w: an instance would be more than %d levels deep", ErrSynthesis, maxNest)
	}
	k, err := d.fold(schema, 0, len(path) >= deep)
	if err != nil {
		return nil, err
	}
	d.spots = append(d.spots, spot{path, k})
	if value, ok := d.given(k); ok {
		return clone(value), nil
	}
	switch d.kind(k) {
	case "object":
		return d.object(k, path)
	case "array":
		return d.array(k, path)
	case "integer":
		return d.number(k, true)
	case "number":
		return d.number(k, false)
	case "boolean":
		return d.chance(0.5), nil
	case "null":
		return nil, nil
	}
	return d.text(k)
}

// given is a value that the schema spells out: always for const and enum, now
// and then for defaults and examples.
func (d *drawing) given(k keywords) (any, bool) {
	if value, ok := k["const"]; ok {
		return value, true
	}
	if values, ok := k["enum"].([]any); ok && len(values) > 0 {
		return pickOne(d.random, values), true
	}
	if d.chance(0.8) {
		return nil, false
	}
	suggested, _ := k["examples"].([]any)
	if value, ok := k["default"]; ok {
		suggested = append(slices.Clone(suggested), value)
	}
	if len(suggested) == 0 {
		return nil, false
	}
	return pickOne(d.random, suggested), true
}

// kind chooses the JSON type.
func (d *drawing) kind(k keywords) string {
	if types := typesOf(k); len(types) > 0 {
		return pickOne(d.random, types)
	}
	if is := typeFor(k); is != "string" {
		return is
	}
	for _, keyword := range []string{"pattern", "format", "minLength", "maxLength"} {
		if _, ok := k[keyword]; ok {
			return "string"
		}
	}
	return pickOne(d.random, []string{"string", "string", "number", "boolean", "null"})
}

func (d *drawing) object(k keywords, path []string) (any, error) {
	properties, _ := k["properties"].(map[string]any)
	names := texts(k["required"])
	for _, name := range sorted(properties) {
		if len(path) < deep && d.parts > maxDrawn/4 && d.chance(d.keen) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if d.chance(0.15) {
		names = append(names, d.extra(k)...)
	}
	for i, least := 0, integer(k, "minProperties", 0); len(names) < least; i++ {
		if i > maxDrawn {
			return nil, fmt.Errorf("%w: an object needs %d members", ErrSynthesis, least)
		}
		names = append(names, fmt.Sprintf("member%d", i+1))
	}
	if most := integer(k, "maxProperties", len(names)); len(names) > most {
		names = names[:max(most, len(texts(k["required"])))]
	}
	object := map[string]any{}
	for i := 0; i < len(names); i++ { // names grows
		name := names[i]
		if _, ok := object[name]; ok {
			continue
		}
		value, err := d.make(memberSchema(k, name), below(path, name))
		if err != nil {
			return nil, err
		}
		object[name] = value
		names = append(names, companions(k, name)...)
	}
	return object, nil
}

// extra is the name of a member that the schema does not name but admits.
func (d *drawing) extra(k keywords) []string {
	if _, ok := k["propertyNames"]; ok {
		return nil
	}
	if patterns, ok := k["patternProperties"].(map[string]any); ok && len(patterns) > 0 {
		if name, err := d.match(pickOne(d.random, sorted(patterns)), 0, maxString); err == nil {
			return []string{name}
		}
		return nil
	}
	if k["additionalProperties"] == false || k["unevaluatedProperties"] == false {
		return nil
	}
	return []string{pickOne(d.random, []string{"mcpctlExtra", "ünï côdé", "__proto__", "a.b", "0"})}
}

func (d *drawing) array(k keywords, path []string) (any, error) {
	prefix, rest := itemsOf(k)
	if contains, ok := k["contains"]; ok && len(prefix) == 0 {
		rest = keywords{"allOf": []any{contains, rest}}
	}
	count := d.count(k, len(prefix), rest == false, len(path) >= deep)
	if count > maxDrawn {
		return nil, fmt.Errorf("%w: a list needs %d items", ErrSynthesis, count)
	}
	items := []any{}
	seen := map[string]bool{}
	for i := 0; i < count; i++ {
		schema := rest
		if i < len(prefix) {
			schema = prefix[i]
		}
		item, err := d.make(schema, below(path, strconv.Itoa(len(items))))
		if err != nil {
			return nil, err
		}
		if text := compact(item); k["uniqueItems"] != true || !seen[text] {
			seen[text] = true
			items = append(items, item)
		} else if len(items) < integer(k, "minItems", 0) && count < 4*maxItems {
			count++
		}
	}
	return items, nil
}

// count chooses how many items a list has.
func (d *drawing) count(k keywords, prefix int, closed, least bool) int {
	low := integer(k, "minItems", 0)
	if _, ok := k["contains"]; ok {
		low = max(low, 1, integer(k, "minContains", 1))
	}
	high := max(low, min(integer(k, "maxItems", maxItems), low+maxItems))
	if closed {
		high = max(low, min(high, prefix))
	}
	if least || d.parts < maxDrawn/4 {
		return low
	}
	counts := []int{low, min(low+1, high), min(max(prefix, low), high), low + d.random.IntN(min(4, high-low+1))}
	if d.chance(0.2) {
		return high
	}
	return pickOne(d.random, counts)
}

func (d *drawing) chance(p float64) bool { return d.random.Float64() < p }

func pickOne[T any](r *rand.Rand, all []T) T { return all[r.IntN(len(all))] }

// below is the path of a part, which shares nothing with those of others.
func below(path []string, name string) []string { return append(slices.Clip(path), name) }
