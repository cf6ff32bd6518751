package compat

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp"
)

func TestDifferences(t *testing.T) {
	tests := map[string]struct {
		from, to string
		d        Direction
		want     []Difference
	}{
		"a renamed argument": {
			`{"type":"object","properties":{"path":{"type":"string"}},"required":["path"]}`,
			`{"type":"object","properties":{"file":{"type":"string"}},"required":["file"]}`, Input,
			[]Difference{
				{Pointer: "/file", Keyword: "required", Verdict: Breaking, Message: `the member "file" is required now`},
				{Pointer: "/file", Keyword: "properties", Verdict: Breaking, Message: `the member "file" is new`, Undeclared: true},
				{Pointer: "/path", Keyword: "required", Verdict: Compatible, Message: `the member "path" is not required any more`},
				{Pointer: "/path", Keyword: "properties", Verdict: Compatible, Message: `the member "path" is not declared any more`},
			},
		},
		"a promise less": {
			`{"type":"object","properties":{"n":{"type":"integer"}}}`, `{"type":"object"}`, Output,
			[]Difference{{Pointer: "/n", Keyword: "properties", Verdict: Breaking, Message: `the member "n" is not declared any more`, Undeclared: true}},
		},
		"below items and references": {
			`{"properties":{"a/b":{"items":{"$ref":"#/$defs/x"}}},"$defs":{"x":{"enum":["r","w"]}}}`,
			`{"properties":{"a/b":{"items":{"$ref":"#/$defs/x"}}},"$defs":{"x":{"enum":["r","x"]}}}`, Input,
			[]Difference{{Pointer: "/a~1b/*", Keyword: "enum", Verdict: Breaking, Message: `no longer among the listed values: "w"; new: "x"`}},
		},
		"places": {
			`{"prefixItems":[{"minimum":1},{"maximum":3}]}`, `{"prefixItems":[{"exclusiveMinimum":1},{"maximum":4}]}`, Input,
			[]Difference{
				{Pointer: "/0", Keyword: "exclusiveMinimum", Verdict: Breaking, Message: "minimum 1 has become exclusiveMinimum 1"},
				{Pointer: "/1", Keyword: "maximum", Verdict: Compatible, Message: "maximum was 3 and is 4"},
			},
		},
		"closing": {
			`{"type":"object","properties":{"a":{}}}`, `{"type":"object","properties":{"a":{}},"additionalProperties":false}`, Input,
			[]Difference{{Pointer: "/*", Keyword: "additionalProperties", Verdict: Breaking, Message: "additionalProperties is new: false", Undeclared: true}},
		},
		"a member too many for a closed promise": {
			`{"type":"object","additionalProperties":false}`, `{"type":"object","properties":{"a":{"type":"null"}},"additionalProperties":false}`, Output,
			[]Difference{{Pointer: "/a", Keyword: "properties", Verdict: Breaking, Message: `the member "a" is new`}},
		},
		"values of all members": {
			`{"additionalProperties":{"type":"integer"},"patternProperties":{"^x":{"type":"string"}}}`,
			`{"additionalProperties":{"type":"number"},"patternProperties":{"^x":{"type":"null"}}}`, Input,
			[]Difference{
				{Pointer: "/*", Keyword: "type", Verdict: Breaking, Message: "the type was string and is null"},
				{Pointer: "/*", Keyword: "type", Verdict: Compatible, Message: "the type was integer and is number"},
			},
		},
		"what a schema may hide": {
			`{"properties":{"a":{"const":"\u001b[31m\u202e"}}}`, `{"properties":{"a":{"const":1}}}`, Input,
			[]Difference{{Pointer: "/a", Keyword: "const", Verdict: Breaking, Message: `no longer among the listed values: "\x1b[31m\u202e"; new: 1`}},
		},
		"together only": {
			`{"type":"integer","anyOf":[{"minimum":5},{"maximum":1}]}`, `{"type":"integer","not":{"enum":[2,3,4]}}`, Input,
			[]Difference{
				{Pointer: "", Keyword: "anyOf", Verdict: Compatible, Message: `anyOf is gone; it was [{"minimum":5},{"maximum":1}]`},
				{Pointer: "", Keyword: "not", Verdict: Compatible, Message: `not is new: {"enum":[2,3,4]}`},
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a, b := mcp.MustParse(test.from), mcp.MustParse(test.to)
			r, err := Compare(a, b, test.d)
			require.NoError(t, err)
			confirm(t, a, b, test.d, r)
			for i := range r.Differences {
				one := &r.Differences[i]
				one.Before, one.After, one.Witness = mcp.Value{}, mcp.Value{}, mcp.Value{}
			}
			assert.Equal(t, test.want, r.Differences)
		})
	}
}

func TestDifferencesShowBothSides(t *testing.T) {
	a := mcp.MustParse(`{"allOf":[{"properties":{"n":{"minimum":1}}}]}`)
	b := mcp.MustParse(`{"properties":{"n":{"minimum":2},"m":{"type":"null"}},"required":["m"]}`)
	r, err := Compare(a, b, Input)
	require.NoError(t, err)
	require.Len(t, r.Differences, 3)
	assert.Equal(t, "(absent)", r.Differences[0].Before.String())
	assert.Equal(t, `["m"]`, r.Differences[0].After.String())
	assert.Equal(t, `{"type":"null"}`, r.Differences[1].After.String())
	assert.Equal(t, "1", r.Differences[2].Before.String())
	assert.Equal(t, "2", r.Differences[2].After.String())
	assert.Equal(t, `{"n":1}`, r.Differences[2].Witness.String())
}
