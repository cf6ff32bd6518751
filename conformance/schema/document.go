package schema

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// maxNodes bounds the subschemas of a stranger's schema, and maxCompiled of one
// to be compiled: the cost of compiling, unlike that of reading, grows with the
// square of them, to about a second.
const (
	maxNodes    = 10_000
	maxCompiled = 4_000
)

// home is the address of a schema that does not name its own.
const home = "schema:///tool"

// document is a schema written by a stranger, taken apart far enough to follow
// its references. Patterns in it are rewritten for Go.
type document struct {
	root        any
	draft       *jsonschema.Draft
	nodes       int
	objects     []map[string]any // all subschemas but true and false
	places      map[string]any   // what an address, or an address with anchor, stands for
	refs        []reference
	badPatterns []Problem // that are no regular expression in any language
	unjudged    []string  // patterns that Go cannot run
}

type reference struct{ written, absolute string }

// notJSON says that a schema is not even JSON, which is a fault of the schema
// and not of the judge.
type notJSON struct{ error }

// open reads a schema. The error is notJSON, ErrDialect or ErrUnjudged.
func open(raw []byte) (*document, error) {
	value, err := decode(raw)
	if err != nil {
		return nil, notJSON{err}
	}
	draft, err := dialect(value)
	if err != nil {
		return nil, err
	}
	if deeper(value, MaxDepth) {
		return nil, fmt.Errorf("%w: the schema is nested more than %d levels deep", ErrUnjudged, MaxDepth)
	}
	d := &document{root: prune(value, MaxDepth), draft: draft, places: map[string]any{}}
	base, _ := url.Parse(home)
	d.places[home] = d.root
	d.read(d.root, base, nil)
	if d.nodes > maxNodes {
		return nil, fmt.Errorf("%w: the schema has more than %d parts", ErrUnjudged, maxNodes)
	}
	return d, nil
}

// read takes in one subschema and those within it.
func (d *document) read(value any, base *url.URL, path []string) {
	m, ok := value.(map[string]any)
	if d.nodes++; !ok || d.nodes > maxNodes {
		return
	}
	d.objects = append(d.objects, m)
	base = d.name(m, base)
	for _, keyword := range []string{"$ref", "$dynamicRef", "$recursiveRef"} {
		if ref, ok := m[keyword].(string); ok {
			d.refs = append(d.refs, reference{ref, absolute(base, ref)})
		}
	}
	d.readPatterns(m, path)
	clamp(m)
	eachSubschema(m, func(sub any, where ...string) {
		d.read(sub, base, append(slices.Clip(path), where...))
	})
}

// name registers the names that a subschema gives itself, and returns the base
// of the references in it.
func (d *document) name(m map[string]any, base *url.URL) *url.URL {
	key := "$id"
	if d.draft == jsonschema.Draft4 {
		key = "id"
	}
	_, isRef := m["$ref"]
	old := d.draft == jsonschema.Draft4 || d.draft == jsonschema.Draft6 || d.draft == jsonschema.Draft7
	if id, ok := m[key].(string); ok && (!isRef || !old) {
		if named, err := base.Parse(id); err == nil && strings.HasPrefix(id, "#") {
			d.places[named.String()] = m
		} else if err == nil {
			named.Fragment, base = "", named
			d.places[base.String()] = m
		}
	}
	for _, keyword := range []string{"$anchor", "$dynamicAnchor"} {
		if anchor, ok := m[keyword].(string); ok {
			d.places[absolute(base, "#"+anchor)] = m
		}
	}
	return base
}

// absolute resolves a reference; one that is no address at all stays as it is.
func absolute(base *url.URL, ref string) string {
	u, err := base.Parse(ref)
	if err != nil {
		return base.String() + "#/?" // leads nowhere
	}
	return u.String()
}

type outcome int

const (
	found outcome = iota
	dangling
	external
)

// resolve finds what an absolute reference stands for.
func (d *document) resolve(address string) (any, outcome) {
	if place, ok := d.places[strings.TrimSuffix(address, "#")]; ok {
		return place, found
	}
	where, fragment, _ := strings.Cut(address, "#")
	root, ok := d.places[where]
	if !ok {
		return nil, external
	}
	if plain, err := url.PathUnescape(fragment); err == nil {
		fragment = plain
	}
	if !strings.HasPrefix(fragment, "/") {
		return nil, dangling
	}
	for _, token := range strings.Split(fragment[1:], "/") {
		token = strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
		switch v := root.(type) {
		case map[string]any:
			root, ok = v[token]
		case []any:
			i, err := strconv.Atoi(token)
			if ok = err == nil && i >= 0 && i < len(v); ok {
				root = v[i]
			}
		default:
			ok = false
		}
		if !ok {
			return nil, dangling
		}
	}
	return root, found
}

func (d *document) refsThat(want outcome) []string {
	var refs []string
	for _, r := range d.refs {
		if _, is := d.resolve(r.absolute); is == want {
			refs = append(refs, r.written)
		}
	}
	slices.Sort(refs)
	return slices.Compact(refs)
}

// eachSubschema calls f with the schemas directly within m and where they are.
func eachSubschema(m map[string]any, f func(sub any, where ...string)) {
	for keyword, value := range m {
		switch keyword {
		case "properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies":
			named, _ := value.(map[string]any)
			for name, sub := range named {
				f(sub, keyword, name)
			}
		case "allOf", "anyOf", "oneOf", "prefixItems", "items":
			if several, ok := value.([]any); ok {
				for i, sub := range several {
					f(sub, keyword, strconv.Itoa(i))
				}
			} else if keyword == "items" {
				f(value, keyword)
			}
		case "not", "if", "then", "else", "additionalItems", "additionalProperties", "contains", "propertyNames",
			"unevaluatedItems", "unevaluatedProperties", "contentSchema":
			f(value, keyword)
		}
	}
}

// clamp keeps counts within what an int holds.
func clamp(m map[string]any) {
	for _, keyword := range []string{"minLength", "maxLength", "minItems", "maxItems", "minProperties",
		"maxProperties", "minContains", "maxContains"} {
		if n, ok := m[keyword].(json.Number); ok {
			if f, _ := n.Float64(); f > 1e15 {
				m[keyword] = json.Number("1000000000000000")
			}
		}
	}
}
