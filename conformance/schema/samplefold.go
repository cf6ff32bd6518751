package schema

import "fmt"

// fold is maker.merge with branches drawn: a schema and all that applies to the
// same value, as one set of keywords. Deep down the plainest branch is taken.
func (d *drawing) fold(schema any, hops int, plainly bool) (keywords, error) {
	if hops > maxChain {
		return nil, fmt.Errorf("%w: a reference leads in a circle", ErrSynthesis)
	}
	if d.parts--; d.parts < 0 {
		return nil, fmt.Errorf("%w: an instance would have too many parts", ErrSynthesis)
	}
	k, ok := schema.(map[string]any)
	if !ok {
		if schema == false {
			return nil, fmt.Errorf("%w: a part admits no value", ErrSynthesis)
		}
		return keywords{}, nil
	}
	parts := d.applied(k, plainly)
	merged := make(keywords, len(k))
	for keyword, value := range k {
		switch keyword {
		case "$ref", "$recursiveRef", "allOf", "anyOf", "oneOf", "if", "then", "else", "$defs", "definitions":
		default:
			merged[keyword] = value
		}
	}
	for _, part := range parts {
		folded, err := d.fold(part, hops+1, plainly)
		if err != nil {
			return nil, err
		}
		for keyword, value := range folded {
			if old, ok := merged[keyword]; ok {
				value = meet(keyword, old, value)
			}
			merged[keyword] = value
		}
	}
	return merged, nil
}

// applied lists the further schemas that apply to the value of k.
func (d *drawing) applied(k keywords, plainly bool) []any {
	var parts []any
	if ref, ok := k["$ref"].(string); ok {
		target, _ := d.resolve(ref)
		parts = append(parts, target)
	}
	if _, ok := k["$recursiveRef"].(string); ok {
		parts = append(parts, d.root)
	}
	if all, ok := k["allOf"].([]any); ok {
		parts = append(parts, all...)
	}
	for _, keyword := range []string{"anyOf", "oneOf"} {
		if branches, ok := k[keyword].([]any); ok && len(branches) > 0 {
			parts = append(parts, d.branch(branches, plainly))
		}
	}
	if condition, ok := k["if"]; ok {
		if d.chance(0.5) {
			return append(parts, condition, orTrue(k["then"]))
		}
		return append(parts, orTrue(k["else"]))
	}
	return parts
}

// branch chooses one of a union.
func (d *drawing) branch(branches []any, plainly bool) any {
	if !plainly {
		return pickOne(d.random, branches)
	}
	for _, b := range branches {
		if k, ok := b.(map[string]any); ok && isPlain(k) {
			return b
		}
	}
	return branches[0]
}

// isPlain reports whether a schema is of a value without parts.
func isPlain(k keywords) bool {
	for _, keyword := range []string{"$ref", "$recursiveRef", "allOf", "anyOf", "oneOf", "properties", "items", "prefixItems"} {
		if _, ok := k[keyword]; ok {
			return false
		}
	}
	return true
}

func orTrue(schema any) any {
	if schema == nil {
		return true
	}
	return schema
}
