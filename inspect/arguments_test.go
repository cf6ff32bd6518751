package inspect_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
)

// every is a tool with arguments of every kind.
const every = `{"name": "every", "inputSchema": {
	"type": "object",
	"$defs": {"side": {"enum": ["left", "right", 3]}, "tree": {"type": "object", "properties": {"kid": {"$ref": "#/$defs/tree"}, "n": {"type": "integer"}}}},
	"properties": {
		"text": {"type": "string"}, "number": {"type": "number"}, "whole": {"type": "integer"}, "flag": {"type": "boolean"},
		"list": {"type": "array", "items": {"type": "integer"}}, "pair": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}]},
		"free": {"type": "array"}, "inner": {"type": "object", "properties": {"deep": {"type": "object", "properties": {"n": {"type": "number"}}, "additionalProperties": false}}},
		"a.b": {"type": "integer"}, "any": {}, "maybe": {"type": ["string", "null"]}, "none": {"type": "null"},
		"either": {"anyOf": [{"type": "string"}, {"type": "number"}]}, "side": {"$ref": "#/$defs/side"}, "tree": {"$ref": "#/$defs/tree"},
		"many": {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}, "map": {"type": "object", "additionalProperties": {"type": "integer"}},
		"all": {"allOf": [{"description": "x"}, {"type": "boolean"}]}
	}}}`

func files(content map[string]string) inspect.Sources {
	return inspect.Sources{Read: func(path string) ([]byte, error) {
		text, ok := content[path]
		if !ok {
			return nil, fmt.Errorf("open %s: %w", path, os.ErrNotExist)
		}
		return []byte(text), nil
	}}
}

func TestArgumentsAreTypedByTheSchema(t *testing.T) {
	content := files(map[string]string{"f": "two\nlines", "j": `{"x": [1]}`, "n": "7", "-": `{"text": "stdin", "number": 1}`})
	for words, want := range map[string]string{
		"":                              `{}`,
		"text=1":                        `{"text": "1"}`,
		"text=":                         `{"text": ""}`,
		"text=a=b":                      `{"text": "a=b"}`,
		"text=@f":                       `{"text": "two\nlines"}`,
		"text=@":                        `{"text": "@"}`,
		`text:="@f"`:                    `{"text": "@f"}`,
		"number=-1.50":                  `{"number": -1.50}`,
		"number=12345678901234567890.1": `{"number": 12345678901234567890.1}`,
		"number=@n":                     `{"number": 7}`,
		"whole=1.0":                     `{"whole": 1.0}`,
		"flag=true":                     `{"flag": true}`,
		"all=false":                     `{"all": false}`,
		"list=1":                        `{"list": [1]}`,
		"list=1 list=2":                 `{"list": [1, 2]}`,
		"list=[1,2] list=3":             `{"list": [1, 2, 3]}`,
		"list:=4 list=5":                `{"list": [4, 5]}`,
		"list:=[]":                      `{"list": []}`,
		"pair=1 pair=1":                 `{"pair": ["1", 1]}`,
		"free=x free=1":                 `{"free": ["x", 1]}`,
		"inner.deep.n=1":                `{"inner": {"deep": {"n": 1}}}`,
		`inner={"deep":{"n":2}}`:        `{"inner": {"deep": {"n": 2}}}`,
		`inner:={"x":1} inner.deep.n=1`: `{"inner": {"x": 1, "deep": {"n": 1}}}`,
		"a.b=1":                         `{"a.b": 1}`,
		"any=1":                         `{"any": 1}`,
		"any=one":                       `{"any": "one"}`,
		"any:=@j":                       `{"any": {"x": [1]}}`,
		"any=[1]":                       `{"any": [1]}`,
		"maybe=null":                    `{"maybe": "null"}`,
		"maybe:=null":                   `{"maybe": null}`,
		"none=null":                     `{"none": null}`,
		"either=1":                      `{"either": 1}`,
		"either=x":                      `{"either": "x"}`,
		"side=left":                     `{"side": "left"}`,
		"side=3":                        `{"side": 3}`,
		"tree.kid.kid.n=4":              `{"tree": {"kid": {"kid": {"n": 4}}}}`,
		"many=x":                        `{"many": "x"}`,
		"map.k=1 map.l=2":               `{"map": {"k": 1, "l": 2}}`,
		"-":                             `{"text": "stdin", "number": 1}`,
		"- text=word":                   `{"text": "word", "number": 1}`,
	} {
		t.Run(words, func(t *testing.T) {
			given, err := inspect.ParseArguments(strings.Fields(words), "", content)
			require.NoError(t, err)
			got, unjudged, err := given.For(mcp.MustParse(every), false)
			require.NoError(t, err)
			require.NoError(t, unjudged)
			assert.JSONEq(t, want, got.String())
			assert.True(t, mcp.Equal(mcp.MustParse(want), got), "%s is not %s to the digit", got, want)
		})
	}
}

func TestArgumentsThatAreWrong(t *testing.T) {
	for words, want := range map[string]string{
		"txet=1":              `there is no argument "txet" | Did you mean text?`,
		"inner.deep.m=1":      `there is no argument "m" in /inner/deep | Did you mean n?`,
		"number=one":          `argument number must be of type number, and "one" is not | JSON is written number:=JSON`,
		"whole=1.5":           `argument whole must be of type integer`,
		"flag=yes":            `argument flag must be of type boolean`,
		"list=x":              `argument list must be of type integer`,
		"text=a text=b":       `argument text is given twice, and it is no array`,
		"any:={":              `argument any is no JSON`,
		"any:=1,2":            `argument any is no JSON`,
		`number:="1"`:         `the arguments do not fit the schema of every: /number`,
		"side=middle":         `the arguments do not fit the schema of every: /side`,
		"text:=1 number:=[1]": `/number`,
		"map.k=x":             `argument map.k must be of type integer`,
	} {
		t.Run(words, func(t *testing.T) {
			given, err := inspect.ParseArguments(strings.Fields(words), "", inspect.Sources{})
			require.NoError(t, err)
			_, _, err = given.For(mcp.MustParse(every), false)
			var wrong *inspect.ArgumentError
			require.True(t, errors.As(err, &wrong), "%v", err)
			what, hint, _ := strings.Cut(want, " | ")
			assert.Contains(t, wrong.What, what)
			assert.Contains(t, wrong.Hint, hint)
			_, _, err = given.For(mcp.MustParse(every), true)
			if !strings.Contains(want, "no JSON") {
				assert.NoError(t, err, "unchecked sends it all the same")
			}
		})
	}
}

func TestArgumentsThatAreMissing(t *testing.T) {
	tool := mcp.MustParse(`{"name": "sum", "inputSchema": {"type": "object", "properties": {"a": {"type": "number"}, "b": {"enum": ["x"]}}, "required": ["a", "b"]}}`)
	_, _, err := inspect.Arguments{}.For(tool, false)
	assert.EqualError(t, err, `sum needs a: number, b: "x"`)
	got, _, err := inspect.Arguments{}.For(tool, true)
	require.NoError(t, err)
	assert.Equal(t, "{}", got.String())
}

// TestArgumentsOfStrangeSchemas: a schema that invites any member takes any
// name; one that cannot be judged by is told of.
func TestArgumentsOfStrangeSchemas(t *testing.T) {
	for schema, want := range map[string]struct{ words, got string }{
		`{}`:                 {"x=1 y.z=a", `{"x": 1, "y": {"z": "a"}}`},
		`{"type": "object"}`: {"x=1", `{"x": 1}`},
		`{"additionalProperties": {"type": "string"}, "properties": {"n": {}}}`:              {"x=1", `{"x": "1"}`},
		`{"patternProperties": {"^x": {}}, "properties": {"n": {}}}`:                         {"xy=1", `{"xy": 1}`},
		`{"$ref": "#/$defs/me", "$defs": {"me": {"properties": {"n": {"type": "string"}}}}}`: {"n=1", `{"n": "1"}`},
		`{"$ref": "#"}`: {"n=1", `{"n": 1}`},
		`{"anyOf": [{"$ref": "#"}, {"$ref": "#/anyOf/0"}], "properties": {"n": {"$ref": "#"}}}`: {"n=1", `{"n": 1}`},
		`{"allOf": [{"properties": {"n": {"type": "string"}}}, {"$ref": "#/nowhere"}]}`:         {"n=1", `{"n": "1"}`},
	} {
		t.Run(schema, func(t *testing.T) {
			given, err := inspect.ParseArguments(strings.Fields(want.words), "", inspect.Sources{})
			require.NoError(t, err)
			got, _, err := given.For(mcp.MustParse(`{"name": "t", "inputSchema": `+schema+`}`), false)
			require.NoError(t, err)
			assert.JSONEq(t, want.got, got.String())
		})
	}
	given, err := inspect.ParseArguments([]string{"a=1"}, "", inspect.Sources{})
	require.NoError(t, err)
	_, unjudged, err := given.For(mcp.MustParse(`{"name": "t", "inputSchema": {"properties": {"a": {"pattern": "(?<=x)y"}}}}`), false)
	require.NoError(t, err)
	assert.Error(t, unjudged)
}

func TestParseArguments(t *testing.T) {
	source := files(map[string]string{"-": `{"a": 1}`, "f.json": `{"a": 2}`})
	for name, tc := range map[string]struct {
		words []string
		whole string
		want  string // whole, or what the error says
	}{
		"JSON":              {nil, ` {"a": 3}`, `{"a": 3}`},
		"a file":            {nil, "f.json", `{"a": 2}`},
		"standard input":    {nil, "-", `{"a": 1}`},
		"a word for it":     {[]string{"-"}, "", `{"a": 1}`},
		"a missing file":    {nil, "g.json", "file does not exist"},
		"twice":             {[]string{"-"}, "f.json", "given twice"},
		"standard in twice": {[]string{"-", "a=@-"}, "", "asked for twice"},
		"no name":           {[]string{"=1"}, "", "is no argument"},
		"no value":          {[]string{"a"}, "", "is no argument"},
		"no name for JSON":  {[]string{":=1"}, "", "is no argument"},
		"a missing part":    {[]string{"a=@x"}, "", "argument a: open x"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := inspect.ParseArguments(tc.words, tc.whole, source)
			if !strings.HasPrefix(tc.want, "{") {
				require.ErrorContains(t, err, tc.want)
				return
			}
			require.NoError(t, err)
			assert.JSONEq(t, tc.want, string(got.Whole))
		})
	}
	for _, whole := range []string{"{", "{} {}", "{\"a\": \xff}"} {
		_, _, err := inspect.Arguments{Whole: []byte(whole)}.For(mcp.MustParse(`{}`), false)
		assert.ErrorContains(t, err, "no JSON", whole)
	}
	_, _, err := inspect.Arguments{Whole: []byte("[]")}.For(mcp.MustParse(`{}`), false)
	assert.ErrorContains(t, err, "no JSON object")
}

func TestArgumentsOfPrompts(t *testing.T) {
	prompt := mcp.MustParse(`{"name": "greet", "arguments": [{"name": "who", "required": true}, {"name": "how"}]}`)
	for words, want := range map[string]string{
		"who=Ada how=1": "",
		"how=loud":      "greet needs who",
		"who=x hwo=y":   `there is no argument "hwo"`,
		"who:=1":        "must be text",
	} {
		given, err := inspect.ParseArguments(strings.Fields(words), "", inspect.Sources{})
		require.NoError(t, err)
		got, err := given.ForPrompt(prompt, false)
		if want != "" {
			assert.ErrorContains(t, err, want, words)
			continue
		}
		require.NoError(t, err)
		assert.Equal(t, map[string]string{"who": "Ada", "how": "1"}, got)
	}
	_, err := inspect.Arguments{Whole: []byte(`{"who": 1}`)}.ForPrompt(prompt, true)
	assert.ErrorContains(t, err, "must be text")
	assert.Equal(t, "greet(who, how?)", inspect.PromptSignature(prompt))
}

// FuzzArguments: whatever is typed for whatever schema, nothing panics, and what
// was judged to fit is an object that says what was typed.
func FuzzArguments(f *testing.F) {
	f.Add("text=1\nlist=2\nlist=3", every)
	f.Add("inner.deep.n=1\n-\na.b=1", `{"inputSchema": {"$ref": "#"}}`)
	f.Add("....=1\na..b:=[[[]]]", `{"inputSchema": {"anyOf": [{"$ref": "#/anyOf/0"}, {"allOf": [{"$ref": "#"}]}]}}`)
	f.Add("a=@x", `{"inputSchema": {"type": ["array", "string"], "items": {"$ref": "#/inputSchema"}}}`)
	f.Fuzz(func(t *testing.T, words, tool string) {
		v, err := mcp.Parse([]byte(tool))
		if err != nil {
			return
		}
		given, err := inspect.ParseArguments(strings.Split(words, "\n"), "", files(map[string]string{"-": `{"x": 1}`, "x": "y"}))
		if err != nil {
			return
		}
		_ = inspect.Signature(v)
		_ = inspect.Properties(v.Get("inputSchema"))
		for _, unchecked := range []bool{false, true} {
			got, _, err := given.For(v, unchecked)
			if err != nil {
				var wrong *inspect.ArgumentError
				require.True(t, errors.As(err, &wrong), "%v", err)
				continue
			}
			require.True(t, got.Is(mcp.Object), "%s", got)
			if len(given.Words) > 0 && words != "-" {
				require.Positive(t, got.Len())
			}
		}
	})
}
