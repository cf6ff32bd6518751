package form

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// typeWord says what a shape wants, as a person reads it.
func (d *document) typeWord(k Kind, s *shape) string {
	switch k {
	case Text:
		return "string"
	case Bool:
		return "boolean"
	case Number:
		return s.typeOf()
	case Multi:
		return "array of enum"
	case Array:
		return "array" + d.itemWord(s)
	case Object:
		if len(s.members) == 0 && len(s.rest)+len(s.byPattern) > 0 {
			return "map"
		}
	case Raw:
		if s.never || len(s.unions) > 0 || len(s.types) > 0 {
			return "JSON"
		}
		return "any"
	}
	return k.String()
}

// itemWord says what an array is of. It looks one level deep only: arrays may
// be of themselves.
func (d *document) itemWord(s *shape) string {
	if len(s.prefix) > 0 {
		return fmt.Sprintf(" of %d and more", len(s.prefix))
	}
	if len(s.items) == 0 {
		return ""
	}
	item := d.shape(s.items...)
	switch k := d.kindOf(d.foldEnumerations(item)); {
	case len(item.types) > 1:
		return " of " + strings.Join(item.types, " or ")
	case k == Array, k == Multi:
		return " of arrays"
	case k == Raw:
		return ""
	default:
		return " of " + d.typeWord(k, item)
	}
}

// limits says what else a shape wants: "1..10", "pattern ^a".
func (s *shape) limits(k Kind) string {
	var all []string
	say := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	switch k {
	case Number:
		all = append(all, s.span("minimum", "maximum", "")...)
		if b := s.bounds["exclusiveMinimum"]; b.Is(mcp.Number) {
			say("> %s", b)
		}
		if b := s.bounds["exclusiveMaximum"]; b.Is(mcp.Number) {
			say("< %s", b)
		}
		if b := s.bounds["multipleOf"]; b.Exists() {
			say("multiple of %s", b)
		}
	case Text:
		all = append(all, s.span("minLength", "maxLength", "length ")...)
		if s.format != "" {
			say("format %s", s.format)
		}
		for _, pattern := range s.patterns {
			say("pattern %s", pattern)
		}
	case Array, Multi:
		all = append(all, s.span("minItems", "maxItems", "items ")...)
		if s.unique && k == Array {
			say("all different")
		}
	case Object:
		all = append(all, s.span("minProperties", "maxProperties", "members ")...)
	}
	return strings.Join(all, " · ")
}

// span says two bounds as one.
func (s *shape) span(from, to, what string) []string {
	low, high := s.bounds[from], s.bounds[to]
	switch {
	case low.Exists() && high.Exists() && mcp.Equal(low, high):
		return []string{what + low.String()}
	case low.Exists() && high.Exists():
		return []string{what + low.String() + ".." + high.String()}
	case low.Exists():
		return []string{what + "≥ " + low.String()}
	case high.Exists():
		return []string{what + "≤ " + high.String()}
	}
	return nil
}

// remarks are what a person should know besides.
func (s *shape) remarks() []string {
	all := slices.Clone(s.notes)
	if len(s.unshown) > 0 {
		all = append(all, "Also bound by "+strings.Join(s.unshown, ", ")+": checked, not shown.")
	}
	return all
}

func sorted(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }
