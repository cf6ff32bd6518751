package contract

import (
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/conformance/compat"
	"github.com/mcpctl/mcpctl/mcp"
)

// maxSchemaChanges bounds the changes told of one schema.
const maxSchemaChanges = 50

// schemas compares two schemas for values that flow in a direction: what each
// difference means for those who call or read, then words and defaults.
func schemas(d compat.Direction, before, after mcp.Value) []Change {
	result, err := compat.Compare(before, after, d)
	if err != nil {
		return []Change{change("schema-unreadable", "", strings.TrimPrefix(err.Error(), "compare schemas: "), before, after)}
	}
	s := schemaChange{direction: d, before: before, after: after, spoken: sayings(after), required: map[string]bool{}}
	for _, one := range result.Differences {
		switch {
		case one.Keyword == "required" && one.Verdict == compat.Breaking:
			s.required[one.Pointer] = true
		case one.Keyword == "properties" && !one.Before.Exists():
			s.fresh = append(s.fresh, one)
		}
	}
	var all []Change
	for _, one := range result.Differences {
		if c, told := s.weigh(one); told && len(all) < maxSchemaChanges {
			all = append(all, c)
		}
	}
	all = append(all, words(d, before, after)...)
	if len(all) == 0 {
		all = append(all, change("schema-rewritten", "", "it means the same and is written otherwise", mcp.Value{}, mcp.Value{}))
	}
	return all
}

// schemaChange weighs the differences of one pair of schemas.
type schemaChange struct {
	direction     compat.Direction
	before, after mcp.Value
	spoken        map[string]saying // by the new one, also in branches
	required      map[string]bool   // members that broke by being required, or no longer
	fresh         []compat.Difference
}

// weigh gives a difference its rule.
func (s schemaChange) weigh(d compat.Difference) (Change, bool) {
	member := d.Keyword == "properties"
	gone, fresh := member && !d.After.Exists(), member && !d.Before.Exists()
	if _, elsewhere := s.spoken[d.Pointer]; gone && elsewhere && (d.Undeclared || d.Verdict == compat.Compatible) {
		return Change{}, false // a branch of a union declares it now
	}
	tell := func(id, message string) (Change, bool) {
		c := change(id, d.Pointer, message, d.Before, d.After)
		c.CounterExample = d.Witness
		return c, true
	}
	if s.direction == compat.Input {
		switch {
		case gone && retired(d.Before):
			return tell("input-argument-retired", named(d.Pointer)+" is gone, as was announced")
		case gone && d.Verdict == compat.Breaking:
			return tell("input-argument-removed", named(d.Pointer)+" is gone"+s.newName(d))
		case gone:
			c, told := tell("input-argument-ignored", named(d.Pointer)+" is gone; callers may pass it as before, and it is not read"+s.newName(d))
			c.CounterExample = s.ignoredCall(d.Pointer)
			return c, told
		case fresh && s.required[d.Pointer]:
			return Change{}, false // the change that says it is required says all
		case fresh && (d.Undeclared || d.Verdict == compat.Compatible):
			c, told := tell("input-argument-added", named(d.Pointer)+" is new and optional")
			c.CounterExample = mcp.Value{} // of who sends what is not declared
			return c, told
		}
	} else {
		switch {
		case gone && (d.Undeclared || d.Verdict == compat.Compatible):
			if s.required[d.Pointer] {
				return Change{}, false
			}
			c, told := tell("output-property-dropped", named(d.Pointer)+" is not described any more")
			c.CounterExample = mcp.Value{}
			return c, told
		case fresh && d.Verdict == compat.Breaking:
			return tell("output-property-added", named(d.Pointer)+" is new where nothing but the declared was allowed")
		}
	}
	return tell(s.rule(d), d.Message+because(d))
}

// newName says which new member beside one that is gone looks like its new name:
// the one with the very same schema.
func (s schemaChange) newName(gone compat.Difference) string {
	parent := func(pointer string) string { return pointer[:strings.LastIndexByte(pointer, '/')+1] }
	var found []string
	for _, d := range s.fresh {
		if parent(d.Pointer) == parent(gone.Pointer) && mcp.Equal(d.After, gone.Before) {
			found = append(found, d.Pointer)
		}
	}
	if len(found) != 1 {
		return ""
	}
	return "; " + named(found[0]) + " looks like its new name"
}

func because(d compat.Difference) string {
	if d.Why == "" {
		return ""
	}
	return ": " + d.Why
}

// rule is the id by verdict and keyword.
func (s schemaChange) rule(d compat.Difference) string {
	input := s.direction == compat.Input
	side, none := "output-", "output-narrowed"
	if input {
		side, none = "input-", "input-widened"
	}
	f := family(d.Keyword)
	switch {
	case d.Verdict == compat.Unknown && f == "format":
		return side + "format-changed"
	case d.Verdict == compat.Unknown:
		return side + "unproven"
	case d.Verdict == compat.Compatible:
		return none
	case f == "required" && input:
		return "input-required-added"
	case f == "required":
		return "output-required-removed"
	case f == "pattern":
		return side + "pattern-changed"
	case f == "additional" && input:
		return "input-additional-forbidden"
	case f == "additional":
		return "output-additional-allowed"
	case f == "dependency" && input:
		return "input-dependency-added"
	case f == "dependency":
		return "output-union-widened"
	case f == "format":
		f = "" // no validator refuses by it alone
	case f != "":
		f += "-"
	}
	if input {
		return side + f + "narrowed"
	}
	return side + f + "widened"
}

// family is the kind of thing that a keyword says.
func family(keyword string) string {
	for _, f := range []struct {
		name     string
		keywords []string
	}{
		{"required", []string{"required"}},
		{"type", []string{"type"}},
		{"enum", []string{"enum", "const"}},
		{"range", []string{"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}},
		{"length", []string{"minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"}},
		{"pattern", []string{"pattern"}},
		{"format", []string{"format", "contentEncoding", "contentMediaType", "contentSchema"}},
		{"additional", []string{"additionalProperties", "unevaluatedProperties", "patternProperties", "propertyNames"}},
		{"items", []string{"items", "prefixItems", "additionalItems", "unevaluatedItems", "contains", "minContains", "maxContains"}},
		{"union", []string{"anyOf", "oneOf", "allOf", "not", "if", "then", "else"}},
		{"dependency", []string{"dependentRequired", "dependentSchemas", "dependencies"}},
	} {
		for _, k := range f.keywords {
			if k == keyword {
				return f.name
			}
		}
	}
	return ""
}

// named is how messages speak of what a pointer points at.
func named(pointer string) string {
	if pointer == "" {
		return "it"
	}
	return fmt.Sprintf("%q", unescape(strings.ReplaceAll(strings.TrimPrefix(pointer, "/"), "/", ".")))
}

func unescape(token string) string { return strings.NewReplacer("~1", "/", "~0", "~").Replace(token) }

// retired reports whether a property was marked as deprecated, as JSON Schema has
// it, or by its description.
func retired(property mcp.Value) bool {
	_, marked := deprecation(property)
	return marked
}
