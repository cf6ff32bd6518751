package schema

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxFaults bounds how many alterations of one instance are tried.
const maxFaults = 40

// Invalid makes a value that differs from an instance in one place and is
// refused for it: a member left out or too many, another type, a value outside
// bounds, lists, lengths or patterns. Not ok says that none was found, as for a
// schema that admits everything.
func (s *Sampler) Invalid() (Bad, bool) {
	for range 3 {
		good, ok := s.sample()
		if !ok {
			return Bad{}, false
		}
		faults := faultsOf(good)
		s.random.Shuffle(len(faults), func(i, j int) { faults[i], faults[j] = faults[j], faults[i] })
		for _, f := range faults[:min(len(faults), maxFaults)] {
			altered, ok := f.in(clone(good.value))
			if ok && s.refuses(altered) {
				return Bad{Pointer: pointer(f.path), Message: f.message, Value: altered}, true
			}
		}
	}
	return Bad{}, false
}

// fault is one alteration of an instance.
type fault struct {
	path    []string
	message string
	gone    bool // the member is left out, else value takes its place
	value   any
}

// in makes the alteration.
func (f fault) in(value any) (any, bool) {
	if len(f.path) == 0 {
		return f.value, !f.gone
	}
	last := f.path[len(f.path)-1]
	switch parent := at(value, f.path[:len(f.path)-1]).(type) {
	case map[string]any:
		if f.gone {
			delete(parent, last)
		} else {
			parent[last] = f.value
		}
		return value, true
	case []any:
		i, err := strconv.Atoi(last)
		if err != nil || i < 0 || i >= len(parent) || f.gone {
			return nil, false
		}
		parent[i] = f.value
		return value, true
	}
	return nil, false
}

// faultsOf lists what could be done wrong in an instance, a guess for each
// keyword. Spots that the instance no longer has are left out.
func faultsOf(s sample) []fault {
	var all []fault
	for _, spot := range s.spots {
		value := at(s.value, spot.path)
		add := func(message string, wrong any) {
			all = append(all, fault{path: spot.path, message: message, value: wrong})
		}
		retype(spot.keywords, add)
		switch v := value.(type) {
		case string:
			badText(v, spot.keywords, add)
		case json.Number:
			badNumber(spot.keywords, add)
		case []any:
			badList(v, spot.keywords, add)
		case map[string]any:
			all = append(all, badMembers(v, spot)...)
		}
	}
	return all
}

func retype(k keywords, add func(string, any)) {
	types := typesOf(k)
	_, isEnum := k["enum"]
	_, isConst := k["const"]
	if isEnum || isConst {
		add("is none of the listed values", "mcpctl-not-listed")
	}
	if len(types) == 0 {
		return
	}
	for _, wrong := range []any{json.Number("12345.5"), "mcpctl", true, map[string]any{}, []any{}, nil} {
		is := typeOf(wrong)
		if !slices.Contains(types, is) {
			add("is "+kindWord(is), wrong)
		}
	}
}

func badText(v string, k keywords, add func(string, any)) {
	runes := utf8.RuneCountInString(v)
	if least := integer(k, "minLength", 0); least > 0 && runes >= least {
		add("is too short", string([]rune(v)[:least-1]))
	}
	if most := integer(k, "maxLength", maxString); most < maxString {
		add("is too long", v+strings.Repeat("x", max(0, most+1-runes)))
	}
	if _, ok := k["pattern"]; ok {
		for _, wrong := range []string{"", "mcpctl no match", "\u0000", v + "\n!", "!" + v} {
			add("does not match the pattern", wrong)
		}
	}
}

func badNumber(k keywords, add func(string, any)) {
	b := intervalOf(k)
	if _, ok := k["minimum"]; ok {
		add("is below the minimum", asNumber(b.low-1))
	}
	if _, ok := k["maximum"]; ok {
		add("is above the maximum", asNumber(b.high+1))
	}
	for _, keyword := range []string{"exclusiveMinimum", "exclusiveMaximum"} {
		if n, ok := k[keyword].(json.Number); ok {
			add("is at a bound that is out of range", n)
		}
	}
	if b.step > 0 {
		add("is no multiple", asNumber(max(b.low, 0)+b.step*0.5))
	}
}

func badList(v []any, k keywords, add func(string, any)) {
	if least := integer(k, "minItems", 0); least > 0 && len(v) >= least {
		add("has too few items", v[:least-1])
	}
	if len(v) == 0 {
		return
	}
	if most := integer(k, "maxItems", maxParts); most < maxParts {
		long := slices.Clone(v)
		for len(long) <= most {
			long = append(long, clone(v[0]))
		}
		add("has too many items", long)
	}
	if k["uniqueItems"] == true {
		add("has an item twice", append(slices.Clone(v), clone(v[0])))
	}
}

func badMembers(v map[string]any, s spot) []fault {
	var all []fault
	for _, name := range sorted(v) {
		if slices.Contains(texts(s.keywords["required"]), name) {
			all = append(all, fault{path: below(s.path, name), message: "is left out", gone: true})
		}
	}
	closed := s.keywords["additionalProperties"] == false || s.keywords["unevaluatedProperties"] == false
	if _, ok := s.keywords["additionalProperties"].(map[string]any); ok || closed {
		all = append(all, fault{path: below(s.path, "mcpctlUnexpected"), message: "is a member too many", value: true})
	}
	return all
}
