package inspect

import (
	"slices"
	"strconv"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// maxFollow bounds how deep references and alternatives of a schema are
// followed, maxParts how many of them there are. What lies beyond may be
// anything.
const (
	maxFollow = 12
	maxParts  = 200
)

// shape is a schema of a server's within the document that its references point
// into. It says what words mean; what is valid is for package schema to say.
type shape struct {
	root, at mcp.Value
}

func newShape(document mcp.Value) shape { return shape{document, document} }

func (s shape) in(at mcp.Value) shape { return shape{s.root, at} }

// followed is the shape with a local reference resolved.
func (s shape) followed() shape {
	for range maxFollow {
		ref := s.at.Get("$ref").Text()
		path, local := strings.CutPrefix(ref, "#")
		if !local {
			return s
		}
		to := pointed(s.root, path)
		if !to.Exists() {
			return s
		}
		s = s.in(to)
	}
	return s
}

// pointed follows a JSON Pointer.
func pointed(v mcp.Value, pointer string) mcp.Value {
	if pointer == "" {
		return v
	}
	for token := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		token = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
		if items := v.Items(); items != nil {
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(items) {
				return mcp.Value{}
			}
			v = items[i]
			continue
		}
		v = v.Get(token)
	}
	return v
}

// parts are the shape itself and all that it is composed of.
func (s shape) parts() []shape {
	var all []shape
	var add func(s shape, depth int)
	add = func(s shape, depth int) {
		s = s.followed()
		if depth > maxFollow || len(all) >= maxParts {
			return
		}
		all = append(all, s)
		for _, word := range []string{"allOf", "anyOf", "oneOf"} {
			for _, item := range s.at.Get(word).Items() {
				add(s.in(item), depth+1)
			}
		}
	}
	add(s, 0)
	return all
}

// property is the shape of a member; found tells whether the schema names it.
func (s shape) property(name string) (found bool, p shape) {
	for _, part := range s.parts() {
		if at := part.at.Get("properties", name); at.Exists() {
			return true, part.in(at)
		}
	}
	for _, part := range s.parts() {
		if more := part.at.Get("additionalProperties"); more.Is(mcp.Object) {
			return false, part.in(more)
		}
	}
	return false, s.in(mcp.Value{})
}

// names are the members that the schema names, in its order.
func (s shape) names() []string {
	var all []string
	seen := map[string]bool{}
	for _, part := range s.parts() {
		for _, m := range part.at.Get("properties").Members() {
			if !seen[m.Name] {
				seen[m.Name] = true
				all = append(all, m.Name)
			}
		}
	}
	return all
}

// required are the members that must be there whatever the others are.
func (s shape) required() []string {
	var all []string
	for _, item := range s.followed().at.Get("required").Items() {
		all = append(all, item.Text())
	}
	return all
}

// open reports whether the schema invites members that it does not name. That
// it merely lets them pass, as schemas do that say nothing of it, is no
// invitation: there a name that is not known is mostly a slip.
func (s shape) open() bool {
	named := false
	for _, part := range s.parts() {
		more := part.at.Get("additionalProperties")
		if more.True() || more.Is(mcp.Object) || part.at.Has("patternProperties") {
			return true
		}
		named = named || part.at.Has("properties") || more.Is(mcp.Bool)
	}
	return !named
}

// item is the shape of an array's element.
func (s shape) item(i int) shape {
	for _, part := range s.parts() {
		if first := part.at.Get("prefixItems").Items(); i < len(first) {
			return part.in(first[i])
		}
		items := part.at.Get("items")
		if old := items.Items(); i < len(old) {
			return part.in(old[i])
		}
		if items.Is(mcp.Object) {
			return part.in(items)
		}
	}
	return s.in(mcp.Value{})
}

// kinds are the JSON types that a value may have; nil says that nothing is known.
func (s shape) kinds() []string {
	effort := maxParts
	return s.kindsWithin(maxFollow, &effort)
}

func (s shape) kindsWithin(depth int, effort *int) []string {
	s = s.followed()
	if *effort--; depth == 0 || *effort < 0 {
		return nil
	}
	if own := s.ownKinds(); own != nil {
		return own
	}
	for _, item := range s.at.Get("allOf").Items() {
		if all := s.in(item).kindsWithin(depth-1, effort); all != nil {
			return all
		}
	}
	for _, word := range []string{"anyOf", "oneOf"} {
		var all []string
		for _, item := range s.at.Get(word).Items() {
			one := s.in(item).kindsWithin(depth-1, effort)
			if one == nil {
				return nil
			}
			all = append(all, one...)
		}
		if all != nil {
			slices.Sort(all)
			return slices.Compact(all)
		}
	}
	return nil
}

func (s shape) ownKinds() []string {
	if t := s.at.Get("type"); t.Is(mcp.String) {
		return []string{t.Text()}
	} else if t.Is(mcp.Array) {
		var all []string
		for _, item := range t.Items() {
			all = append(all, item.Text())
		}
		return all
	}
	var all []string
	for _, v := range s.choices() {
		kind := v.Kind().String()
		if kind == "" || slices.Contains(all, kind) {
			continue
		}
		all = append(all, kind)
	}
	return all
}

// choices are the values of an enumeration, nil for none.
func (s shape) choices() []mcp.Value {
	s = s.followed()
	if one := s.at.Get("const"); one.Exists() {
		return []mcp.Value{one}
	}
	return s.at.Get("enum").Items()
}
