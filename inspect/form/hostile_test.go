package form_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect/form"
	"github.com/mcpctl/mcpctl/mcp"
)

// nest wraps text n times.
func nest(n int, before, core, after string) string {
	return strings.Repeat(before, n) + core + strings.Repeat(after, n)
}

func TestHostileSchemas(t *testing.T) {
	wide := make([]string, 5_000)
	for i := range wide {
		wide[i] = fmt.Sprintf(`"p%d":{"type":"string"}`, i)
	}
	chain := make([]string, 40) // each refers twice to the next: 2^40 paths
	for i := range chain {
		chain[i] = fmt.Sprintf(`"d%d":{"allOf":[{"$ref":"#/$defs/d%d"},{"$ref":"#/$defs/d%d"}]}`, i, i+1, i+1)
	}
	choices := make([]string, 40) // each offers two of the next: 2^40 branches
	for i := range choices {
		choices[i] = fmt.Sprintf(`"d%d":{"anyOf":[{"title":"a","$ref":"#/$defs/d%d"},{"title":"b","$ref":"#/$defs/d%d"}]}`, i, i+1, i+1)
	}
	dead := strings.TrimSuffix(strings.Repeat("false,", 1000), ",")
	for name, schema := range map[string]string{
		"deep":              nest(3_000, `{"type":"object","properties":{"a":`, `{}`, `}}`),
		"deep allOf":        nest(3_000, `{"allOf":[`, `{}`, `]}`),
		"deep required":     nest(500, `{"type":"object","required":["a"],"properties":{"a":`, `{}`, `}}`),
		"wide":              `{"type":"object","properties":{` + strings.Join(wide, ",") + `}}`,
		"self":              `{"$ref":"#"}`,
		"circle":            `{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"allOf":[{"$ref":"#/$defs/a"}]}},"$ref":"#/$defs/a"}`,
		"union of itself":   `{"anyOf":[{"$ref":"#"},{"type":"string"}]}`,
		"required itself":   `{"type":"object","required":["a"],"properties":{"a":{"$ref":"#"}}}`,
		"array of itself":   `{"type":"array","minItems":3,"items":{"$ref":"#"}}`,
		"remote":            `{"$ref":"http://127.0.0.1:1/x"}`,
		"dangling":          `{"properties":{"a":{"$ref":"#/nowhere"},"b":{"$ref":"#none"},"c":{"$ref":"::bad"}}}`,
		"many paths":        `{"$ref":"#/$defs/d0","$defs":{` + strings.Join(chain, ",") + `,"d40":{"type":"string"}}}`,
		"many branches":     `{"$ref":"#/$defs/d0","$defs":{` + strings.Join(choices, ",") + `,"d40":{"type":"object","properties":{"a":{"$ref":"#"}}}}}`,
		"dead branches":     `{"oneOf":[` + dead + `],"anyOf":[` + dead + `,{"anyOf":[` + dead + `]}]}`,
		"no value":          `{"allOf":[{"type":"string"},{"type":"integer"}]}`,
		"false":             `false`,
		"no schema":         `"x"`,
		"odd keywords":      `{"type":{"a":1},"enum":7,"required":"a","properties":[1],"items":3,"oneOf":{},"minimum":"1","$ref":7,"allOf":[null],"pattern":[],"format":{}}`,
		"empty enum":        `{"enum":[]}`,
		"wrong enum":        `{"type":"integer","enum":["a"]}`,
		"huge minItems":     `{"required":["a"],"properties":{"a":{"type":"array","minItems":1000000000,"items":{"type":"array","minItems":99999,"items":{}}}}}`,
		"duplicate members": `{"properties":{"a":{"type":"string"},"a":{"type":"integer"}}}`,
		"pattern bomb":      `{"patternProperties":{"(((a{100}){100}){100})":{}}, "properties":{"a":{"type":"string","pattern":"((((a{9}){9}){9}){9}){9}"}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			f := empty(schema)
			require.NoError(t, f.SetJSON("", []byte(`{"a":{"a":[{"a":1}]},"p7":"x"}`)))
			assert.JSONEq(t, `{"a":{"a":[{"a":1}]},"p7":"x"}`, f.Value().String())
			f.Check()
			f.Reset()
			f.Check()
			assert.LessOrEqual(t, count(f.Root()), 5_100)
			assert.Less(t, time.Since(start), time.Minute, "it has no end")
		})
	}
}

func count(fd *form.Field) int {
	n := 1
	for _, child := range fd.Children {
		n += count(child)
	}
	return n
}

func TestHostileValues(t *testing.T) {
	f := empty(`{"type":"object","properties":{"a":{"$ref":"#"},"l":{"type":"array","items":{"type":"integer"}}}}`)
	deep := nest(500, `{"a":`, `{}`, `}`)
	require.NoError(t, f.SetJSON("", []byte(deep)))
	assert.Equal(t, deep, f.Value().String())
	assert.Error(t, func() error { f.Check(); return f.Unjudged() }(), "it is too deep to be judged, and that is said")

	long := `{"l":[` + strings.TrimSuffix(strings.Repeat("1,", 100_000), ",") + `]}`
	require.NoError(t, f.SetJSON("", []byte(long)))
	assert.Equal(t, long, f.Value().String())
	assert.True(t, f.Find("/l").Misfit, "too long for fields")

	require.Error(t, f.SetJSON("", []byte(`{`)))
	require.Error(t, f.SetJSON("", []byte("\"\xff\"")))
	require.Error(t, f.SetJSON("", make([]byte, form.MaxText+1)))
	require.Error(t, f.Set("/l", strings.Repeat("x", form.MaxText+1)))
	assert.Equal(t, long, f.Value().String(), "what failed changed nothing")
}

func TestWhatIsNotShownIsSaid(t *testing.T) {
	f := empty(`{"properties":{"a":{"type":"string"}},"if":{"required":["a"]},"then":{"required":["b"]}}`)
	assert.Contains(t, strings.Join(f.Root().Notes, " "), "if: checked, not shown")
	require.NoError(t, f.Set("/a", "x"))
	problems := f.Check()
	require.Len(t, problems, 1)
	assert.Contains(t, problems[0].Message, `lacks the member "b"`)

	f = empty(`{"properties":{"a":{"$ref":"https://example.com/s"}}}`)
	assert.Contains(t, strings.Join(f.Find("/a").Notes, " "), "not fetched")
	assert.Equal(t, form.Raw, f.Find("/a").Kind)
	require.NoError(t, f.Set("/a", "x"))
	assert.Contains(t, f.Check()[0].Message, "is not JSON")
	require.Error(t, f.Unjudged())
	require.NoError(t, f.Set("/a", "[1, 2]"))
	assert.Equal(t, `{"a":[1, 2]}`, f.Value().String())
}

func FuzzForm(f *testing.F) {
	f.Add(`{"type":"object","properties":{"a":{"$ref":"#"}}}`, `{"a":{"b":1}}`, uint64(1))
	f.Add(`{"oneOf":[{"const":1},{"type":"array","items":{"enum":["a","b"]}}]}`, `["a","a"]`, uint64(2))
	f.Add(`{"type":["string","null"],"format":"date"}`, `"x"`, uint64(3))
	f.Add(`{"$id":"a","$defs":{"x":{"$anchor":"y"}},"patternProperties":{"^a":{"$dynamicRef":"#y"}}}`, `{"ab":1.0}`, uint64(4))
	f.Add(`{"prefixItems":[{"minimum":1}],"items":{"anyOf":[{"type":"integer"},{"required":["k"]}]}}`, `[0,{"k":null}]`, uint64(5))
	f.Fuzz(func(t *testing.T, schema, value string, seed uint64) {
		by, err := mcp.Parse([]byte(schema))
		if err != nil {
			return
		}
		made := form.New(by, form.Options{Prefill: seed%2 == 0})
		if made.SetJSON("", []byte(value)) == nil {
			if v, err := mcp.Parse([]byte(value)); err == nil {
				require.True(t, mcp.Equal(v, made.Value()), "%s\n%s", v, made.Value())
			}
		}
		m := newMaker(seed)
		for range 8 {
			m.act(made)
			made.Check()
			if v := made.Value(); v.Exists() {
				again := form.New(by, form.Options{Value: v})
				require.True(t, mcp.Equal(v, again.Value()), "%s\n%s", v, again.Value())
			}
		}
	})
}
