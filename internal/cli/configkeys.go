package cli

import (
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// placed is a text of mcpctl.yaml and where it stands.
type placed struct {
	text         string
	line, column int
}

// UnmarshalYAML reads the text, and knows its place.
func (p *placed) UnmarshalYAML(n *yaml.Node) error {
	p.line, p.column = n.Line, n.Column
	return n.Decode(&p.text)
}

// wrongAt is an error at a place in a configuration file.
func wrongAt(file string, line, column int, format string, args ...any) *Error {
	return usagef("%s, line %d, column %d: %w", file, line, column, usagef(format, args...))
}

// checkKeys refuses keys that t, the type that n is read into, does not have, and
// values of another shape, where the decoder would name types of Go and no column.
// What decodes itself judges itself.
func checkKeys(file, what string, n *yaml.Node, t reflect.Type) error {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.ShortTag() == "!!null" || t == reflect.TypeFor[yaml.Node]() || reflect.PointerTo(t).Implements(reflect.TypeFor[yaml.Unmarshaler]()) {
		return nil
	}
	shapes := map[reflect.Kind]yaml.Kind{reflect.Struct: yaml.MappingNode, reflect.Map: yaml.MappingNode, reflect.Slice: yaml.SequenceNode, reflect.String: yaml.ScalarNode}
	words := map[yaml.Kind]string{yaml.MappingNode: "a mapping", yaml.SequenceNode: "a list", yaml.ScalarNode: "a text"}
	if shape, known := shapes[t.Kind()]; known && n.Kind != shape {
		return wrongAt(file, n.Line, n.Column, "%s is %s and should be %s", what, words[n.Kind], words[shape])
	}
	switch t.Kind() {
	case reflect.Struct:
		known := keysOf(t)
		for key, value := range pairs(n) {
			if key.Value == "<<" {
				continue
			}
			i := slices.Index(known, key.Value)
			if i < 0 {
				return wrongAt(file, key.Line, key.Column, "%s has no key %q", what, key.Value).
					hinted("%s", didYouMean(key.Value, known, "It has "+strings.Join(known, ", ")+"."))
			}
			if err := checkKeys(file, key.Value, value, t.Field(i).Type); err != nil {
				return err
			}
		}
	case reflect.Map:
		for key, value := range pairs(n) {
			if err := checkKeys(file, what+"."+key.Value, value, t.Elem()); err != nil {
				return err
			}
		}
	case reflect.Slice:
		for _, item := range n.Content {
			if err := checkKeys(file, "an entry of "+what, item, t.Elem()); err != nil {
				return err
			}
		}
	}
	return nil
}

// keysOf are the names that the fields of a struct have in YAML.
func keysOf(t reflect.Type) []string {
	var all []string
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		all = append(all, name)
	}
	return all
}
