package compat

import (
	"net/url"
	"strconv"
	"strings"
)

// drafts of JSON Schema, by year of the later ones.
const (
	draft4    = 4
	draft6    = 6
	draft7    = 7
	draft2019 = 2019
	draft2020 = 2020
)

const (
	maxNodes = 10_000
	home     = "schema:///root"
)

// document is a schema being taken apart. Places in it are told by JSON pointers.
type document struct {
	name   string // of the side, to tell apart what depends on the whole document
	root   any
	draft  int
	nodes  map[string]*node  // by place
	all    []*node           //
	bases  map[string]string // place of a schema with an address of its own: that address
	places map[string]string // address, with or without anchor: its place
	swings map[string]int    // how often each $dynamicAnchor is there; "" counts $recursiveAnchor
	parsed int
	later  []*reader // whose unevaluated keywords are still to be read
}

// take takes a decoded schema apart.
func take(name string, root any) *document {
	d := &document{name: name, root: root, draft: draftOf(root), nodes: map[string]*node{},
		bases: map[string]string{"": home}, places: map[string]string{home: ""}, swings: map[string]int{}}
	d.index(root, "", home)
	d.at("")
	for len(d.later) > 0 { // reading one may meet further parts
		r := d.later[0]
		d.later = d.later[1:]
		r.unevaluated()
	}
	return d
}

func draftOf(root any) int {
	m, _ := root.(map[string]any)
	declared, _ := m["$schema"].(string)
	for mark, draft := range map[string]int{"/draft-04/": draft4, "/draft-06/": draft6, "/draft-07/": draft7, "/draft/2019-09/": draft2019} {
		if strings.Contains(declared, mark) {
			return draft
		}
	}
	return draft2020
}

// index finds the names that schemas give themselves.
func (d *document) index(value any, place, base string) {
	m, ok := value.(map[string]any)
	if d.parsed++; !ok || d.parsed > maxNodes {
		return
	}
	key := "$id"
	if d.draft == draft4 {
		key = "id"
	}
	_, refers := m["$ref"]
	if id, ok := m[key].(string); ok && (!refers || d.draft >= draft2019) {
		address := absolute(base, id)
		if strings.HasPrefix(id, "#") {
			d.places[address] = place
		} else {
			base = strings.TrimSuffix(address, "#")
			d.bases[place], d.places[base] = base, place
		}
	}
	for _, keyword := range []string{"$anchor", "$dynamicAnchor"} {
		if anchor, ok := m[keyword].(string); ok && d.draft >= draft2019 {
			d.places[absolute(base, "#"+anchor)] = place
		}
	}
	if anchor, ok := m["$dynamicAnchor"].(string); ok {
		d.swings[anchor]++
	}
	if m["$recursiveAnchor"] == true {
		d.swings[""]++
	}
	subschemas(m, func(sub any, where string) { d.index(sub, place+where, base) })
}

// subschemas calls f for each schema right within m, with its place below m.
func subschemas(m map[string]any, f func(sub any, where string)) {
	for _, keyword := range keys(m) {
		switch v := m[keyword].(type) {
		case map[string]any:
			switch keyword {
			case "properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies":
				for _, name := range keys(v) {
					f(v[name], "/"+keyword+"/"+escape(name))
				}
			case "not", "if", "then", "else", "additionalItems", "additionalProperties", "contains", "propertyNames",
				"unevaluatedItems", "unevaluatedProperties", "items":
				f(v, "/"+keyword)
			}
		case []any:
			switch keyword {
			case "allOf", "anyOf", "oneOf", "prefixItems", "items":
				for i, sub := range v {
					f(sub, "/"+keyword+"/"+strconv.Itoa(i))
				}
			}
		}
	}
}

func escape(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
}

func absolute(base, ref string) string {
	b, err := url.Parse(base)
	if err != nil {
		return ref
	}
	u, err := b.Parse(ref)
	if err != nil {
		return ref
	}
	return u.String()
}

// value is what is at a place.
func (d *document) value(place string) (any, bool) {
	v := d.root
	for token := range strings.SplitSeq(strings.TrimPrefix(place, "/"), "/") {
		if place == "" {
			break
		}
		token = strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
		ok := false
		switch at := v.(type) {
		case map[string]any:
			v, ok = at[token]
		case []any:
			i, err := strconv.Atoi(token)
			if ok = err == nil && i >= 0 && i < len(at); ok {
				v = at[i]
			}
		}
		if !ok {
			return nil, false
		}
	}
	return v, true
}

// base is the address against which a reference at a place is read.
func (d *document) base(place string) string {
	for {
		if base, ok := d.bases[place]; ok {
			return base
		}
		place = place[:strings.LastIndexByte(place, '/')]
	}
}

// refer follows a reference from a place. Where it leads out, or nowhere, the
// address is answered.
func (d *document) refer(from, ref string) (place, address string, ok bool) {
	address = absolute(d.base(from), ref)
	if place, ok := d.places[strings.TrimSuffix(address, "#")]; ok {
		return place, address, true
	}
	where, fragment, _ := strings.Cut(address, "#")
	root, ok := d.places[where]
	if !ok {
		return "", address, false
	}
	if plain, err := url.PathUnescape(fragment); err == nil {
		fragment = plain
	}
	if !strings.HasPrefix(fragment, "/") {
		return "", address, false
	}
	_, ok = d.value(root + fragment)
	return root + fragment, address, ok
}

// at is the schema at a place, taken apart once.
func (d *document) at(place string) *node {
	if n, ok := d.nodes[place]; ok {
		return n
	}
	raw, _ := d.value(place)
	n := &node{raw: raw}
	d.nodes[place] = n
	d.all = append(d.all, n)
	if len(d.all) > maxNodes {
		n.lits = []*literal{d.opaque("", place, "the schema has more than "+strconv.Itoa(maxNodes)+" parts")}
		return n
	}
	switch v := raw.(type) {
	case bool:
		if !v {
			n.lits = []*literal{{op: opTypes, keyword: ""}}
		}
	case map[string]any:
		(&reader{document: d, place: place, m: v, node: n}).read()
	}
	return n
}

// opaque is a literal that is like no other.
func (d *document) opaque(keyword, place, why string) *literal {
	return &literal{op: opOpaque, keyword: keyword, text: d.name + " " + place, why: why}
}
