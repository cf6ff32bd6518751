package schema

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp"
)

// official is the published schema of one revision.
type official struct {
	compiler    *jsonschema.Compiler
	address     string
	definitions map[string]any
	compiled    map[string]*jsonschema.Schema
}

func readOfficial(t *testing.T, r mcp.Revision) *official {
	t.Helper()
	folder := filepath.Join("..", "..", "..", "shared", "spec", "schema")
	if _, err := os.Stat(folder); err != nil {
		require.Empty(t, os.Getenv("CI"), "CI has the official schemas in %s: %v", folder, err)
		t.Skip("passed over: the folder of official schemas is absent")
	}
	raw, err := os.ReadFile(filepath.Join(folder, string(r), "schema.json"))
	require.NoError(t, err)
	value, err := decode(raw)
	require.NoError(t, err)
	document := value.(map[string]any)

	o := &official{compiler: jsonschema.NewCompiler(), compiled: map[string]*jsonschema.Schema{}}
	o.compiler.LoadURL = func(url string) (io.ReadCloser, error) { return nil, fmt.Errorf("%s is out of bounds", url) }
	for _, format := range []string{"uri", "uri-template", "byte"} { // see Peculiarities
		o.compiler.Formats[format] = func(any) bool { return true }
	}
	require.NoError(t, o.compiler.AddResource("official:///schema", strings.NewReader(string(raw))))
	for _, key := range []string{"definitions", "$defs"} {
		if definitions, ok := document[key].(map[string]any); ok {
			o.definitions, o.address = definitions, "official:///schema#/"+key+"/"
		}
	}
	require.NotEmpty(t, o.definitions)
	return o
}

func (o *official) names() []string {
	names := make([]string, 0, len(o.definitions))
	for name := range o.definitions {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (o *official) schema(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	if o.compiled[name] == nil {
		s, err := o.compiler.Compile(o.address + name)
		require.NoError(t, err)
		o.compiled[name] = s
	}
	return o.compiled[name]
}

// sampler makes valid instances by walking the published schema.
type sampler struct {
	*official
	rnd *rand.Rand
}

// fullness is how many optional members an instance has.
type fullness int

const (
	bare fullness = iota
	some
	full
)

func (s sampler) make(schema any, how fullness, depth int) any {
	k, _ := schema.(map[string]any)
	if depth > 7 {
		how = bare
	}
	if ref, ok := k["$ref"].(string); ok {
		return s.make(s.definitions[ref[strings.LastIndexByte(ref, '/')+1:]], how, depth+1)
	}
	if all, ok := k["allOf"].([]any); ok {
		merged := map[string]any{}
		for _, part := range all {
			for name, member := range s.make(part, how, depth+1).(map[string]any) {
				merged[name] = member
			}
		}
		return merged
	}
	if any, ok := k["anyOf"].([]any); ok {
		pick := s.rnd.IntN(len(any))
		if depth > 7 {
			pick = len(any) - 1 // ends JSONValue
		}
		return s.make(any[pick], how, depth+1)
	}
	if c, ok := k["const"]; ok {
		return c
	}
	if e, ok := k["enum"].([]any); ok {
		return e[s.rnd.IntN(len(e))]
	}
	kind, _ := k["type"].(string)
	if kinds, ok := k["type"].([]any); ok {
		kind = kinds[s.rnd.IntN(len(kinds))].(string)
	}
	switch kind {
	case "object":
		return s.object(k, how, depth)
	case "array":
		items := []any{}
		for range s.rnd.IntN(3) {
			items = append(items, s.make(k["items"], how, depth+1))
		}
		return items
	case "string":
		return []string{"", "x", "file:///a", "2025-11-25"}[s.rnd.IntN(4)]
	case "integer":
		return []json.Number{"0", "1", "7", "1.0"}[s.rnd.IntN(4)]
	case "number":
		return []json.Number{"0", "1", "0.5"}[s.rnd.IntN(3)]
	case "boolean":
		return s.rnd.IntN(2) == 0
	case "null":
		return nil
	}
	return []any{nil, "any", json.Number("1.5"), []any{}, map[string]any{"any": nil}}[s.rnd.IntN(5)]
}

func (s sampler) object(k map[string]any, how fullness, depth int) any {
	object := map[string]any{}
	required, _ := k["required"].([]any)
	properties, _ := k["properties"].(map[string]any)
	names := make([]string, 0, len(properties))
	for name := range properties {
		names = append(names, name)
	}
	slices.Sort(names) // maps have no order, seeds want one
	for _, name := range names {
		if slices.Contains(required, any(name)) || how == full || how == some && s.rnd.IntN(2) == 0 {
			object[name] = s.make(properties[name], how, depth+1)
		}
	}
	if extra, ok := k["additionalProperties"].(map[string]any); ok && how != bare {
		object["extra"] = s.make(extra, how, depth+1)
	}
	return object
}

// replacements are what a mutation puts in place of a part.
func replacements() []any {
	return []any{
		nil, true, json.Number("0"), json.Number("-1"), json.Number("1.0"), json.Number("1.5"), json.Number("1e3"),
		"", "x", "text", "object", []any{}, []any{nil}, []any{"x"}, map[string]any{}, map[string]any{"x": nil},
		map[string]any{"x": json.Number("0.5")}, map[string]any{"x": map[string]any{"x": "x"}}, slices.Repeat([]any{"x"}, 101),
	}
}

// mutate calls yield with value altered at one place, for every place down to
// the given depth; it stops when yield returns false. The value is restored.
func mutate(value any, depth int, yield func(any) bool) bool {
	root := []any{value}
	return mutateIn(root, func(v any) { root[0] = v }, value, depth, func() bool { return yield(root[0]) })
}

func mutateIn(parent any, set func(any), value any, depth int, yield func() bool) bool {
	for _, r := range replacements() {
		set(r)
		if !yield() {
			return false
		}
	}
	set(value)
	if depth == 0 {
		return true
	}
	switch v := value.(type) {
	case []any:
		for i, item := range v {
			if !mutateIn(v, func(r any) { v[i] = r }, item, depth-1, yield) {
				return false
			}
		}
	case map[string]any:
		for _, name := range []string{"extra", "_meta", "id", "jsonrpc", "task", "title"} {
			if _, ok := v[name]; !ok {
				v[name] = nil
				ok := yield()
				delete(v, name)
				if !ok {
					return false
				}
			}
		}
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			member := v[name]
			delete(v, name)
			ok := yield()
			if ok {
				v[strings.ToUpper(name)] = member // another case is another name
				ok = yield()
				delete(v, strings.ToUpper(name))
			}
			v[name] = member
			if !ok || !mutateIn(v, func(r any) { v[name] = r }, member, depth-1, yield) {
				return false
			}
		}
	}
	return true
}

// samples calls yield with valid and invalid instances of a definition until it
// returns false: two valid ones of each fullness, all mutations of them that lie
// near the top, and at most share of the mutations further down.
func (o *official) samples(name string, near, share int, yield func(any) bool) {
	s := sampler{o, rand.New(rand.NewPCG(2025, uint64(len(name))))}
	for range 2 {
		for _, how := range []fullness{bare, some, full} {
			value := s.make(o.definitions[name], how, 0)
			if !yield(value) || how == full && !mutate(value, near, yield) {
				return
			}
			places := 0
			mutate(value, 4, func(any) bool { places++; return true })
			thinned := func(v any) bool { return s.rnd.IntN(places) > share || yield(v) }
			if !mutate(value, 4, thinned) {
				return
			}
		}
		near = 0
	}
}
