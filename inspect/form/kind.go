package form

import (
	"slices"

	"github.com/mcpctl/mcpctl/mcp"
)

// kindOf says how a shape is shown.
func (d *document) kindOf(s *shape) Kind {
	if s.never || len(s.unions) > 0 {
		return Raw
	}
	if s.enumerated {
		s.choices = slices.DeleteFunc(s.choices, func(o Option) bool { return !s.admits(o.Value) })
		switch {
		case len(s.choices) == 0:
			return Raw
		case len(s.choices) == 1 && (s.constant || s.choices[0].Value.Is(mcp.Null)):
			return Const
		}
		return Enum
	}
	switch s.typeOf() {
	case "string":
		return Text
	case "integer", "number":
		return Number
	case "boolean":
		return Bool
	case "null":
		return Null
	case "object":
		return Object
	case "array":
		if d.multi(s) != nil {
			return Multi
		}
		return Array
	}
	return Raw
}

// multi are the choices of an array whose items are an enumeration.
func (d *document) multi(s *shape) []Option {
	if len(s.prefix) > 0 || len(s.items) == 0 {
		return nil
	}
	for _, p := range s.items {
		if !p.at.Is(mcp.Object) {
			return nil
		}
	}
	item := d.foldEnumerations(d.shape(s.items...))
	if len(item.unions) > 0 || !item.enumerated || d.kindOf(item) != Enum {
		return nil
	}
	return item.choices
}

// admits reports whether a value is of one of the types.
func (s *shape) admits(v mcp.Value) bool {
	if s.types == nil {
		return true
	}
	return slices.ContainsFunc(s.types, func(t string) bool {
		return t == v.Kind().String() || t == "integer" && v.Whole()
	})
}

// typeOf is the one type of a shape, else what its keywords speak of.
func (s *shape) typeOf() string {
	switch {
	case len(s.types) == 1:
		return s.types[0]
	case len(s.members) > 0 || len(s.required) > 0 || s.closed || len(s.rest) > 0 || len(s.byPattern) > 0:
		return "object"
	case len(s.items) > 0 || len(s.prefix) > 0 || s.bounds["minItems"].Exists() || s.bounds["maxItems"].Exists():
		return "array"
	case len(s.patterns) > 0 || s.format != "" || s.bounds["minLength"].Exists() || s.bounds["maxLength"].Exists():
		return "string"
	case len(s.bounds) > 0:
		return "number"
	}
	return ""
}
