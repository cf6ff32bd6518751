package schema

import (
	"encoding/json"
	"fmt"

	"github.com/mcpctl/mcpctl/mcp"
)

// view is the source as one revision sees it.
type view struct {
	*source
	revision mcp.Revision
}

// keywords is a JSON Schema (draft-07).
type keywords = map[string]any

// emit writes the schema of one definition. Other definitions are referred to
// by name, as documents of their own, so that judging one definition compiles
// no more than it reaches.
func (v view) emit(name string) (keywords, error) {
	d, ok := v.definition(name, v.revision)
	if !ok {
		return nil, fmt.Errorf("revision %s has no definition %s", v.revision, name)
	}
	if d.is != nil {
		return v.typ(d.is), nil
	}
	members, err := v.members(d.members)
	if err != nil {
		return nil, err
	}
	return v.object(members), nil
}

// members resolves mixins and spans, in order; the last word on a name counts.
func (v view) members(written []member) ([]member, error) {
	var all []member
	place := map[string]int{}
	for _, m := range written {
		if !m.span.Has(v.revision) {
			continue
		}
		taken := []member{m}
		if m.name == "" {
			d, ok := v.definition(m.is.name, v.revision)
			if !ok {
				return nil, fmt.Errorf("revision %s has no definition %s to take over", v.revision, m.is.name)
			}
			var err error
			if taken, err = v.members(d.members); err != nil {
				return nil, err
			}
		}
		for _, t := range taken {
			if at, ok := place[t.name]; ok {
				all[at] = t
				continue
			}
			place[t.name] = len(all)
			all = append(all, t)
		}
	}
	return all, nil
}

func (v view) object(members []member) keywords {
	properties, required := keywords{}, []string{}
	for _, m := range members {
		properties[m.name] = v.typ(m.is)
		if !m.optional {
			required = append(required, m.name)
		}
	}
	k := keywords{"type": "object", "properties": properties}
	if len(required) > 0 {
		k["required"] = required
	}
	return k
}

func (v view) typ(t *typ) keywords {
	switch t.kind {
	case literal:
		return keywords{"const": t.value}
	case list:
		return bounds(keywords{"type": "array", "items": v.typ(t.of[0])}, "Items", t)
	case object:
		return v.object(t.members)
	case values:
		return keywords{"type": "object", "additionalProperties": v.typ(t.of[0])}
	case both:
		return keywords{"allOf": v.all(t.of)}
	case either:
		return v.either(t.of)
	}
	switch t.name {
	case "any":
		return keywords{}
	case "string", "integer", "number", "boolean", "null", "object":
		return bounds(keywords{"type": t.name}, "imum", t)
	}
	return keywords{"$ref": t.name}
}

func bounds(k keywords, suffix string, t *typ) keywords {
	if t.min != "" {
		k["min"+suffix] = json.Number(t.min)
	}
	if t.max != "" {
		k["max"+suffix] = json.Number(t.max)
	}
	return k
}

func (v view) all(of []*typ) []any {
	var ks []any
	for _, t := range of {
		ks = append(ks, v.typ(t))
	}
	return ks
}

// either writes a union. Literals become an enum, and alternatives of different
// JSON types share one schema: keywords bind only the type that they concern,
// and there is then just one branch to blame.
func (v view) either(of []*typ) keywords {
	var constants, types []any
	merged := keywords{}
	for _, t := range of {
		k := v.typ(t)
		if t.kind == literal {
			constants = append(constants, t.value)
		}
		if name, ok := k["type"].(string); ok && t.kind != object {
			types = append(types, name)
		}
		for key, value := range k {
			merged[key] = value
		}
	}
	switch len(of) {
	case len(constants):
		return keywords{"enum": constants}
	case len(types):
		merged["type"] = types
		return merged
	}
	return keywords{"anyOf": v.all(of)}
}
