package contract

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/mcpctl/mcpctl/conformance/compat"
	"github.com/mcpctl/mcpctl/mcp"
)

// Bounds on how far a schema is read for its words.
const (
	maxWordDepth = 16
	maxWordSteps = 10_000
)

// saying is what a schema says of one place in the instance.
type saying struct{ description, fallback, others string }

// words tells of descriptions and defaults that changed where both schemas speak
// of the same place: a change for each kind, with the places.
func words(d compat.Direction, before, after mcp.Value) []Change {
	old, now := sayings(before), sayings(after)
	var described, others []string
	var all []Change
	for _, at := range slices.Sorted(maps.Keys(old)) {
		is, there := now[at]
		was := old[at]
		if !there {
			continue
		}
		if was.description != is.description {
			described = append(described, at)
		}
		if was.fallback != is.fallback && d == compat.Input {
			all = append(all, change("input-default-changed", at, fmt.Sprintf("the default of %s was %s and is %s", named(at), orNothing(was.fallback), orNothing(is.fallback)),
				mcp.Value{}, mcp.Value{}))
		}
		if was.others != is.others {
			others = append(others, at)
		}
	}
	if len(described) > 0 {
		id := "output-described-otherwise"
		if d == compat.Input {
			id = "input-described-otherwise"
		}
		all = append(all, change(id, described[0], listed("described otherwise", described), mcp.Value{}, mcp.Value{}))
	}
	if len(others) > 0 {
		all = append(all, change("schema-rewritten", others[0], listed("titled or annotated otherwise", others), mcp.Value{}, mcp.Value{}))
	}
	return all
}

func orNothing(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

// listed is a message about some places.
func listed(what string, places []string) string {
	const most = 5
	var names []string
	for _, p := range places[:min(len(places), most)] {
		if p == "" {
			names = append(names, "the whole")
			continue
		}
		names = append(names, named(p))
	}
	more := ""
	if len(places) > most {
		more = fmt.Sprintf(" and %d more", len(places)-most)
	}
	return what + ": " + strings.Join(names, ", ") + more
}

// sayings reads what a schema says, by place in the instance, through local
// references and into all branches.
func sayings(schema mcp.Value) map[string]saying {
	r := wordReader{root: schema, found: map[string]saying{}}
	r.read("", schema, 0, nil)
	return r.found
}

// wordReader is one run of sayings.
type wordReader struct {
	root  mcp.Value
	found map[string]saying
	steps int
}

func (r *wordReader) read(at string, v mcp.Value, depth int, within []string) {
	if r.steps++; r.steps > maxWordSteps || depth > maxWordDepth || !v.Is(mcp.Object) {
		return
	}
	if ref := v.Get("$ref").Text(); ref != "" && !slices.Contains(within, ref) {
		r.read(at, r.follow(ref), depth+1, append(slices.Clone(within), ref))
	}
	s := r.found[at]
	s.description = joinedBy("\n", s.description, v.Get("description").Text())
	if fallback := v.Get("default"); fallback.Exists() {
		s.fallback = joinedBy(" or ", s.fallback, fallback.String())
	}
	for _, name := range []string{"title", "examples", "$comment", "deprecated", "readOnly", "writeOnly"} {
		if note := v.Get(name); note.Exists() {
			s.others = joinedBy("\n", s.others, name+" "+note.String())
		}
	}
	r.found[at] = s
	for _, m := range v.Get("properties").Members() {
		r.read(at+"/"+mcp.EscapePointer(m.Name), m.Value, depth+1, within)
	}
	for _, name := range []string{"items", "additionalProperties", "contains"} {
		r.read(at+"/*", v.Get(name), depth+1, within)
	}
	for _, item := range slices.Concat(v.Get("prefixItems").Items(), v.Get("items").Items()) {
		r.read(at+"/*", item, depth+1, within)
	}
	for _, name := range []string{"anyOf", "oneOf", "allOf"} {
		for _, branch := range v.Get(name).Items() {
			r.read(at, branch, depth+1, within)
		}
	}
	for _, name := range []string{"if", "then", "else"} {
		r.read(at, v.Get(name), depth+1, within)
	}
}

func joinedBy(by, a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + by + b
}

// follow is what a reference within the document points at.
func (r *wordReader) follow(ref string) mcp.Value {
	path, local := strings.CutPrefix(ref, "#")
	if !local {
		return mcp.Value{}
	}
	v := r.root
	if path == "" {
		return v
	}
	for token := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		token = unescape(token)
		if i, err := strconv.Atoi(token); err == nil && i >= 0 && i < len(v.Items()) {
			v = v.Items()[i]
			continue
		}
		v = v.Get(token)
	}
	return v
}
