package schema

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// MaxProblems is how many problems one value is reported with at most.
const MaxProblems = 50

// Problem is one way in which a value misses its definition.
type Problem struct {
	Pointer string // JSON pointer to the part at fault, "" for the whole value
	Message string // what is wrong, as a predicate: "is a number, must be a string"

	// Narrow says that only the published schema file objects, while the
	// TypeScript that it is generated from allows the value. See "Peculiarities".
	Narrow bool
}

// String joins pointer and message.
func (p Problem) String() string {
	if p.Pointer == "" {
		return p.Message
	}
	return p.Pointer + " " + p.Message
}

// explain judges value and puts what the validator says into few plain words.
func explain(s *jsonschema.Schema, value any) []Problem {
	err := s.Validate(value)
	if err == nil {
		return nil
	}
	var failure *jsonschema.ValidationError
	if !errors.As(err, &failure) {
		return []Problem{{Message: "cannot be judged: " + err.Error()}}
	}
	problems := judgement{s, value}.flatten(failure)
	slices.SortStableFunc(problems, func(a, b Problem) int {
		if c := strings.Compare(a.Pointer, b.Pointer); c != 0 {
			return c
		}
		return strings.Compare(a.Message, b.Message)
	})
	problems = slices.Compact(problems)
	return problems[:min(len(problems), MaxProblems)]
}

// judgement is what a failure is explained with: the schema and the value at
// the roots of its locations.
type judgement struct {
	schema *jsonschema.Schema
	value  any
}

// flatten reduces a tree of failures to its leaves, in a union those of the
// branch that was meant.
func (j judgement) flatten(e *jsonschema.ValidationError) []Problem {
	switch {
	case e.Message == "anyOf failed" || e.Message == "oneOf failed":
		return j.union(e)
	case len(e.Causes) == 0 || strings.HasPrefix(e.Message, "valid must be"): // contains
		return j.leaf(e)
	}
	var all []Problem
	for _, cause := range e.Causes {
		all = append(all, j.flatten(cause)...)
	}
	return all
}

// leaf words a single failure.
func (j judgement) leaf(e *jsonschema.ValidationError) []Problem {
	path := tokens(e.InstanceLocation)
	value := at(j.value, path)
	schema, keyword := follow(j.schema, j.schema, tokens(e.KeywordLocation))
	problem := Problem{Pointer: pointer(path), Message: e.Message, Narrow: narrow(e, value)}
	if schema == nil {
		return []Problem{problem}
	}
	switch keyword {
	case "type":
		problem.Message = fmt.Sprintf("is %s, must be %s", display(value, schema.Types), kinds(schema.Types))
	case "const":
		problem.Message = fmt.Sprintf("is %s, must be %s", show(value), show(schema.Constant[0]))
	case "enum":
		problem.Message = fmt.Sprintf("is %s, must be %s", show(value), oneOf(schema.Enum))
	case "required":
		return missing(schema.Required, value, problem)
	case "additionalProperties":
		problem.Message = "has members that are not allowed: " + strings.Join(extra(schema, value), ", ")
	case "not":
		problem.Message = "is what it must not be"
	case "":
		problem.Message = "is not allowed"
	}
	return []Problem{problem}
}

// missing is one problem per absent member.
func missing(required []string, value any, p Problem) []Problem {
	members, _ := value.(map[string]any)
	var all []Problem
	for _, name := range required {
		if _, ok := members[name]; !ok {
			p.Message = fmt.Sprintf("lacks the member %q", name)
			all = append(all, p)
		}
	}
	return all
}

// extra lists the members that a closed object does not provide for.
func extra(s *jsonschema.Schema, value any) []string {
	var names []string
	members, _ := value.(map[string]any)
next:
	for name := range members {
		if _, ok := s.Properties[name]; ok {
			continue
		}
		for pattern := range s.PatternProperties {
			if pattern.MatchString(name) {
				continue next
			}
		}
		names = append(names, show(name))
	}
	slices.Sort(names)
	return names[:min(len(names), 5)]
}

// narrow recognises the places where the published file is narrower than its
// source: numbers and null in JSONValue, fractions in answers to forms.
func narrow(e *jsonschema.ValidationError, value any) bool {
	address, place, _ := strings.Cut(e.AbsoluteKeywordLocation, "#")
	if !strings.HasPrefix(address, "mcp://") {
		return false
	}
	_, isNumber := value.(json.Number)
	switch {
	case strings.HasSuffix(address, "/JSONValue"):
		return place == "/type" && (isNumber || value == nil)
	case strings.HasSuffix(address, "/ElicitResult"):
		return isNumber && strings.HasPrefix(place, "/properties/content/")
	}
	return false
}

// tokens splits a location of the validator, which is a JSON pointer with its
// tokens percent-encoded.
func tokens(location string) []string {
	if location == "" {
		return nil
	}
	parts := strings.Split(location, "/")[1:]
	for i, part := range parts {
		if plain, err := url.PathUnescape(part); err == nil {
			part = plain
		}
		parts[i] = strings.ReplaceAll(strings.ReplaceAll(part, "~1", "/"), "~0", "~")
	}
	return parts
}

// pointer writes a JSON pointer.
func pointer(path []string) string {
	var b strings.Builder
	for _, token := range path {
		b.WriteString("/" + strings.ReplaceAll(strings.ReplaceAll(token, "~", "~0"), "/", "~1"))
	}
	return b.String()
}

// at walks a decoded value; nil where nothing is.
func at(value any, path []string) any {
	for _, token := range path {
		switch v := value.(type) {
		case map[string]any:
			value = v[token]
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(v) {
				return nil
			}
			value = v[i]
		default:
			return nil
		}
	}
	return value
}
