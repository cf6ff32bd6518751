package compat

import (
	"maps"
	"slices"
	"strconv"
)

// members reads the keywords of objects.
func (r *reader) members() {
	r.count("minProperties", opMinMembers)
	r.count("maxProperties", opMaxMembers)
	for _, name := range strs(r.m["required"]) {
		r.add(&literal{op: opRequired, keyword: "required", text: name})
	}
	var names []string
	for _, name := range keys(r.m["properties"]) {
		names = append(names, name)
		r.add(&literal{op: opMember, keyword: "properties", text: name, kids: []*node{r.kid("properties/" + escape(name))}})
	}
	var siblings []*literal
	for _, p := range keys(r.m["patternProperties"]) {
		l := pattern(opMatching, "patternProperties", p)
		l.kids = []*node{r.kid("patternProperties/" + escape(p))}
		siblings = append(siblings, l)
		r.add(l)
	}
	if r.has("additionalProperties") {
		r.add(&literal{op: opAdditional, keyword: "additionalProperties", names: names, siblings: siblings, kids: []*node{r.kid("additionalProperties")}})
	}
	if r.has("propertyNames") && r.draft >= draft6 {
		r.add(&literal{op: opNames, keyword: "propertyNames", kids: []*node{r.kid("propertyNames")}})
	}
	for _, keyword := range []string{"dependencies", "dependentRequired", "dependentSchemas"} {
		if keyword != "dependencies" && r.draft < draft2019 {
			continue
		}
		m, _ := r.m[keyword].(map[string]any)
		for _, name := range keys(r.m[keyword]) {
			if list, ok := m[name].([]any); ok {
				for _, needed := range strs(list) {
					r.add(&literal{op: opNeeds, keyword: keyword, text: name, names: []string{needed}})
				}
			} else if keyword != "dependentRequired" {
				r.add(&literal{op: opWhen, keyword: keyword, text: name, kids: []*node{r.kid(keyword + "/" + escape(name))}})
			}
		}
	}
}

// items reads the keywords of arrays; all dialects come out as 2020-12 has it.
func (r *reader) items() {
	r.count("minItems", opMinItems)
	r.count("maxItems", opMaxItems)
	if r.m["uniqueItems"] == true {
		r.add(&literal{op: opUnique, keyword: "uniqueItems"})
	}
	tuple, rest := "prefixItems", "items"
	if _, isList := r.m["items"].([]any); isList && r.draft < draft2020 {
		tuple, rest = "items", "additionalItems"
	}
	list, _ := r.m[tuple].([]any)
	if tuple == "prefixItems" && r.draft < draft2020 {
		list = nil
	}
	for i := range list {
		r.add(&literal{op: opItem, keyword: tuple, n: i, kids: []*node{r.kid(tuple + "/" + strconv.Itoa(i))}})
	}
	if r.has(rest) {
		r.add(&literal{op: opRest, keyword: rest, n: len(list), kids: []*node{r.kid(rest)}})
	}
	if r.has("contains") && r.draft >= draft6 {
		least, most := 1, -1
		if r.draft >= draft2019 {
			if n, ok := size(r.m["minContains"]); ok {
				least = n
			}
			if n, ok := size(r.m["maxContains"]); ok {
				most = n
			}
		}
		kid := []*node{r.kid("contains")}
		if least > 0 {
			r.add(&literal{op: opAtLeast, keyword: "contains", n: least, kids: kid})
		}
		if most >= 0 {
			r.add(&literal{op: opAtMost, keyword: "contains", n: most, kids: kid})
		}
	}
}

func strs(v any) []string {
	list, _ := v.([]any)
	var all []string
	for _, one := range list {
		if s, ok := one.(string); ok {
			all = append(all, s)
		}
	}
	return all
}

func keys(v any) []string {
	m, _ := v.(map[string]any)
	return slices.Sorted(maps.Keys(m))
}
