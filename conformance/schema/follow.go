package schema

import (
	"regexp"
	"strconv"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// follow walks a compiled schema along a keyword location of the validator, to
// the schema that holds the last keyword. It returns nil where the location
// leads out of what the library exposes. A dynamic reference leads to the root,
// which is right for the metaschemas, the only place where they are common.
func follow(root, s *jsonschema.Schema, path []string) (*jsonschema.Schema, string) {
	for len(path) > 0 && s != nil {
		next, used := step(root, s, path)
		if used == 0 {
			return s, path[0]
		}
		s, path = next, path[used:]
	}
	return s, ""
}

// step takes one step: the schema it leads to and the tokens it uses, or zero
// tokens when the path ends in a keyword of s.
func step(root, s *jsonschema.Schema, path []string) (*jsonschema.Schema, int) {
	switch path[0] {
	case "$ref":
		return s.Ref, 1
	case "$recursiveRef", "$dynamicRef":
		return root, 1
	case "then":
		return s.Then, 1
	case "else":
		return s.Else, 1
	case "propertyNames":
		return s.PropertyNames, 1
	case "contentSchema":
		return s.ContentSchema, 1
	}
	if len(path) == 1 {
		return nil, 0
	}
	name := path[1]
	switch path[0] {
	case "properties":
		return s.Properties[name], 2
	case "patternProperties":
		return pattern(s.PatternProperties, name), 2
	case "dependentSchemas":
		return s.DependentSchemas[name], 2
	case "dependencies":
		d, _ := s.Dependencies[name].(*jsonschema.Schema)
		return d, 2
	case "allOf":
		return index(s.AllOf, name), 2
	case "anyOf":
		return index(s.AnyOf, name), 2
	case "oneOf":
		return index(s.OneOf, name), 2
	case "prefixItems":
		return index(s.PrefixItems, name), 2
	case "additionalProperties":
		a, _ := s.AdditionalProperties.(*jsonschema.Schema)
		return a, 1
	case "unevaluatedProperties":
		return s.UnevaluatedProperties, 1
	case "unevaluatedItems":
		return s.UnevaluatedItems, 1
	case "additionalItems":
		a, _ := s.AdditionalItems.(*jsonschema.Schema)
		return a, 1
	case "items":
		switch items := s.Items.(type) {
		case *jsonschema.Schema:
			return items, 1
		case []*jsonschema.Schema:
			return index(items, name), 2
		}
		return s.Items2020, 1
	}
	return nil, 0
}

func pattern(schemas map[*regexp.Regexp]*jsonschema.Schema, text string) *jsonschema.Schema {
	for p, s := range schemas {
		if p.String() == text {
			return s
		}
	}
	return nil
}

func index(schemas []*jsonschema.Schema, token string) *jsonschema.Schema {
	i, err := strconv.Atoi(token)
	if err != nil || i >= len(schemas) {
		return nil
	}
	return schemas[i]
}
