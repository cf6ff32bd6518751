package schema

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestValidSamplesAreVariedAndValid(t *testing.T) {
	for _, tt := range []struct {
		name, schema string
		want         []string // what must be among 300 instances
	}{
		{"optional members", `{"type":"object","required":["a"],"properties":{"a":{"type":"boolean"},"b":{"const":1},"c":{"const":2}}}`,
			[]string{`{"a":false}`, `{"a":true,"b":1}`, `{"a":true,"c":2}`, `{"a":false,"b":1,"c":2}`}},
		{"bounds", `{"type":"integer","minimum":3,"maximum":300}`, []string{`3`, `4`, `300`, `299`, `255`}},
		{"open bounds", `{"type":"integer","exclusiveMinimum":3,"exclusiveMaximum":8,"multipleOf":2}`, []string{`4`, `6`}},
		{"old bounds", `{"$schema":"http://json-schema.org/draft-04/schema#","type":"integer","minimum":3,"exclusiveMinimum":true,"maximum":5}`, []string{`4`, `5`}},
		{"branches", `{"anyOf":[{"const":1},{"oneOf":[{"const":2},{"const":3},{"type":"array","maxItems":0}]}]}`, []string{`1`, `2`, `3`, `[]`}},
		{"texts", `{"type":"string"}`, []string{`""`, `"日本語"`, `"\u0000"`, `"\n"`}},
		{"lengths", `{"type":"string","minLength":2,"maxLength":5}`, []string{`"xx"`, `"hello"`, `"日本"`}},
		{"enum and null", `{"enum":["a",null,7]}`, []string{`"a"`, `null`, `7`}},
		{"types", `{"type":["null","integer","boolean"]}`, []string{`null`, `0`, `true`, `false`}},
		{"lists", `{"type":"array","items":{"const":1},"maxItems":3}`, []string{`[]`, `[1]`, `[1,1]`, `[1,1,1]`}},
		{"distinct", `{"type":"array","items":{"enum":[1,2]},"uniqueItems":true,"minItems":1}`, []string{`[1]`, `[2]`, `[1,2]`, `[2,1]`}},
		{"tuple", `{"type":"array","prefixItems":[{"const":1},{"const":2}],"items":false}`, []string{`[]`, `[1]`, `[1,2]`}},
		{"conditions", `{"type":"object","required":["k"],"properties":{"k":{"enum":["x","y"]}},"if":{"properties":{"k":{"const":"x"}}},
			"then":{"required":["v"],"properties":{"v":{"const":1}}},"additionalProperties":{"type":"integer"}}`,
			[]string{`{"k":"x","v":1}`, `{"k":"y"}`}},
		{"recursion", `{"$ref":"#/$defs/n","$defs":{"n":{"type":"object","required":["next"],
			"properties":{"next":{"anyOf":[{"$ref":"#/$defs/n"},{"type":"null"}]}},"additionalProperties":false}}}`,
			[]string{`{"next":null}`, `{"next":{"next":null}}`}},
		{"patterns", `{"type":"string","pattern":"^(on|off|[0-9]{1,2})$"}`, []string{`"on"`, `"off"`}},
		{"names by pattern", `{"type":"object","patternProperties":{"^x-[ab]$":{"const":1}},"additionalProperties":false}`, []string{`{}`, `{"x-a":1}`, `{"x-b":1}`}},
		{"examples", `{"type":"string","examples":["ex"],"default":"de"}`, []string{`"ex"`, `"de"`}},
		{"open object", `{"type":"object"}`, []string{`{}`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := NewSampler([]byte(tt.schema), 1)
			require.NoError(t, err)
			judge, err := Compile([]byte(tt.schema))
			require.NoError(t, err)
			seen := map[string]bool{}
			for range 300 {
				value, ok := s.Valid()
				require.True(t, ok)
				text, err := json.Marshal(value)
				require.NoError(t, err)
				problems, err := judge.Validate(text)
				require.NoError(t, err)
				require.Empty(t, problems, "%s", text)
				seen[string(text)] = true
			}
			for _, want := range tt.want {
				assert.True(t, seen[want], "%s is not among %d", want, len(seen))
			}
		})
	}
}

func TestInvalidSamplesAreWrongInOneWay(t *testing.T) {
	for _, tt := range []struct {
		schema string
		want   []string // pointer and message of all that must be there
	}{
		{`{"type":"object","required":["a"],"properties":{"a":{"type":"integer","minimum":2,"maximum":9,"multipleOf":1}},"additionalProperties":false}`,
			[]string{"/a is left out", "/a is a string", "/a is null", "/a is below the minimum", "/a is above the maximum", "/mcpctlUnexpected is a member too many", " is a list"}},
		{`{"type":"string","minLength":2,"maxLength":4}`, []string{" is too short", " is too long", " is a boolean"}},
		{`{"type":"string","pattern":"^[a-z]+$"}`, []string{" does not match the pattern"}},
		{`{"type":"array","minItems":1,"maxItems":2,"uniqueItems":true,"items":{"enum":["a","b","c"]}}`,
			[]string{" has too few items", " has too many items", " has an item twice", "/0 is none of the listed values"}},
		{`{"type":"number","exclusiveMaximum":5}`, []string{" is at a bound that is out of range"}},
		{`{"type":"number","multipleOf":2}`, []string{" is no multiple"}},
		{`{"type":"object","properties":{"o":{"type":"object","required":["x"],"properties":{"x":{"const":1}}}},"required":["o"]}`,
			[]string{"/o is left out", "/o/x is left out", "/o/x is none of the listed values"}},
	} {
		s, err := NewSampler([]byte(tt.schema), 7)
		require.NoError(t, err)
		judge, err := Compile([]byte(tt.schema))
		require.NoError(t, err)
		seen := map[string]bool{}
		for range 300 {
			bad, ok := s.Invalid()
			require.True(t, ok, tt.schema)
			text, err := json.Marshal(bad.Value)
			require.NoError(t, err)
			problems, err := judge.Validate(text)
			require.NoError(t, err)
			require.NotEmpty(t, problems, "%s", text)
			for _, p := range problems {
				assert.True(t, strings.HasPrefix(bad.Pointer, p.Pointer), "%s: %s is wrong at %s, too", text, bad.Pointer, p)
			}
			seen[bad.Pointer+" "+bad.Message] = true
		}
		for _, want := range tt.want {
			assert.True(t, seen[want], "%s: %q is not among %v", tt.schema, want, seen)
		}
	}
}

func TestWhatAdmitsEverythingHasNoInvalidSample(t *testing.T) {
	s, err := NewSampler([]byte(`{}`), 1)
	require.NoError(t, err)
	bad, ok := s.Invalid()
	assert.False(t, ok, "%v", bad)
}

func TestSamplesFollowFromTheSeed(t *testing.T) {
	draw := func(seed uint64) (all string) {
		s, err := NewSampler([]byte(`{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"array","items":{"type":"number","minimum":0,"maximum":7}},
			"c":{"anyOf":[{"type":"integer","exclusiveMinimum":0,"maximum":9},{"type":"null"}]}},"required":["a","b"]}`), seed)
		require.NoError(t, err)
		for range 50 {
			value, _ := s.Valid()
			bad, _ := s.Invalid()
			all += fmt.Sprintln(compact(value), bad.Pointer, bad.Message, compact(bad.Value))
		}
		return all
	}
	assert.Equal(t, draw(5), draw(5))
	assert.NotEqual(t, draw(5), draw(6))
}

// Such schemas are written to exhaust whoever reads them.
func TestSamplingHostileSchemasIsBounded(t *testing.T) {
	var members []string
	for i := range 600 {
		members = append(members, fmt.Sprintf(`"m%d":{"type":"string"}`, i))
	}
	for name, raw := range map[string]string{
		"no end":       `{"$ref":"#/$defs/n","$defs":{"n":{"type":"object","required":["n"],"properties":{"n":{"$ref":"#/$defs/n"}}}}}`,
		"a wide tree":  `{"$ref":"#/$defs/n","$defs":{"n":{"type":"array","minItems":30,"items":{"anyOf":[{"$ref":"#/$defs/n"},{"const":1}]}}}}`,
		"many members": `{"type":"object","properties":{` + strings.Join(members, ",") + `}}`,
		"a long text":  `{"type":"string","minLength":1000000000}`,
		"a long list":  `{"type":"array","minItems":1000000000}`,
		"repeats":      `{"type":"string","pattern":"^((((a{1,9}){1,9}){1,9})*)*$"}`,
		"nothing fits": `{"type":"string","pattern":"^a$","minLength":5}`,
		"never":        `{"not":{}}`,
		"unmet":        `{"type":"object","not":{"required":["a"]},"required":["a"]}`,
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			s, err := NewSampler([]byte(raw), 3)
			require.NoError(t, err)
			for range 4 {
				if value, ok := s.Valid(); ok {
					assert.True(t, s.admits(clone(value)))
				}
				if bad, ok := s.Invalid(); ok {
					assert.True(t, s.refuses(clone(bad.Value)))
				}
			}
			assert.Less(t, time.Since(began), 8*time.Second)
		})
	}
}

func TestUnusableSchemasAreNotSampled(t *testing.T) {
	for raw, want := range map[string]error{
		`{"$schema":"https://example.com/own"}`:     ErrDialect,
		`{"$ref":"https://example.com/else.json"}`:  ErrUnjudged,
		`{"pattern":"^(?=x)"}`:                      ErrUnjudged,
		`{"pattern":"((a{1,100}){1,100}){1,1000}"}`: ErrUnjudged,
	} {
		_, err := NewSampler([]byte(raw), 1)
		assert.ErrorIs(t, err, want, raw)
	}
	_, err := NewSampler([]byte(`{"type":7}`), 1)
	assert.Error(t, err)
}
