package schema

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func words(problems []Problem) []string {
	var all []string
	for _, p := range problems {
		all = append(all, p.String())
	}
	return all
}

func TestMetaschema(t *testing.T) {
	tests := []struct {
		name, raw string
		want      []string
		err       error
	}{
		{"the plainest", `{"type":"object"}`, nil, nil},
		{"a boolean", `true`, nil, nil},
		{"a boolean in draft-04", `{"$schema":"http://json-schema.org/draft-04/schema#","properties":{"a":true}}`,
			[]string{"/properties/a is a boolean, must be an object"}, nil},
		{"a bad type", `{"type":"text"}`,
			[]string{`/type is "text", must be "array", "boolean", "integer", "null", "number", "object" or "string"`}, nil},
		{"a bad type further down, draft-07", `{"$schema":"http://json-schema.org/draft-07/schema#","properties":{"a":{"type":"str"}}}`,
			[]string{`/properties/a/type is "str", must be "array", "boolean", "integer", "null", "number", "object" or "string"`}, nil},
		{"required as in draft-03", `{"properties":{"a":{"required":true}}}`,
			[]string{"/properties/a/required is a boolean, must be a list"}, nil},
		{"exclusiveMinimum of draft-04 in 2020-12", `{"exclusiveMinimum":true}`,
			[]string{"/exclusiveMinimum is a boolean, must be a number"}, nil},
		{"and in draft-04", `{"$schema":"http://json-schema.org/draft-04/schema","minimum":1,"exclusiveMinimum":true}`, nil, nil},
		{"2019-09", `{"$schema":"https://json-schema.org/draft/2019-09/schema","$recursiveRef":"#","minLength":-1}`,
			[]string{"/minLength must be >= 0 but found -1"}, nil},
		{"tuple of draft-07 in 2020-12", `{"items":[{}]}`, []string{"/items is a list, must be an object or a boolean"}, nil},
		{"$schema is no string", `{"$schema":7}`, []string{"/$schema is a number, must be a string"}, nil},
		{"an unknown dialect", `{"$schema":"https://example.com/dialect"}`, nil, ErrDialect},
		{"no JSON", `{`, []string{"is not JSON: unexpected EOF"}, nil},
		{"a lookahead is none of our business", `{"pattern":"^(?=a)\\d$"}`, nil, nil},
		{"no pattern at all", `{"properties":{"a":{"pattern":"(a"}}}`,
			[]string{"/properties/a/pattern is not a regular expression: missing closing )"}, nil},
		{"a name that is no pattern", `{"patternProperties":{"[":{}}}`,
			[]string{"/patternProperties/[ is not a regular expression: missing closing ]"}, nil},
		{"references are another matter", `{"$ref":"https://example.com/other"}`, nil, nil},
		{"too deep", strings.Repeat(`{"not":`, 200) + `{}` + strings.Repeat(`}`, 200), nil, ErrUnjudged},
		{"too many parts", `{"allOf":[` + strings.Repeat(`{},`, maxNodes) + `{}]}`, nil, ErrUnjudged},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			problems, err := Metaschema([]byte(tt.raw))
			assert.ErrorIs(t, err, tt.err)
			assert.Equal(t, tt.want, words(problems))
		})
	}
}

func TestReferences(t *testing.T) {
	raw := []byte(`{
		"$id": "https://example.com/tools/a.json",
		"$defs": {"here": {"$anchor": "spot"}, "inner": {"$id": "inner.json", "$defs": {"x": {}}, "$ref": "#/$defs/x"}},
		"properties": {
			"a": {"$ref": "#/$defs/here"}, "b": {"$ref": "#spot"}, "c": {"$ref": "a.json#/$defs/here"},
			"d": {"$ref": "inner.json#/$defs/x"}, "e": {"$ref": "#"}, "f": {"$ref": "#/$defs/inner/$defs/x"},
			"g": {"$ref": "#/$defs/nowhere"}, "h": {"$ref": "#nospot"}, "i": {"$ref": "inner.json#/$defs/here"},
			"j": {"$ref": "b.json"}, "k": {"$ref": "http://169.254.169.254/x"}, "l": {"$ref": "file:///etc/passwd"},
			"$ref": {"type": "string"}
		},
		"enum": [{"$ref": "data, not a reference"}]
	}`)
	assert.Equal(t, []string{"b.json", "file:///etc/passwd", "http://169.254.169.254/x"}, ExternalRefs(raw))
	assert.Equal(t, []string{"#/$defs/nowhere", "#nospot", "inner.json#/$defs/here"}, DanglingRefs(raw))
	assert.Nil(t, ExternalRefs([]byte(`{`)))
	assert.Nil(t, DanglingRefs([]byte(`{"$schema":"x:y"}`)))
}

func TestCompileRefuses(t *testing.T) {
	ring := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `"d%d":{"allOf":[{"$ref":"#/$defs/d%d"}]},`, i, i+1)
		}
		return `{"$ref":"#/$defs/d0","$defs":{` + b.String() + fmt.Sprintf(`"d%d":{}}}`, n)
	}
	tests := []struct {
		name, raw string
		err       error
		says      string
	}{
		{"an external reference", `{"$ref":"https://example.com/x"}`, ErrUnjudged, "not fetched"},
		{"a metaschema as reference", `{"$ref":"http://json-schema.org/draft-07/schema#"}`, ErrUnjudged, "not fetched"},
		{"a lookahead", `{"pattern":"(?!a)"}`, ErrUnjudged, "regular expressions"},
		{"a pattern that unfolds", `{"pattern":"((abcdefghij){30}){30}"}`, ErrUnjudged, "too large"},
		{"many parts", `{"allOf":[` + strings.Repeat(`{},`, maxCompiled) + `{}]}`, ErrUnjudged, "more than 4000 parts"},
		{"an unknown dialect", `{"$schema":"urn:x"}`, ErrDialect, "urn:x"},
		{"a long chain", ring(50), ErrUnjudged, "in turn"},
		{"a dangling reference", `{"$ref":"#/nope"}`, nil, "leads nowhere"},
		{"a bad schema", `{"type":5}`, nil, "/type"},
		{"a circle", `{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/a"}}}`, nil, "infinite loop"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Compile([]byte(tt.raw))
			require.ErrorContains(t, err, tt.says)
			if tt.err != nil {
				assert.ErrorIs(t, err, tt.err)
			} else {
				assert.NotErrorIs(t, err, ErrUnjudged)
			}
		})
	}
}

func TestValidator(t *testing.T) {
	tests := []struct {
		name, schema, value string
		want                []string
	}{
		{"valid", `{"properties":{"a":{"type":"integer"}}}`, `{"a":1}`, nil},
		{"another type", `{"properties":{"a":{"type":"integer"}}}`, `{"a":"1"}`, []string{"/a is a string, must be an integer"}},
		{"closed", `{"properties":{"a":{}},"patternProperties":{"^x-":{}},"additionalProperties":false}`, `{"a":1,"c":1,"b":1,"x-d":1}`,
			[]string{`has members that are not allowed: "b", "c"`}},
		{"a format is no promise", `{"format":"date"}`, `"yesterday"`, nil},
		{"not in draft-07 either", `{"$schema":"http://json-schema.org/draft-07/schema#","format":"date","contentEncoding":"base64"}`, `"%"`, nil},
		{"an identified schema", `{"$id":"https://example.com/s","$ref":"#/$defs/a","$defs":{"a":{"type":"null"}}}`, `1`, []string{"is a number, must be null"}},
		{"with a $schema of its own spelling", `{"$schema":"https://json-schema.org/draft-07/schema","type":"null"}`, `1`, []string{"is a number, must be null"}},
		{"an escape of ECMA-262", `{"pattern":"^\\u0041$"}`, `"A"`, nil},
		{"not", `{"not":{"type":"string"}}`, `"A"`, []string{"is what it must not be"}},
		{"false", `{"properties":{"a":false}}`, `{"a":1}`, []string{"/a is not allowed"}},
		{"contains", `{"contains":{"type":"string"}}`, `[1]`, []string{"valid must be >= 1, but got 0"}},
		{"no JSON", `{}`, `nope`, []string{"is not JSON: invalid character 'o' in literal null (expecting 'u')"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v, err := Compile([]byte(tt.schema))
			require.NoError(t, err)
			problems, err := v.Validate([]byte(tt.value))
			require.NoError(t, err)
			assert.Equal(t, tt.want, words(problems))
		})
	}
}

// TestExhaustion meets schemas that are small and costly.
func TestExhaustion(t *testing.T) {
	double := `{"$ref":"#/$defs/d","$defs":{"d":{"anyOf":[{"type":"array","items":{"$ref":"#/$defs/d"}},{"type":"array","items":{"$ref":"#/$defs/d"}}]}}}`
	v, err := Compile([]byte(double))
	require.NoError(t, err)
	_, err = v.Validate([]byte(strings.Repeat(`[`, 40) + `1` + strings.Repeat(`]`, 40)))
	assert.ErrorIs(t, err, ErrUnjudged)
	_, err = v.Validate([]byte(strings.Repeat(`[`, 100) + strings.Repeat(`]`, 100)))
	assert.ErrorIs(t, err, ErrUnjudged)
	problems, err := v.Validate([]byte(`[1]`))
	require.NoError(t, err)
	assert.NotEmpty(t, problems, "the effort of one validation does not weigh on the next")
}

// TestLargeValues proves that the bounds leave room for honest work.
func TestLargeValues(t *testing.T) {
	v, err := Compile([]byte(`{"type":"array","items":{"$ref":"#/$defs/row"},"$defs":{"row":{"type":"object","required":["id"],
		"properties":{"id":{"type":"integer"},"tags":{"type":"array","items":{"enum":["a","b"]}},"of":{"anyOf":[{"type":"null"},{"type":"string"}]}}}}}`))
	require.NoError(t, err)
	row := `{"id":1,"tags":["a","b"],"of":"x"}`
	problems, err := v.Validate([]byte(`[` + strings.Repeat(row+`,`, 5000) + row + `]`))
	require.NoError(t, err)
	assert.Empty(t, problems)
}

func FuzzMetaschema(f *testing.F) {
	f.Add([]byte(`{"$schema":"http://json-schema.org/draft-07/schema#","properties":{"a":{"pattern":"(?=x)","$ref":"#/a"}}}`))
	f.Add([]byte(`{"$id":"urn:x","$defs":{"a":{"$anchor":"b"}},"$ref":"#b","minLength":1e9999}`))
	f.Add([]byte(`{"$schema":"http://json-schema.org/draft-04/schema#","id":"%","dependencies":{"a":["b"]}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		problems, err := Metaschema(raw)
		v, compileErr := Compile(raw)
		if err == nil && len(problems) > 0 {
			assert.Error(t, compileErr)
		}
		ExternalRefs(raw)
		DanglingRefs(raw)
		if compileErr == nil {
			_, _ = v.Validate([]byte(`{"a":[1,"x",{"b":null}]}`))
		}
	})
}
