package schema

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestExample(t *testing.T) {
	for _, tt := range []struct{ name, schema, want string }{
		{"nothing required", `{"type":"object","properties":{"a":{"type":"string"}}}`, `{}`},
		{"one of each", `{"type":"object","required":["s","i","n","b","z","l","o"],"properties":{
			"s":{"type":"string"},"i":{"type":"integer"},"n":{"type":"number"},"b":{"type":"boolean"},"z":{"type":"null"},
			"l":{"type":"array"},"o":{"type":"object"}}}`, `{"b":false,"i":0,"l":[],"n":0,"o":{},"s":"x","z":null}`},
		{"what is spelled out", `{"type":"object","required":["c","e","d","x"],"properties":{
			"c":{"const":7},"e":{"enum":["b","a"]},"d":{"type":"string","default":"dd"},"x":{"type":"integer","examples":[5]}}}`,
			`{"c":7,"d":"dd","e":"b","x":5}`},
		{"a default that is not valid", `{"type":"object","required":["d"],"properties":{"d":{"type":"integer","default":"no"}}}`, `{"d":0}`},
		{"bounds", `{"type":"array","prefixItems":[{"type":"integer","minimum":3},{"type":"integer","exclusiveMaximum":-2},
			{"type":"number","exclusiveMinimum":0,"maximum":0.5},{"type":"integer","minimum":5,"multipleOf":4},{"type":"string","minLength":3}],"minItems":5}`,
			`[3,-3,0.001,8,"xxx"]`},
		{"formats", `{"type":"array","minItems":2,"prefixItems":[{"type":"string","format":"date"},{"type":"string","format":"email","minLength":20}]}`,
			`["2025-01-01","user@example.comxxxx"]`},
		{"patterns", `{"type":"array","minItems":4,"prefixItems":[{"type":"string","pattern":"^[A-Z]{2}-\\d+$"},{"type":"string","pattern":"^a*$","minLength":3},
			{"type":"string","pattern":"b","minLength":2},{"type":"string","pattern":"^(on|off)$"}]}`, `["AA-0","aaa","bx","on"]`},
		{"references", `{"type":"object","required":["a"],"properties":{"a":{"$ref":"#/$defs/n"}},
			"$defs":{"n":{"type":"object","required":["v"],"properties":{"v":{"type":"integer"},"next":{"$ref":"#/$defs/n"}}}}}`, `{"a":{"v":0}}`},
		{"unions", `{"type":"object","required":["a","b"],"properties":{"a":{"anyOf":[{"type":"string"},{"type":"null"}]},
			"b":{"oneOf":[{"type":"object","required":["k"],"properties":{"k":{"const":"x"}}},{"type":"string"}]}}}`, `{"a":"x","b":{"k":"x"}}`},
		{"a first branch that cannot be", `{"allOf":[{"anyOf":[false,{"type":"integer"}]}]}`, `0`},
		{"all of several", `{"allOf":[{"type":"object","required":["a"]},{"properties":{"a":{"type":"integer"}}},{"properties":{"a":{"minimum":2}}}]}`, `{"a":2}`},
		{"a type among several", `{"type":["null","integer"]}`, `0`},
		{"companions", `{"type":"object","required":["a"],"dependentRequired":{"a":["b"]}}`, `{"a":"x","b":"x"}`},
		{"members by number", `{"type":"object","minProperties":3,"properties":{"a":{"type":"boolean"}},"additionalProperties":{"type":"integer"}}`,
			`{"a":false,"member1":0,"member2":0}`},
		{"distinct items", `{"type":"array","minItems":3,"uniqueItems":true,"items":{"type":"string"}}`, `["x","x1","x2"]`},
		{"distinct items of an enum", `{"type":"array","minItems":2,"uniqueItems":true,"items":{"enum":["a","b"]}}`, `["a","b"]`},
		{"contains", `{"type":"array","contains":{"const":5}}`, `[5]`},
		{"draft-04", `{"$schema":"http://json-schema.org/draft-04/schema#","type":"integer","minimum":4,"exclusiveMinimum":true}`, `5`},
		{"draft-07 tuple", `{"$schema":"http://json-schema.org/draft-07/schema#","type":"array","minItems":2,"items":[{"type":"null"},{"const":1}]}`, `[null,1]`},
		{"anything", `{}`, `"x"`},
		{"the long way round", `{"if":{"not":{"required":["a"]}},"then":false,"type":"object","properties":{"a":{"type":"integer"}}}`, `{"a":0}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			value, err := Example([]byte(tt.schema))
			require.NoError(t, err)
			got, err := json.Marshal(value)
			require.NoError(t, err)
			assert.Equal(t, tt.want, string(got))
			v, err := Compile([]byte(tt.schema))
			require.NoError(t, err)
			problems, err := v.Validate(got)
			require.NoError(t, err)
			assert.Empty(t, problems)
		})
	}
}

func TestExampleGivesUp(t *testing.T) {
	for _, tt := range []struct{ name, schema, says string }{
		{"a long string", `{"type":"string","minLength":1000000000}`, "1000000000 characters"},
		{"a very long string", `{"type":"string","minLength":1e300}`, "characters"},
		{"a long list", `{"type":"array","minItems":1000000000}`, "parts"},
		{"many members", `{"type":"object","minProperties":1000000000}`, "members"},
		{"endless", `{"$ref":"#/$defs/n","$defs":{"n":{"type":"object","required":["n"],"properties":{"n":{"$ref":"#/$defs/n"}}}}}`, "levels deep"},
		{"endless and broad", `{"$ref":"#/$defs/n","$defs":{"n":{"type":"array","minItems":9,"items":{"$ref":"#/$defs/n"}}}}`, "cannot synthesise"},
		{"a doubling chain", doubling(11), "too many parts"},
		{"nothing", `false`, "admits no value"},
		{"impossible", `{"type":"integer","minimum":2,"maximum":1}`, "best guess"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Example([]byte(tt.schema))
			require.ErrorIs(t, err, ErrSynthesis)
			assert.ErrorContains(t, err, tt.says)
		})
	}
	_, err := Example([]byte(`{"pattern":"(?!x)"}`))
	assert.ErrorIs(t, err, ErrUnjudged)
}

// doubling is a schema whose every step applies the next one twice.
func doubling(steps int) string {
	defs := map[string]any{}
	name := func(i int) string { return "d" + string(rune('a'+i)) }
	for i := range steps {
		next := map[string]any{"$ref": "#/$defs/" + name(i+1)}
		defs[name(i)] = map[string]any{"anyOf": []any{next}, "oneOf": []any{next}}
	}
	defs[name(steps)] = true
	text, err := json.Marshal(map[string]any{"$ref": "#/$defs/da", "$defs": defs})
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func TestBreaking(t *testing.T) {
	raw := []byte(`{"type":"object","required":["a","e"],"additionalProperties":false,"properties":{
		"a":{"type":"integer"},"e":{"enum":["x","y"]},"o":{"type":"string"},"any":{}}}`)
	bad, err := Breaking(raw)
	require.NoError(t, err)
	v, err := Compile(raw)
	require.NoError(t, err)
	var got []string
	for _, b := range bad {
		text, err := json.Marshal(b.Value)
		require.NoError(t, err)
		got = append(got, b.Pointer+" "+b.Message+" "+string(text))
		problems, err := v.Validate(text)
		require.NoError(t, err)
		assert.NotEmpty(t, problems)
	}
	assert.Equal(t, []string{
		`/a is left out {"e":"x"}`,
		`/e is left out {"a":0}`,
		`/a is a string {"a":"mcpctl","e":"x"}`,
		`/e is a number {"a":0,"e":12345.5}`,
		`/e is none of the listed values {"a":0,"e":"mcpctl-not-listed"}`,
		`/o is a number {"a":0,"e":"x","o":12345.5}`,
		`/mcpctlUnexpected is a member too many {"a":0,"e":"x","mcpctlUnexpected":true}`,
	}, got)
	bad, err = Breaking([]byte(`{"type":"object"}`))
	require.NoError(t, err)
	assert.Empty(t, bad, "every object is fine")
}

func FuzzExample(f *testing.F) {
	f.Add([]byte(`{"type":"object","required":["a"],"properties":{"a":{"type":"string","pattern":"^[a-z]{3}$"}}}`))
	f.Add([]byte(`{"allOf":[{"$ref":"#/$defs/a"}],"$defs":{"a":{"type":["array","null"],"minItems":2,"uniqueItems":true}}}`))
	f.Add([]byte(`{"type":"number","exclusiveMinimum":1e300,"multipleOf":1e-300}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		value, err := Example(raw)
		if err != nil {
			return
		}
		text, err := json.Marshal(value)
		require.NoError(t, err)
		v, err := Compile(raw)
		require.NoError(t, err)
		problems, err := v.Validate(text)
		if err == nil {
			assert.Empty(t, problems, "%s", text)
		}
		_, _ = Breaking(raw)
	})
}
