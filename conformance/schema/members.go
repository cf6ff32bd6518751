package schema

import (
	"fmt"
	"regexp"
	"slices"
)

// object makes an object with the members that it must have, or all of them
// where the way asks for it.
func (m *maker) object(k keywords, level int) (any, error) {
	properties, _ := k["properties"].(map[string]any)
	names := texts(k["required"])
	if m.all && level < 3 {
		names = append(names, sorted(properties)...)
	}
	least := integer(k, "minProperties", 0)
	for _, name := range sorted(properties) {
		if len(names) < least && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for i := 0; len(names) < least; i++ {
		if i > maxParts {
			return nil, fmt.Errorf("%w: an object needs %d members", ErrSynthesis, least)
		}
		names = append(names, fmt.Sprintf("member%d", i+1))
	}
	object := map[string]any{}
	for i := 0; i < len(names); i++ { // names grows
		name := names[i]
		if _, ok := object[name]; ok {
			continue
		}
		value, err := m.make(memberSchema(k, name), level+1)
		if err != nil {
			return nil, err
		}
		object[name] = value
		names = append(names, companions(k, name)...)
	}
	return object, nil
}

// memberSchema is what a member of that name must satisfy.
func memberSchema(k keywords, name string) any {
	properties, _ := k["properties"].(map[string]any)
	if s, ok := properties[name]; ok {
		return s
	}
	patterns, _ := k["patternProperties"].(map[string]any)
	for _, p := range sorted(patterns) {
		if re, err := regexp.Compile(p); err == nil && re.MatchString(name) {
			return patterns[p]
		}
	}
	if s, ok := k["additionalProperties"]; ok {
		return s
	}
	return true
}

// companions are the members that must be there because name is.
func companions(k keywords, name string) []string {
	var all []string
	for _, keyword := range []string{"dependentRequired", "dependencies"} {
		named, _ := k[keyword].(map[string]any)
		all = append(all, texts(named[name])...)
	}
	return all
}

func texts(v any) []string {
	var all []string
	several, _ := v.([]any)
	for _, one := range several {
		if s, ok := one.(string); ok {
			all = append(all, s)
		}
	}
	return all
}

func sorted(m map[string]any) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
