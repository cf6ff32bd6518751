package schema

import (
	"encoding/json"
	"math/big"
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// union explains why a value fits none of several branches. Which branch was
// meant shows in constants, such as the type of a content block; where they do
// not tell, it is the branch that fits best.
func (j judgement) union(e *jsonschema.ValidationError) []Problem {
	path := tokens(e.InstanceLocation)
	value := at(j.value, path)
	schema, keyword := follow(j.schema, j.schema, tokens(e.KeywordLocation))
	if schema == nil {
		return j.closest(e.Causes)
	}
	branches := schema.AnyOf
	if keyword == "oneOf" {
		branches = schema.OneOf
	}
	if len(branches) != len(e.Causes) {
		return j.closest(e.Causes)
	}
	var meant []*jsonschema.ValidationError
	best := fit{wrong: 1 << 30}
	for i, branch := range branches {
		switch f := measure(branch, value, 0); {
		case f.alien:
		case f.better(best):
			best, meant = f, []*jsonschema.ValidationError{e.Causes[i]}
		case !best.better(f):
			meant = append(meant, e.Causes[i])
		}
	}
	if len(meant) == 0 {
		types := admitted(branches, nil, 0)
		return []Problem{{Pointer: pointer(path), Message: "is " + display(value, types) + ", must be " + kinds(types)}}
	}
	if best.wrong > 0 && best.right == 0 && len(meant) > 1 {
		if p, ok := unknownTag(branches, value); ok {
			p.Pointer = pointer(path) + p.Pointer
			return []Problem{p}
		}
	}
	return j.closest(meant)
}

// closest explains the failure with the fewest problems, of equals the one that
// gets deepest into the value.
func (j judgement) closest(failures []*jsonschema.ValidationError) []Problem {
	var best []Problem
	for _, failure := range failures {
		problems := j.flatten(failure)
		if best == nil || len(problems) < len(best) ||
			len(problems) == len(best) && depth(problems) > depth(best) {
			best = problems
		}
	}
	return best
}

func depth(problems []Problem) int {
	deepest := 0
	for _, p := range problems {
		deepest = max(deepest, len(tokens(p.Pointer)))
	}
	return deepest
}

// fit is how well a branch suits a value.
type fit struct {
	alien        bool // another JSON type
	right, wrong int  // members that hold, or miss, the constant they must hold
}

func (f fit) better(g fit) bool {
	return f.wrong < g.wrong || f.wrong == g.wrong && f.right > g.right
}

// maxHops bounds the walk through references and unions within unions.
const maxHops = 8

func measure(s *jsonschema.Schema, value any, hops int) fit {
	s = deref(s)
	if len(s.Types) > 0 && !admits(s.Types, value) {
		return fit{alien: true}
	}
	if len(s.AnyOf) > 0 && hops < maxHops {
		best := fit{alien: true}
		for _, branch := range s.AnyOf {
			if f := measure(branch, value, hops+1); !f.alien && (best.alien || f.better(best)) {
				best = f
			}
		}
		return best
	}
	var f fit
	members, _ := value.(map[string]any)
	for name, property := range s.Properties {
		permitted := constants(property)
		member, ok := members[name]
		switch {
		case !ok || len(permitted) == 0:
		case contains(permitted, member):
			f.right++
		default:
			f.wrong++
		}
	}
	return f
}

// unknownTag words the case that no branch knows the constant that the value
// holds: the tag is the member with the most constants across the branches.
func unknownTag(branches []*jsonschema.Schema, value any) (Problem, bool) {
	permitted := map[string][]any{}
	collect(branches, permitted, 0)
	members, _ := value.(map[string]any)
	tag := ""
	for name, values := range permitted {
		if _, ok := members[name]; !ok || contains(values, members[name]) {
			continue
		}
		if tag == "" || len(values) > len(permitted[tag]) || len(values) == len(permitted[tag]) && name < tag {
			tag = name
		}
	}
	if tag == "" {
		return Problem{}, false
	}
	message := "is " + show(members[tag]) + ", must be " + oneOf(permitted[tag])
	return Problem{Pointer: pointer([]string{tag}), Message: message}, true
}

func collect(branches []*jsonschema.Schema, permitted map[string][]any, hops int) {
	for _, branch := range branches {
		s := deref(branch)
		if hops < maxHops {
			collect(s.AnyOf, permitted, hops+1)
		}
		for name, property := range s.Properties {
			for _, c := range constants(property) {
				if !contains(permitted[name], c) {
					permitted[name] = append(permitted[name], c)
				}
			}
		}
	}
}

// constants lists the values to which a schema confines a value; none if it
// does not.
func constants(s *jsonschema.Schema) []any {
	s = deref(s)
	if len(s.Constant) > 0 {
		return s.Constant
	}
	return s.Enum
}

func contains(values []any, value any) bool {
	return slices.ContainsFunc(values, func(v any) bool { return same(v, value) })
}

// same compares scalars; lists and objects are never tags.
func same(a, b any) bool {
	switch a.(type) {
	case map[string]any, []any:
		return false
	}
	switch b.(type) {
	case map[string]any, []any:
		return false
	}
	return a == b
}

// admitted lists the types that any of the branches takes.
func admitted(branches []*jsonschema.Schema, types []string, hops int) []string {
	for _, branch := range branches {
		s := deref(branch)
		if hops < maxHops {
			types = admitted(s.AnyOf, types, hops+1)
		}
		for _, t := range s.Types {
			if !slices.Contains(types, t) {
				types = append(types, t)
			}
		}
	}
	return types
}

func admits(types []string, value any) bool {
	t := typeOf(value)
	if slices.Contains(types, t) {
		return true
	}
	return t == "number" && slices.Contains(types, "integer") && isInteger(value.(json.Number))
}

func isInteger(n json.Number) bool {
	r, ok := new(big.Rat).SetString(string(n))
	return ok && r.IsInt()
}

// deref follows plain references.
func deref(s *jsonschema.Schema) *jsonschema.Schema {
	for hops := 0; s.Ref != nil && hops < maxHops; hops++ {
		s = s.Ref
	}
	return s
}
