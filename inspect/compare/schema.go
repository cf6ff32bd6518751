package compare

import (
	"slices"
	"strconv"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// Bounds on how far schemas are followed, also through references that lead back,
// and on the values of an enum that are looked at.
const (
	maxFollow = 12
	maxSteps  = 5_000
	maxEnum   = 500
)

// schemas compares a JSON Schema of A's with the one of B's, as a person reads
// them: properties, items, types, enums. What else differs is told as a whole.
type schemas struct {
	from, to mcp.Value // the documents, into which references point
	input    bool      // a caller writes it; otherwise he reads it
	steps    int
	all      []Change
}

func (s *schemas) compare(at string) []Change {
	if mcp.Equal(s.from, s.to) {
		return nil
	}
	s.walk(at, s.from, s.to, 0)
	if len(s.all) == 0 {
		c := Change{Path: at, Kind: Changed, Weight: Compatible, What: "differs in what the simple rules do not weigh", A: s.from, B: s.to}
		if mcp.Equal(bare(s.from, false), bare(s.to, false)) {
			c.Weight, c.What = Cosmetic, "is described otherwise"
		}
		s.all = append(s.all, c)
	}
	return s.all
}

func (s *schemas) add(at string, k Kind, breaks bool, what string, a, b mcp.Value) {
	w := Compatible
	if breaks {
		w = Breaking
	}
	s.all = append(s.all, Change{Path: at, Kind: k, Weight: w, What: what, A: a, B: b})
}

func (s *schemas) walk(at string, a, b mcp.Value, depth int) {
	if s.steps++; s.steps > maxSteps || depth > maxFollow || len(s.all) >= maxChanges {
		return
	}
	a, b = followed(s.from, a), followed(s.to, b)
	if mcp.Equal(a, b) && !mayRefer(a) {
		return
	}
	s.types(at, a, b)
	s.enums(at, a, b)
	s.properties(at, a, b, depth)
	if a.Get("items").Is(mcp.Object) && b.Get("items").Is(mcp.Object) {
		s.walk(at+"[]", a.Get("items"), b.Get("items"), depth+1)
	}
}

// types compares which JSON types fit. An input that takes less breaks, and so
// does an output that may be more.
func (s *schemas) types(at string, a, b mcp.Value) {
	before, after := typesOf(a), typesOf(b)
	if slices.Equal(before, after) {
		return
	}
	narrow, wide := before, after
	if !s.input {
		narrow, wide = after, before
	}
	s.add(at, Changed, !within(narrow, wide), "the type was "+spoken(before)+" and is "+spoken(after), a.Get("type"), b.Get("type"))
}

// typesOf are the types that a schema names, sorted; none are all.
func typesOf(v mcp.Value) []string {
	t := v.Get("type")
	if name := t.Text(); name != "" {
		return []string{name}
	}
	var all []string
	for _, one := range t.Items() {
		all = append(all, one.Text())
	}
	slices.Sort(all)
	return all
}

// within reports whether whatever is of some types is also of others.
func within(some, others []string) bool {
	if len(others) == 0 {
		return true
	}
	if len(some) == 0 {
		return false
	}
	for _, one := range some {
		if !slices.Contains(others, one) && (one != "integer" || !slices.Contains(others, "number")) {
			return false
		}
	}
	return true
}

func spoken(types []string) string {
	if len(types) == 0 {
		return "any"
	}
	return strings.Join(types, " or ")
}

// enums compares the values that an input may have. Fewer break.
func (s *schemas) enums(at string, a, b mcp.Value) {
	before, after := enumOf(a), enumOf(b)
	if !s.input || after == nil {
		return
	}
	if before == nil {
		s.add(at, Changed, true, "only some values are taken now", mcp.Value{}, b.Get("enum"))
		return
	}
	has := func(list []mcp.Value, v mcp.Value) bool {
		return slices.ContainsFunc(list, func(o mcp.Value) bool { return mcp.Equal(o, v) })
	}
	for _, v := range before {
		if !has(after, v) {
			s.add(at, Removed, true, "the value "+clipped(v.String())+" is no longer taken", v, mcp.Value{})
		}
	}
	for _, v := range after {
		if !has(before, v) {
			s.add(at, Added, false, "the value "+clipped(v.String())+" is new", mcp.Value{}, v)
		}
	}
}

// enumOf are the values that a schema allows, nil for any.
func enumOf(v mcp.Value) []mcp.Value {
	if v.Has("const") {
		return []mcp.Value{v.Get("const")}
	}
	all := v.Get("enum").Items()
	return all[:min(len(all), maxEnum)]
}

// properties compares the members of objects.
func (s *schemas) properties(at string, a, b mcp.Value, depth int) {
	before, after := a.Get("properties"), b.Get("properties")
	for _, m := range before.Members() {
		path := at + "." + m.Name
		if !after.Has(m.Name) {
			s.add(path, Removed, true, s.noun()+" is gone", m.Value, mcp.Value{})
			continue
		}
		if s.input && required(b, m.Name) && !required(a, m.Name) {
			s.add(path, Changed, true, "the argument is now required", m.Value, after.Get(m.Name))
		}
		s.walk(path, m.Value, after.Get(m.Name), depth+1)
	}
	for _, m := range after.Members() {
		if before.Has(m.Name) {
			continue
		}
		if s.input && required(b, m.Name) {
			s.add(at+"."+m.Name, Added, true, "the argument is new and required", mcp.Value{}, m.Value)
			continue
		}
		s.add(at+"."+m.Name, Added, false, s.noun()+" is new", mcp.Value{}, m.Value)
	}
}

func (s *schemas) noun() string {
	if s.input {
		return "the argument"
	}
	return "the property"
}

func required(schema mcp.Value, name string) bool {
	return slices.ContainsFunc(schema.Get("required").Items(), func(v mcp.Value) bool { return v.Text() == name })
}

// mayRefer reports whether a schema points elsewhere, where it may differ.
func mayRefer(v mcp.Value) bool { return strings.Contains(v.String(), `"$ref"`) }

// followed is a schema with its local references resolved.
func followed(document, at mcp.Value) mcp.Value {
	for range maxFollow {
		path, local := strings.CutPrefix(at.Get("$ref").Text(), "#")
		if !local {
			return at
		}
		next := document
		for token := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
			if path == "" {
				break
			}
			token = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
			if i, err := strconv.Atoi(token); err == nil && i >= 0 && i < len(next.Items()) {
				next = next.Items()[i]
			} else {
				next = next.Get(token)
			}
		}
		if !next.Exists() {
			return at
		}
		at = next
	}
	return at
}

// bare is a schema without what is for people. Beneath names, members are what
// a server has named, not words of JSON Schema.
func bare(v mcp.Value, names bool) mcp.Value {
	switch {
	case v.Is(mcp.Object):
		kept := map[string]any{}
		for _, m := range v.Members() {
			if names || !slices.Contains([]string{"title", "description", "examples", "$comment"}, m.Name) {
				kept[m.Name] = bare(m.Value, !names && slices.Contains([]string{"properties", "$defs", "definitions", "patternProperties"}, m.Name))
			}
		}
		return mcp.ValueOf(kept)
	case v.Is(mcp.Array):
		kept := []any{}
		for _, one := range v.Items() {
			kept = append(kept, bare(one, false))
		}
		return mcp.ValueOf(kept)
	}
	return v
}
