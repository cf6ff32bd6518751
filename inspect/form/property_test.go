package form_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance/schema"
	"github.com/mcpctl/mcpctl/inspect/form"
	"github.com/mcpctl/mcpctl/mcp"
)

// maker makes schemas and values by chance, the same for the same seed.
type maker struct{ *rand.Rand }

func newMaker(seed uint64) maker { return maker{rand.New(rand.NewPCG(seed, 7))} }

type object = map[string]any

func (m maker) name() string { return []string{"a", "b", "kind", "x/y", "ü", "", "~"}[m.IntN(7)] }

func (m maker) schema(depth int) any {
	if depth == 0 {
		return m.leaf()
	}
	switch m.IntN(10) {
	case 0, 1, 2:
		o := object{"type": "object", "properties": object{}}
		var required []string
		for range m.IntN(4) {
			name := m.name()
			o["properties"].(object)[name] = m.schema(depth - 1)
			if m.IntN(2) == 0 {
				required = append(required, name)
			}
		}
		if required != nil {
			o["required"] = unique(required)
		}
		if m.IntN(3) == 0 {
			o["additionalProperties"] = m.schema(depth - 1)
		}
		return o
	case 3:
		return object{"type": "array", "items": m.schema(depth - 1), "minItems": m.IntN(3)}
	case 4:
		return object{"prefixItems": []any{m.schema(depth - 1)}, "items": m.schema(depth - 1)}
	case 5:
		word := []string{"oneOf", "anyOf"}[m.IntN(2)]
		return object{word: []any{m.schema(depth - 1), m.schema(depth - 1)}, "title": "T"}
	case 6:
		return object{"allOf": []any{m.schema(depth - 1), m.schema(depth - 1)}}
	case 7:
		return object{"$ref": "#/$defs/" + []string{"one", "two"}[m.IntN(2)]}
	case 8:
		return object{"oneOf": []any{m.tagged("p", depth-1), m.tagged("q", depth-1)}}
	}
	return m.leaf()
}

func (m maker) tagged(tag string, depth int) any {
	return object{"type": "object", "properties": object{"kind": object{"const": tag}, "a": m.schema(depth)}, "required": []string{"kind"}}
}

func (m maker) leaf() any {
	switch m.IntN(9) {
	case 0:
		return object{"type": "integer", "minimum": m.IntN(3)}
	case 1:
		return object{"type": []string{"string", "null"}}
	case 2:
		return object{"enum": []any{"a", 1, nil, true}}
	case 3:
		return object{"type": "boolean", "default": true}
	case 4:
		return object{"const": "c"}
	case 5:
		return object{"type": "array", "items": object{"enum": []any{"a", "b"}}, "uniqueItems": true}
	case 6:
		return m.IntN(8) > 0
	case 7:
		return object{"type": "number"}
	}
	return object{"type": "string", "default": "d"}
}

func (m maker) root(depth int) mcp.Value {
	s := object{"allOf": []any{m.schema(depth)}, "$defs": object{"one": m.schema(1), "two": m.schema(2)}}
	if o, ok := m.schema(depth).(object); ok && m.IntN(3) > 0 {
		o["$defs"] = s["$defs"]
		s = o
	}
	return mcp.ValueOf(s)
}

func (m maker) value(depth int) any {
	kinds := 9
	if depth == 0 {
		kinds = 6
	}
	switch m.IntN(kinds) {
	case 0:
		return m.IntN(5)
	case 1:
		return []string{"a", "p", "c", ""}[m.IntN(4)]
	case 2:
		return m.IntN(2) == 0
	case 3:
		return nil
	case 4:
		return json.Number([]string{"1.50", "1e3", "99999999999999999999", "-0"}[m.IntN(4)])
	case 5:
		return "kind"
	case 6:
		all := []any{}
		for range m.IntN(4) {
			all = append(all, m.value(depth-1))
		}
		return all
	}
	o := object{}
	for range m.IntN(4) {
		o[m.name()] = m.value(depth - 1)
	}
	return o
}

func unique(names []string) []string {
	seen := map[string]bool{}
	var all []string
	for _, name := range names {
		if !seen[name] {
			seen[name] = true
			all = append(all, name)
		}
	}
	return all
}

// A form gives back any value that it was given, whatever the schema says.
func TestFormKeepsEveryValue(t *testing.T) {
	for seed := range uint64(1500) {
		m := newMaker(seed)
		by, v := m.root(3), mcp.ValueOf(m.value(4))
		f := form.New(by, form.Options{Value: v, Prefill: seed%2 == 0})
		require.True(t, mcp.Equal(v, f.Value()), "seed %d: schema %s\nvalue %s\n  got %s", seed, by, v, f.Value())
	}
}

// A value that is valid finds fields that suit it, and has no problems.
func TestValidValuesHaveNoProblems(t *testing.T) {
	judged := 0
	for seed := range uint64(600) {
		by := newMaker(seed).root(3)
		example, err := schema.Example(by.Raw())
		if err != nil {
			continue // a schema that no value fits, or none that can be found
		}
		judged++
		v := mcp.ValueOf(example)
		f := form.New(by, form.Options{Value: v})
		require.Empty(t, f.Check(), "seed %d: %s\n%s", seed, by, v)
		require.True(t, mcp.Equal(v, f.Value()), "seed %d", seed)
	}
	assert.Greater(t, judged, 300)
}

// What a form makes of any acts is JSON, goes through a form unchanged, and is
// valid by the schema when the form has no problem with it.
func TestActsKeepTheFormSound(t *testing.T) {
	sound := 0
	for seed := range uint64(600) {
		m := newMaker(seed)
		by := m.root(3)
		f := form.New(by, form.Options{Prefill: seed%2 == 0})
		judge, err := schema.Compile(by.Raw())
		if err != nil {
			require.ErrorContains(t, err, "infinite loop", "seed %d: %s", seed, by)
			continue
		}
		for range 12 {
			m.act(f)
			problems, v := f.Check(), f.Value()
			require.NotContains(t, problems, form.Problem{}, "seed %d", seed)
			if !v.Exists() {
				require.NotEmpty(t, problems, "seed %d", seed)
				continue
			}
			again := form.New(by, form.Options{Value: v})
			require.True(t, mcp.Equal(v, again.Value()), "seed %d: %s\n%s", seed, by, v)
			if len(problems) == 0 {
				sound++
				wrong, err := judge.Validate(v.Raw())
				require.NoError(t, err)
				require.Empty(t, wrong, "seed %d: %s\n%s", seed, by, v)
			}
		}
	}
	assert.Greater(t, sound, 1000)
}

// act does something that a person may do to one of the fields.
func (m maker) act(f *form.Form) {
	var all []*form.Field
	var walk func(fd *form.Field)
	walk = func(fd *form.Field) {
		all = append(all, fd)
		for _, child := range fd.Children {
			walk(child)
		}
	}
	walk(f.Root())
	fd := all[m.IntN(len(all))]
	path := fd.Path()
	switch m.IntN(12) {
	case 0, 1, 2:
		_ = f.Set(path, []string{"1", "a", "c", "1.5", "", "null", "2"}[m.IntN(7)])
	case 3:
		_ = f.Toggle(path)
	case 4:
		_ = f.Pick(path, m.IntN(4))
	case 5:
		_ = f.Choose(path, m.IntN(3))
	case 6:
		_, _ = f.Add(path)
	case 7:
		_, _ = f.AddMember(path, m.name())
	case 8:
		_ = f.Remove(path)
	case 9:
		_ = f.Expand(path)
	case 10:
		_ = f.SetJSON(path, mcp.ValueOf(m.value(2)).Raw())
	case 11:
		if m.IntN(2) == 0 {
			_ = f.Unset(path)
		} else {
			_ = f.Rename(path, fmt.Sprint(m.name(), "1"))
		}
	}
}
