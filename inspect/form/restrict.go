package form

import (
	"regexp"
	"slices"

	"github.com/mcpctl/mcpctl/mcp"
)

// lower and upper are the keywords whose largest and smallest number counts.
func lower() []string {
	return []string{"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"}
}

func upper() []string {
	return []string{"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"}
}

// restrict folds in what a schema says of any value, and of texts and numbers.
func (s *shape) restrict(at mcp.Value) {
	s.restrictTypes(at.Get("type"))
	if one := at.Get("const"); one.Exists() {
		s.constant = true
		s.restrictChoices([]Option{{Label: label(one), Value: one}})
	}
	if all := at.Get("enum"); all.Is(mcp.Array) {
		s.restrictChoices(options(all.Items(), at.Get("enumNames").Items()))
	}
	for _, word := range lower() {
		s.bound(word, at.Get(word), func(a, b float64) bool { return a > b })
	}
	for _, word := range upper() {
		s.bound(word, at.Get(word), func(a, b float64) bool { return a < b })
	}
	s.bound("multipleOf", at.Get("multipleOf"), func(a, b float64) bool { return a > b })
	for _, side := range [][2]string{{"exclusiveMinimum", "minimum"}, {"exclusiveMaximum", "maximum"}} {
		if at.Get(side[0]).True() { // as draft-04 has it
			s.bounds[side[0]] = at.Get(side[1])
		}
	}
	if format := at.Get("format").Text(); format != "" {
		s.format = format
	}
	if pattern := at.Get("pattern").Text(); pattern != "" && !slices.Contains(s.patterns, pattern) {
		s.patterns = append(s.patterns, pattern)
	}
	s.unique = s.unique || at.Get("uniqueItems").True()
}

// bound keeps the tighter of two numbers.
func (s *shape) bound(word string, v mcp.Value, tighter func(a, b float64) bool) {
	f, ok := v.Float()
	if !ok {
		return
	}
	if old, there := s.bounds[word].Float(); !there || tighter(f, old) {
		s.bounds[word] = v
	}
}

func (s *shape) restrictTypes(t mcp.Value) {
	var types []string
	switch t.Kind() {
	case mcp.String:
		types = []string{t.Text()}
	case mcp.Array:
		for _, item := range t.Items() {
			if !slices.Contains(types, item.Text()) {
				types = append(types, item.Text())
			}
		}
	}
	if len(types) == 0 {
		return
	}
	if slices.Contains(types, "number") {
		types = slices.DeleteFunc(types, func(t string) bool { return t == "integer" })
	}
	if s.types == nil {
		s.types = types
		return
	}
	both := []string{}
	for _, t := range s.types {
		switch {
		case slices.Contains(types, t), t == "integer" && slices.Contains(types, "number"):
			both = append(both, t)
		case t == "number" && slices.Contains(types, "integer"):
			both = append(both, "integer")
		}
	}
	s.types = both
	s.never = s.never || len(both) == 0
}

func (s *shape) restrictChoices(options []Option) {
	if s.enumerated {
		options = slices.DeleteFunc(options, func(o Option) bool { return indexOf(s.choices, o.Value) < 0 })
	}
	s.choices, s.enumerated = options, true
}

// addMembers folds in what a schema says of objects.
func (s *shape) addMembers(p place) {
	index := make(map[string]int, len(s.members))
	for i, m := range s.members {
		index[m.name] = i
	}
	for _, m := range lastOfEach(p.at.Get("properties")) {
		i, there := index[m.Name]
		if !there {
			i = len(s.members)
			index[m.Name] = i
			s.members = append(s.members, member{name: m.Name})
		}
		s.members[i].places = append(s.members[i].places, p.to(m.Value))
	}
	for _, name := range p.at.Get("required").Items() {
		if name.Is(mcp.String) {
			s.required[name.Text()] = true
		}
	}
	for _, m := range p.at.Get("patternProperties").Members() {
		if re, err := regexp.Compile(m.Name); err == nil && len(m.Name) < maxPattern {
			s.byPattern = append(s.byPattern, patterned{re, p.to(m.Value)})
		} else {
			s.note("Some names of members have a pattern that is not understood here.")
		}
	}
	for _, word := range []string{"additionalProperties", "unevaluatedProperties"} {
		switch rest := p.at.Get(word); rest.Kind() {
		case mcp.Bool:
			s.closed = s.closed || !rest.True()
			if rest.True() {
				s.rest = append(s.rest, p.to(rest))
			}
		case mcp.Object:
			s.rest = append(s.rest, p.to(rest))
		}
	}
}

// lastOfEach are the members of an object; of duplicates the last one counts.
func lastOfEach(v mcp.Value) []mcp.Member {
	twice := v.Duplicates()
	if len(twice) == 0 {
		return v.Members()
	}
	return slices.DeleteFunc(slices.Clone(v.Members()), func(m mcp.Member) bool {
		return slices.Contains(twice, m.Name) && !slices.Equal(m.Value.Raw(), v.Get(m.Name).Raw())
	})
}

// maxPattern bounds the patterns of names, in bytes.
const maxPattern = 1_000

// addItems folds in what a schema says of arrays. Before 2020-12 a list of
// schemas was called items, and what follows it additionalItems.
func (s *shape) addItems(p place) {
	first, rest := p.at.Get("prefixItems"), p.at.Get("items")
	if rest.Is(mcp.Array) {
		first, rest = rest, p.at.Get("additionalItems")
	}
	for i, item := range first.Items() {
		if i == len(s.prefix) {
			s.prefix = append(s.prefix, nil)
		}
		s.prefix[i] = append(s.prefix[i], p.to(item))
	}
	switch {
	case rest.Is(mcp.Bool) && !rest.True():
		s.ended = true
	case rest.Exists():
		s.items = append(s.items, p.to(rest))
	}
}

// item is where the schemas of an array's element are; ok is false where there
// must be none.
func (s *shape) item(i int) (places []place, ok bool) {
	if i < len(s.prefix) {
		return s.prefix[i], true
	}
	return s.items, !s.ended
}

// of is where the schemas of a member are.
func (s *shape) of(name string) (places []place) {
	for _, m := range s.members {
		if m.name == name {
			places = append(places, m.places...)
		}
	}
	for _, p := range s.byPattern {
		if p.name.MatchString(name) {
			places = append(places, p.place)
		}
	}
	if places == nil {
		return s.rest
	}
	return places
}
