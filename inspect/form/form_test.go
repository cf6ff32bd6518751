package form_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect/form"
	"github.com/mcpctl/mcpctl/mcp"
)

func empty(schema string) *form.Form { return form.New(mcp.MustParse(schema), form.Options{}) }

// drawn is a form as lines, for comparison.
func drawn(f *form.Form) string {
	var b strings.Builder
	var draw func(fd *form.Field)
	draw = func(fd *form.Field) {
		fmt.Fprintf(&b, "%s%s %s", strings.Repeat("  ", fd.Depth()), fd.Name, fd.Type)
		for _, word := range []string{fd.Limits, strings.Join(fd.Branches, "|")} {
			if word != "" {
				b.WriteString(" (" + word + ")")
			}
		}
		if fd.Required {
			b.WriteString(" required")
		}
		if fd.Default.Exists() {
			b.WriteString(" default " + fd.Default.String())
		}
		if fd.Open {
			b.WriteString(" +")
		}
		b.WriteByte('\n')
		for _, child := range fd.Children {
			draw(child)
		}
	}
	for _, child := range f.Root().Children {
		draw(child)
	}
	return b.String()
}

func TestFields(t *testing.T) {
	for name, c := range map[string]struct{ schema, want string }{
		"leaves": {
			`{"type":"object","required":["a","e"],"properties":{
			  "a":{"type":"integer","minimum":1,"maximum":10,"default":3},"b":{"type":"string","minLength":2,"pattern":"^x","format":"email"},
			  "c":{"type":"boolean"},"d":{"type":"number","exclusiveMinimum":0,"multipleOf":0.5},"e":{"enum":["x",1,null]},"f":{"const":7},"g":{},"h":{"type":"null"}}}`,
			"  a integer (1..10) required default 3\n  b string (length ≥ 2 · format email · pattern ^x)\n  c boolean\n  d number (> 0 · multiple of 0.5)\n  e enum required\n  f const\n  g any\n  h null\n",
		},
		"nested": {
			`{"properties":{"o":{"type":"object","properties":{"p":{"type":"string"}},"required":["p"]},"l":{"type":"array","items":{"type":"object"},"minItems":1,"maxItems":4},"m":{"type":"object","additionalProperties":{"type":"integer"}}}}`,
			"  o object\n    p string required\n  l array of object (items 1..4) +\n  m map +\n",
		},
		"required array starts with its items": {
			`{"required":["l"],"properties":{"l":{"type":"array","items":{"type":"string"},"minItems":2}}}`,
			"  l array of string (items ≥ 2) required +\n    0 string required\n    1 string required\n",
		},
		"choices with titles": {
			`{"properties":{"s":{"type":"string","oneOf":[{"const":"w","title":"Window"},{"const":"a","title":"Aisle"}]},"m":{"type":"array","items":{"anyOf":[{"const":"x","title":"X"},{"const":"y"}]}}}}`,
			"  s enum\n  m array of enum\n",
		},
		"optional the way Pydantic writes it": {
			`{"properties":{"a":{"anyOf":[{"type":"string"},{"type":"null"}],"default":null},"b":{"anyOf":[{"enum":["x","y"]},{"type":"null"}]}}}`,
			"  a string (string|null) default null\n  b enum\n",
		},
		"type list": {
			`{"properties":{"a":{"type":["string","integer","null"]}}}`,
			"  a string (string|integer|null)\n",
		},
		"discriminated union": {
			`{"properties":{"t":{"oneOf":[{"properties":{"kind":{"const":"byId"},"id":{"type":"string"}},"required":["kind","id"]},{"properties":{"kind":{"const":"byName"},"name":{"type":"string"}}}]}}}`,
			"  t object (byId|byName)\n    kind const required\n    id string required\n",
		},
		"union by requirement": {
			`{"properties":{"a":{"type":"string"},"b":{"type":"string"}},"anyOf":[{"required":["a"]},{"required":["b"]}]}`,
			"  a string required\n  b string\n",
		},
		"allOf merges": {
			`{"allOf":[{"properties":{"a":{"type":"integer","minimum":1}}},{"properties":{"a":{"maximum":5},"b":{"type":"string"}},"required":["b"]}]}`,
			"  a integer (1..5)\n  b string required\n",
		},
		"references and recursion": {
			`{"$defs":{"node":{"type":"object","properties":{"v":{"type":"integer"},"next":{"$ref":"#/$defs/node"}},"required":["v"]}},"properties":{"n":{"$ref":"#/$defs/node"}}}`,
			"  n object\n    v integer required\n    next object\n",
		},
		"anchors and ids": {
			`{"$id":"http://x.test/a","$defs":{"p":{"$anchor":"pos","type":"integer"},"q":{"$id":"q","$defs":{"z":{"type":"boolean"}},"$ref":"#/$defs/z"}},"properties":{"a":{"$ref":"#pos"},"b":{"$ref":"http://x.test/q"}}}`,
			"  a integer\n  b boolean\n",
		},
		"draft-07": {
			`{"$schema":"http://json-schema.org/draft-07/schema#","definitions":{"s":{"type":"string"}},"properties":{"a":{"$ref":"#/definitions/s","type":"integer"},"t":{"type":"array","items":[{"type":"string"},{"type":"integer"}]},"e":{"type":"string","enum":["a","b"],"enumNames":["Alpha","Beta"]}}}`,
			"  a string\n  t array of 2 and more +\n  e enum\n",
		},
		"what must not be there is not shown": {
			`{"properties":{"a":false,"b":true}}`, "  b any\n",
		},
		"of duplicates the last one counts": {
			`{"properties":{"a":{"type":"string"},"b":{"type":"string"},"a":{"type":"integer"}}}`, "  b string\n  a integer\n",
		},
		"required and not described": {
			`{"type":"object","required":["z"],"additionalProperties":{"type":"string"}}`, "  z string required\n",
		},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, c.want, drawn(empty(c.schema))) })
	}
}

func TestTypingMakesTheValue(t *testing.T) {
	f := empty(`{"type":"object","required":["n","ok"],"properties":{"n":{"type":"integer"},"s":{"type":"string"},"ok":{"type":"boolean"},
	  "o":{"type":"object","properties":{"p":{"type":"number"},"q":{"type":"array","items":{"type":"string"}}},"required":["q"]},"m":{"type":"object","additionalProperties":{"type":"integer"}}}}`)
	assert.Equal(t, `{"ok":false}`, f.Value().String(), "what is optional is left out, with all that it requires")
	problems := f.Check()
	require.Len(t, problems, 1)
	assert.Equal(t, "/n is required", problems[0].String())

	require.NoError(t, f.Set("/n", "12345678901234567890123"))
	require.NoError(t, f.Set("/o/p", "1.50"))
	require.NoError(t, f.Toggle("/ok"))
	assert.Equal(t, `{"n":12345678901234567890123,"ok":true,"o":{"p":1.50,"q":[]}}`, f.Value().String(), "numbers keep their spelling")
	assert.Empty(t, f.Check())

	path, err := f.Add("/o/q")
	require.NoError(t, err)
	assert.Equal(t, "/o/q/0", path)
	require.NoError(t, f.Set(path, `a "b" <c>`))
	path, err = f.AddMember("/m", "x/y")
	require.NoError(t, err)
	assert.Equal(t, "/m/x~1y", path)
	require.NoError(t, f.Set(path, "5x"))
	assert.JSONEq(t, `{"n":12345678901234567890123,"ok":true,"o":{"p":1.50,"q":["a \"b\" <c>"]},"m":{"x/y":"5x"}}`, f.Value().String())
	problems = f.Check()
	require.Len(t, problems, 1)
	assert.Equal(t, "/m/x~1y is not a number", problems[0].String())
	assert.Equal(t, "is not a number", f.Find(path).Problem)

	require.NoError(t, f.Rename(path, "z"))
	require.NoError(t, f.Set("/m/z", "7"))
	require.NoError(t, f.Unset("/o"))
	assert.Equal(t, `{"n":12345678901234567890123,"ok":true,"m":{"z":7}}`, f.Value().String())
	require.NoError(t, f.Remove("/m/z"))
	require.NoError(t, f.Unset("/m"))
	assert.Equal(t, `{"n":12345678901234567890123,"ok":true}`, f.Value().String())
}

func TestTextIsNeverLeftOutByItself(t *testing.T) {
	f := empty(`{"properties":{"s":{"type":"string"},"b":{"type":"boolean"}}}`)
	require.NoError(t, f.Set("/s", ""))
	assert.Equal(t, `{"s":""}`, f.Value().String())
	require.NoError(t, f.Toggle("/s"))
	assert.Equal(t, `{}`, f.Value().String())
	for _, want := range []string{`{"b":true}`, `{"b":false}`, `{}`} {
		require.NoError(t, f.Toggle("/b"))
		assert.Equal(t, want, f.Value().String())
	}
}

func TestOnlySomeObjectsInviteMembers(t *testing.T) {
	for schema, open := range map[string]bool{
		`{"type":"object"}`: false, `{"type":"object","properties":{}}`: false, `{"additionalProperties":false}`: false,
		`{"type":"object","additionalProperties":true}`: true, `{"type":"object","additionalProperties":{"type":"string"}}`: true,
		`{"type":"object","patternProperties":{"^x":{}}}`: true,
	} {
		assert.Equal(t, open, empty(schema).Root().Open, schema)
	}
	assert.True(t, empty(`{"properties":{"free":{"type":"object"}}}`).Find("/free").Open)
}

func TestDefaults(t *testing.T) {
	const schema = `{"required":["r"],"properties":{"r":{"type":"string","default":"x"},"o":{"type":"integer","default":1},"bad":{"type":"integer","default":"one"},"e":{"type":"object","properties":{"i":{"type":"boolean","default":true}}}}}`
	f := empty(schema)
	assert.Equal(t, `{"r":"x"}`, f.Value().String(), "an optional default is left to the server")
	f = form.New(mcp.MustParse(schema), form.Options{Prefill: true})
	assert.Equal(t, `{"r":"x","o":1}`, f.Value().String(), "a default within something optional does not bring it in")
	require.NoError(t, f.Toggle("/e"))
	assert.Equal(t, `{"r":"x","o":1,"e":{"i":true}}`, f.Value().String())
	require.NoError(t, f.Unset("/o"))
	assert.Equal(t, `{"r":"x","e":{"i":true}}`, f.Value().String())
}

func TestRootsThatAreNoObjects(t *testing.T) {
	for schema, text := range map[string]string{`{"type":"string"}`: `"x"`, `{"type":"array","items":{"type":"integer"}}`: `[1]`, `true`: `{"a":1}`, `{"anyOf":[{"type":"integer"},{"type":"null"}]}`: `null`, `7`: `[]`} {
		f := empty(schema)
		require.NoError(t, f.SetJSON("", []byte(text)), schema)
		assert.Equal(t, text, f.Value().String(), schema)
	}
	f := empty(`{"type":"integer"}`)
	assert.False(t, f.Value().Exists())
	assert.Len(t, f.Check(), 1)
	require.NoError(t, f.Set("", "4"))
	assert.Empty(t, f.Check())
	assert.Equal(t, form.Raw, form.New(mcp.Value{}, form.Options{}).Root().Kind)
}
