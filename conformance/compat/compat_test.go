package compat

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance/schema"
	"github.com/mcpctl/mcpctl/mcp"
)

// confirm judges every witness by jsonschema/v5 alone.
func confirm(t testing.TB, a, b mcp.Value, d Direction, r Result) {
	t.Helper()
	for _, one := range r.Differences {
		if one.Verdict != Breaking {
			assert.False(t, one.Witness.Exists(), "%s has a witness", one.Verdict)
			assert.Equal(t, one.Verdict == Unknown, one.Why != "", "%+v", one)
			continue
		}
		require.True(t, one.Witness.Exists(), "%+v", one)
		if d == Output {
			a, b = b, a
		}
		within, err := judged(a.Raw())
		require.NoError(t, err)
		beyond, err := judged(b.Raw())
		require.NoError(t, err)
		if d == Output {
			a, b = b, a
		}
		v, err := decode(one.Witness.Raw())
		require.NoError(t, err)
		assert.NoError(t, within.Validate(v), "%s", one.Witness)
		assert.Error(t, beyond.Validate(v), "%s", one.Witness)
	}
}

// keyword is a pair of schemas, and the verdicts on going from one to the other.
type keyword struct {
	name     string
	from, to string
	input    Verdict
	output   Verdict
}

const (
	ok      = Compatible
	breaks  = Breaking
	unknown = Unknown
)

var keywords = []keyword{
	{"type widened", `{"type":"string"}`, `{"type":["string","null"]}`, ok, breaks},
	{"type exchanged", `{"type":"string"}`, `{"type":"boolean"}`, breaks, breaks},
	{"integer to number", `{"type":"integer"}`, `{"type":"number"}`, ok, breaks},
	{"type gone", `{"type":"object"}`, `{}`, ok, breaks},
	{"nothing allowed any more", `{"type":"string"}`, `false`, breaks, ok},
	{"types that cover everything", `true`, `{"type":["null","boolean","number","string","array","object"]}`, ok, ok},
	{"enum grows", `{"enum":["a","b"]}`, `{"enum":["a","b","c"]}`, ok, breaks},
	{"enum is reordered", `{"enum":["a",1]}`, `{"enum":[1.0,"a"]}`, ok, ok},
	{"enum within a type", `{"enum":["a","b"]}`, `{"type":"string"}`, ok, breaks},
	{"enum of objects", `{"enum":[{"a":1}]}`, `{"type":"object","properties":{"a":{"maximum":1}},"required":["a"]}`, ok, breaks},
	{"an empty enum", `{"type":"string"}`, `{"type":"string","enum":[]}`, unknown, ok},
	{"const to enum", `{"const":null}`, `{"enum":[null,0]}`, ok, breaks},
	{"boolean is an enum", `{"type":"boolean"}`, `{"enum":[true,false]}`, ok, ok},
	{"minimum", `{"type":"number","minimum":2}`, `{"type":"number","minimum":1.5}`, ok, breaks},
	{"maximum", `{"type":"number","maximum":2}`, `{"type":"number","maximum":3}`, ok, breaks},
	{"exclusiveMinimum", `{"type":"number","exclusiveMinimum":0}`, `{"type":"number","minimum":0}`, ok, breaks},
	{"exclusiveMaximum", `{"type":"number","exclusiveMaximum":0.5}`, `{"type":"number","maximum":0.5}`, ok, breaks},
	{"the next integer", `{"type":"integer","exclusiveMinimum":0}`, `{"type":"integer","minimum":1}`, ok, ok},
	{"integers of a range", `{"type":"integer","minimum":1,"maximum":3}`, `{"enum":[1,2,3]}`, ok, ok},
	{"multipleOf", `{"type":"number","multipleOf":6}`, `{"type":"integer","multipleOf":3}`, ok, breaks},
	{"multipleOf of fractions", `{"type":"number","multipleOf":0.5}`, `{"type":"number","multipleOf":0.25}`, ok, breaks},
	{"multipleOf together", `{"type":"number","multipleOf":4,"allOf":[{"multipleOf":6}]}`, `{"multipleOf":12}`, ok, breaks},
	{"minLength", `{"type":"string","minLength":3}`, `{"type":"string","minLength":2}`, ok, breaks},
	{"maxLength", `{"type":"string","maxLength":3}`, `{"type":"string","maxLength":4}`, ok, breaks},
	{"lengths that exclude each other", `{"type":"string","minLength":3,"maxLength":2}`, `{"type":"integer"}`, ok, breaks},
	{"pattern gone", `{"type":"string","pattern":"^a"}`, `{"type":"string"}`, ok, breaks},
	{"pattern of few texts", `{"type":"string","pattern":"^(on|off)$"}`, `{"enum":["on","off"]}`, ok, ok},
	{"pattern and length", `{"type":"string","pattern":"^[a-z]{3}$"}`, `{"type":"string","minLength":3,"maxLength":3}`, ok, breaks},
	{"patterns, one within the other", `{"type":"string","pattern":"^[a-z]{2,}$"}`, `{"type":"string","pattern":"^[a-z]+$"}`, unknown, breaks},
	{"format gone", `{"type":"string","format":"date"}`, `{"type":"string"}`, ok, unknown},
	{"format exchanged", `{"type":"string","format":"date"}`, `{"type":"string","format":"email"}`, unknown, unknown},
	{"format within another", `{"type":"string","format":"uri"}`, `{"type":"string","format":"iri"}`, ok, unknown},
	{"required", `{"type":"object","required":["a","b"]}`, `{"type":"object","required":["b"]}`, ok, breaks},
	{"an optional member is new", `{"type":"object"}`, `{"type":"object","properties":{"a":{"type":"string"}}}`, breaks, ok},
	{"a member of a closed object is new", `{"type":"object","additionalProperties":false}`, `{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}`, ok, breaks},
	{"a member's type", `{"properties":{"a":{"type":"integer"}}}`, `{"properties":{"a":{"type":"number"}}}`, ok, breaks},
	{"a member that cannot be", `{"type":"object","properties":{"a":false},"required":["a"]}`, `{"type":"object","properties":{"b":false},"required":["b"]}`, ok, ok},
	{"additionalProperties opened", `{"type":"object","additionalProperties":false}`, `{"type":"object"}`, ok, breaks},
	{"additionalProperties typed", `{"type":"object","additionalProperties":{"type":"integer"}}`, `{"type":"object","additionalProperties":{"type":"number"}}`, ok, breaks},
	{"patternProperties", `{"patternProperties":{"^x-":{"type":"integer"}}}`, `{"patternProperties":{"^x-":{"type":"number"}}}`, ok, breaks},
	{"patternProperties and the rest", `{"type":"object","patternProperties":{"^x-":true},"additionalProperties":false}`, `{"type":"object","patternProperties":{"^x-":true},"additionalProperties":{"type":"null"}}`, ok, breaks},
	{"propertyNames", `{"propertyNames":{"maxLength":3}}`, `{"propertyNames":{"maxLength":4}}`, ok, breaks},
	{"propertyNames of few names", `{"type":"object","propertyNames":{"enum":["a"]}}`, `{"type":"object","properties":{"a":true},"additionalProperties":false}`, ok, ok},
	{"minProperties", `{"type":"object","minProperties":2}`, `{"type":"object","minProperties":1}`, ok, breaks},
	{"maxProperties", `{"type":"object","maxProperties":1}`, `{"type":"object","maxProperties":2}`, ok, breaks},
	{"minProperties of one name", `{"type":"object","properties":{"a":true},"additionalProperties":false,"minProperties":1}`, `{"type":"object","required":["a"]}`, ok, breaks},
	{"dependentRequired", `{"dependentRequired":{"a":["b","c"]}}`, `{"dependentRequired":{"a":["b"]}}`, ok, breaks},
	{"dependentSchemas", `{"dependentSchemas":{"a":{"required":["b"]}}}`, `{"dependentRequired":{"a":["b"]}}`, ok, ok},
	{"dependentSchemas widened", `{"dependentSchemas":{"a":{"maxProperties":2}}}`, `{"dependentSchemas":{"a":{"maxProperties":3}}}`, ok, breaks},
	{"unevaluatedProperties", `{"type":"object","allOf":[{"properties":{"a":true}}],"unevaluatedProperties":false}`, `{"type":"object","properties":{"a":true},"additionalProperties":false}`, ok, ok},
	{"unevaluatedProperties opened", `{"type":"object","properties":{"a":true},"unevaluatedProperties":false}`, `{"type":"object","properties":{"a":true}}`, ok, breaks},
	{"unevaluatedProperties after a choice", `{"anyOf":[{"properties":{"a":true}},{"properties":{"b":true}}],"unevaluatedProperties":false}`, `{"anyOf":[{"properties":{"a":true}},{"properties":{"c":true}}],"unevaluatedProperties":false}`, unknown, unknown},
	{"items", `{"items":{"type":"integer"}}`, `{"items":{"type":"number"}}`, ok, breaks},
	{"prefixItems", `{"prefixItems":[{"const":1},{"const":2}]}`, `{"prefixItems":[{"const":1}]}`, ok, breaks},
	{"prefixItems and items", `{"type":"array","prefixItems":[{"type":"integer"}],"items":{"type":"integer"}}`, `{"type":"array","items":{"type":"integer"}}`, ok, ok},
	{"minItems", `{"type":"array","minItems":2}`, `{"type":"array","minItems":1}`, ok, breaks},
	{"maxItems", `{"type":"array","maxItems":2}`, `{"type":"array","maxItems":3}`, ok, breaks},
	{"no items", `{"type":"array","items":false}`, `{"type":"array","maxItems":0}`, ok, ok},
	{"uniqueItems", `{"type":"array","uniqueItems":true}`, `{"type":"array"}`, ok, breaks},
	{"contains", `{"type":"array","contains":{"const":1}}`, `{"type":"array","contains":{"type":"integer"}}`, ok, breaks},
	{"contains asks for an item", `{"type":"array","contains":true}`, `{"type":"array","minItems":1}`, ok, ok},
	{"minContains", `{"type":"array","contains":{"const":1},"minContains":2}`, `{"type":"array","contains":{"const":1}}`, ok, breaks},
	{"maxContains", `{"type":"array","contains":{"const":1},"minContains":0,"maxContains":1}`, `{"type":"array","contains":{"const":1},"minContains":0,"maxContains":2}`, ok, breaks},
	{"unevaluatedItems", `{"type":"array","prefixItems":[true],"unevaluatedItems":false}`, `{"type":"array","maxItems":1}`, ok, ok},
	{"unevaluatedItems after a choice", `{"prefixItems":[true],"contains":{"const":1},"unevaluatedItems":false}`, `{"prefixItems":[true],"contains":{"const":2},"unevaluatedItems":false}`, breaks, breaks},
	{"allOf", `{"allOf":[{"minimum":1},{"maximum":2}]}`, `{"minimum":1}`, ok, breaks},
	{"anyOf grows", `{"anyOf":[{"type":"string"},{"type":"null"}]}`, `{"anyOf":[{"type":"null"},{"type":"string"},{"type":"array"}]}`, ok, breaks},
	{"anyOf as types", `{"anyOf":[{"type":"string"},{"type":"null"}]}`, `{"type":["string","null"]}`, ok, ok},
	{"oneOf grows", `{"oneOf":[{"const":1}]}`, `{"oneOf":[{"const":1},{"const":2}]}`, ok, breaks},
	{"oneOf comes to overlap", `{"oneOf":[{"type":"integer"},{"type":"string"}]}`, `{"oneOf":[{"type":"integer"},{"type":["string","integer"]}]}`, breaks, ok},
	{"oneOf with a mark", `{"oneOf":[{"properties":{"k":{"const":"a"},"n":{"type":"integer"}},"required":["k"]},{"properties":{"k":{"const":"b"}},"required":["k"]}]}`, `{"oneOf":[{"properties":{"k":{"const":"b"}},"required":["k"]},{"properties":{"k":{"const":"a"},"n":{"type":"number"}},"required":["k"]}]}`, ok, breaks},
	{"not", `{"not":{"type":["string","null"]}}`, `{"not":{"type":"string"}}`, ok, breaks},
	{"not a number's bound", `{"type":"number","not":{"minimum":3}}`, `{"type":"number","exclusiveMaximum":3}`, ok, ok},
	{"if", `{"if":{"type":"integer"},"then":{"minimum":1},"else":{"type":"string"}}`, `{"anyOf":[{"type":"integer","minimum":1},{"type":"string"}]}`, ok, ok},
	{"then", `{"if":{"required":["a"]},"then":{"required":["b"]}}`, `{"if":{"required":["a"]},"then":{"required":["b","c"]}}`, breaks, ok},
	{"$ref and its target", `{"$ref":"#/$defs/a","$defs":{"a":{"type":"integer"}}}`, `{"type":"number"}`, ok, breaks},
	{"$anchor", `{"$ref":"#x","$defs":{"a":{"$anchor":"x","maxLength":2}}}`, `{"maxLength":2}`, ok, ok},
	{"$id", `{"$id":"https://example.com/a","$ref":"b#/$defs/c","$defs":{"b":{"$id":"b","$defs":{"c":{"maxLength":2}}}}}`, `{"maxLength":3}`, ok, breaks},
	{"recursive", `{"$ref":"#/$defs/t","$defs":{"t":{"properties":{"v":{"type":"integer"},"n":{"$ref":"#/$defs/t"}}}}}`, `{"properties":{"v":{"type":"number"},"n":{"$ref":"#"}}}`, ok, breaks},
	{"recursive and never ending", `{"$ref":"#/$defs/t","$defs":{"t":{"type":"object","properties":{"n":{"$ref":"#/$defs/t"}},"required":["n"]}}}`, `{"type":"string"}`, ok, breaks},
	{"recursive under other names", `{"properties":{"n":{"$ref":"#"}}}`, `{"properties":{"n":{"properties":{"n":{"$ref":"#"}}}}}`, ok, ok},
	{"$dynamicRef to the only anchor", `{"$dynamicAnchor":"t","properties":{"n":{"$dynamicRef":"#t"}}}`, `{"properties":{"n":{"$ref":"#"}}}`, ok, ok},
	{"a remote $ref", `{"$ref":"https://example.com/a"}`, `{"$ref":"https://example.com/b"}`, unknown, unknown},
	{"the same remote $ref", `{"$ref":"https://example.com/a","title":"x"}`, `{"$ref":"https://example.com/a"}`, ok, ok},
	{"a pattern that Go lacks", `{"type":"string","pattern":"(?=a)b"}`, `{"type":"string","pattern":"(?=a)c"}`, unknown, unknown},
	{"words for people", `{"title":"a","description":"b","default":1,"examples":[1],"$comment":"c","deprecated":true,"readOnly":true}`, `{"title":"z"}`, ok, ok},
	{"keywords that nobody knows", `{"x-a":1}`, `{"x-a":2}`, ok, ok},
	{"draft-07 tuples", `{"$schema":"http://json-schema.org/draft-07/schema#","type":"array","items":[{"type":"integer"}],"additionalItems":false}`, `{"type":"array","prefixItems":[{"type":"integer"}],"items":false}`, ok, ok},
	{"draft-07 dependencies", `{"$schema":"http://json-schema.org/draft-07/schema#","dependencies":{"a":["b"]}}`, `{"dependentRequired":{"a":["b"]}}`, ok, ok},
	{"draft-07 knows no siblings of $ref", `{"$schema":"http://json-schema.org/draft-07/schema#","properties":{"a":{"$ref":"#/definitions/d","maximum":1}},"definitions":{"d":{"maximum":5}}}`, `{"properties":{"a":{"maximum":5}}}`, ok, ok},
	{"draft-04 bounds", `{"$schema":"http://json-schema.org/draft-04/schema#","type":"number","minimum":1,"exclusiveMinimum":true}`, `{"type":"number","exclusiveMinimum":1}`, ok, ok},
}

// TestKeywords goes each way with each pair: from it to the other and back.
func TestKeywords(t *testing.T) {
	for _, k := range keywords {
		t.Run(k.name, func(t *testing.T) {
			a, b := mcp.MustParse(k.from), mcp.MustParse(k.to)
			for d, want := range map[Direction]Verdict{Input: k.input, Output: k.output} {
				r, err := Compare(a, b, d)
				require.NoError(t, err)
				assert.Equal(t, want, r.Verdict, "direction %d: %+v", d, r.Differences)
				confirm(t, a, b, d, r)
				back, err := Compare(b, a, 1-d)
				require.NoError(t, err)
				assert.Equal(t, want, back.Verdict, "to take in is the other way of giving out: %+v", back.Differences)
				confirm(t, b, a, 1-d, back)
			}
		})
	}
}

func TestEqualSchemasAreCompatible(t *testing.T) {
	for _, k := range keywords {
		for _, raw := range []string{k.from, k.to} {
			a := mcp.MustParse(raw)
			other := a
			if a.Is(mcp.Object) { // to get past the look at the text
				other = mcp.MustParse(strings.Replace(`{"$comment":"x",`+raw[1:], `"x",}`, `"x"}`, 1))
			}
			for _, d := range []Direction{Input, Output} {
				r, err := Compare(a, other, d)
				require.NoError(t, err)
				assert.Equal(t, Compatible, r.Verdict, "%s: %+v", raw, r.Differences)
				assert.Empty(t, r.Differences, raw)
			}
		}
	}
}

func TestErrors(t *testing.T) {
	good := mcp.MustParse(`{"type":"object"}`)
	for name, bad := range map[string]mcp.Value{
		"nothing":                 {},
		"a number":                mcp.MustParse(`5`),
		"an unknown type":         mcp.MustParse(`{"type":"text"}`),
		"a reference to nowhere":  mcp.MustParse(`{"$ref":"#/$defs/x"}`),
		"bad beside a remote one": mcp.MustParse(`{"$ref":"https://example.com/a","type":5}`),
		"an endless loop":         mcp.MustParse(`{"$ref":"#"}`),
	} {
		_, err := Compare(good, bad, Input)
		assert.ErrorContains(t, err, "the new one", name)
		_, err = Compare(bad, good, Output)
		assert.ErrorContains(t, err, "the old one", name)
	}
	_, err := Compare(good, mcp.MustParse(`{"$schema":"https://example.com/dialect"}`), Input)
	assert.ErrorIs(t, err, schema.ErrDialect)
}

func TestWhy(t *testing.T) {
	for name, test := range map[string]struct{ from, to, why string }{
		"remote":  {`{"properties":{"a":{"$ref":"https://example.com/a"}}}`, `{"properties":{"a":{"$ref":"https://example.com/b"}}}`, "https://example.com/b"},
		"format":  {`{"type":"string"}`, `{"type":"string","format":"x\u001b[2J"}`, `format "x\x1b[2J"`},
		"numbers": {`{"minimum":1}`, `{"minimum":1e999}`, "too long"},
		"dynamic": {`{"$dynamicAnchor":"t","items":{"$dynamicRef":"#t"}}`, `{"$dynamicAnchor":"t","items":{"$dynamicRef":"#t"},"$defs":{"a":{"$id":"https://example.com/a","$dynamicAnchor":"t"}}}`, "$dynamicRef"},
		"endless": {`{"type":"string"}`, `{"anyOf":[{"$ref":"https://example.com/a"},{"$ref":"#"}]}`, "without end"},
	} {
		r, err := Compare(mcp.MustParse(test.from), mcp.MustParse(test.to), Input)
		require.NoError(t, err, name)
		assert.Equal(t, Unknown, r.Verdict, name)
		require.NotEmpty(t, r.Differences, name)
		var why strings.Builder
		for _, d := range r.Differences {
			why.WriteString(d.Why)
		}
		assert.Contains(t, why.String(), test.why, name)
	}
}
