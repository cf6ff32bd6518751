package form_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect/form"
	"github.com/mcpctl/mcpctl/mcp"
)

func TestFormats(t *testing.T) {
	for format, texts := range map[string][2]string{
		"date":          {"2026-02-28", "2026-02-30"},
		"date-time":     {"2026-02-28T10:00:00.5+01:00", "2026-02-28 10:00"},
		"time":          {"10:00:00Z", "25:00:00Z"},
		"duration":      {"P1DT2H", "1 day"},
		"email":         {"ada@example.com", "ada@example"},
		"uri":           {"https://example.com/a?b", "example.com"},
		"uri-reference": {"/a#b", "a b"},
		"hostname":      {"a-b.example.com", "-a.example"},
		"ipv4":          {"127.0.0.1", "127.0.0.256"},
		"ipv6":          {"::1", "127.0.0.1"},
		"uuid":          {"123e4567-e89b-12d3-a456-426614174000", "123e4567"},
		"json-pointer":  {"/a~1b", "a"},
		"regex":         {"^a+$", "("},
	} {
		f := empty(`{"type":"string","format":"` + format + `"}`)
		require.NoError(t, f.Set("", texts[0]))
		assert.Empty(t, f.Check(), format)
		require.NoError(t, f.Set("", texts[1]))
		problems := f.Check()
		require.Len(t, problems, 1, format)
		assert.True(t, problems[0].Soft, "a schema does not assert formats")
		assert.Contains(t, problems[0].Message, "is not a", format)
	}
	f := empty(`{"type":"string","format":"of-their-own"}`)
	require.NoError(t, f.Set("", "?"))
	assert.Empty(t, f.Check())
}

func TestSheet(t *testing.T) {
	f := empty(`{"type":"object","properties":{"a":{"type":"string","description":"do \u202e not"},"n":{"type":"integer"}}}`)
	require.NoError(t, f.Set("/a", "x\u202ey \U000e0041\u009b// z"))
	require.NoError(t, f.SetJSON("/n", []byte("// nothing\n 5")))
	sheet := f.Sheet("")
	text := string(sheet)
	assert.NotContains(t, text, "\u202e")
	assert.NotContains(t, text, "\u009b")
	assert.Contains(t, text, `\u202ey \udb40\udc41\u009b// z`)
	assert.True(t, strings.HasPrefix(text, "// "))
	before := f.Value()
	require.NoError(t, f.SetJSON("", sheet))
	assert.True(t, mcp.Equal(before, f.Value()), "a sheet that nobody touched changes nothing")
	require.NoError(t, f.SetJSON("/a", []byte("// only a comment\n")))
	assert.Equal(t, `{"n":5}`, f.Value().String(), "an empty sheet leaves out")
	assert.Contains(t, string(f.Sheet("/n")), "\n5\n")
	assert.Nil(t, f.Sheet("/none"))

	long := empty(`{"enum":[` + strings.Repeat("1,", 500) + `1]}`)
	assert.Contains(t, string(long.Sheet("")), "more lines")
}

func TestPromptArguments(t *testing.T) {
	by := form.OfPrompt(mcp.MustParse(`{"name":"p","arguments":[{"name":"city","description":"which","required":true},{"name":"style","title":"Style"}]}`))
	f := form.New(by, form.Options{})
	require.NoError(t, f.Set("/city", "Paris"))
	assert.Empty(t, f.Check())
	assert.Equal(t, `{"city":"Paris"}`, f.Value().String())
	assert.Equal(t, "Style", f.Find("/style").Title)
	require.NoError(t, f.Unset("/city"))
	assert.Len(t, f.Check(), 1)
	assert.Equal(t, `{}`, form.New(form.OfPrompt(mcp.MustParse(`{"name":"p"}`)), form.Options{}).Value().String())
}

// The restricted schemas of client/elicitation, in the spellings of all revisions.
func TestElicitation(t *testing.T) {
	f := form.New(mcp.MustParse(`{"type":"object","required":["name","email"],"properties":{
	  "name":{"type":"string","title":"Your name","default":"Ada"},"email":{"type":"string","format":"email"},
	  "seat":{"type":"string","enum":["w","a"],"enumNames":["Window","Aisle"],"default":"a"},
	  "meal":{"type":"string","oneOf":[{"const":"v","title":"Vegetarian"},{"const":"n","title":"Any"}]},
	  "tags":{"type":"array","items":{"type":"string","enum":["x","y"]},"minItems":1,"default":["y"]},
	  "more":{"type":"array","items":{"anyOf":[{"const":"p","title":"P"},{"const":"q","title":"Q"}]},"maxItems":1},
	  "bags":{"type":"integer","minimum":0,"maximum":3,"default":1},"agree":{"type":"boolean","default":false}}}`), form.Options{Prefill: true})
	assert.JSONEq(t, `{"name":"Ada","seat":"a","tags":["y"],"bags":1,"agree":false}`, f.Value().String())
	assert.Equal(t, "Aisle", f.Find("/seat").Text())
	assert.Equal(t, []form.Option{{Label: "Vegetarian", Value: mcp.MustParse(`"v"`)}, {Label: "Any", Value: mcp.MustParse(`"n"`)}}, f.Find("/meal").Options)
	require.NoError(t, f.Set("/email", "ada@"))
	require.NoError(t, f.Pick("/more", 0))
	require.NoError(t, f.Pick("/more", 1))
	require.NoError(t, f.Set("/bags", "9"))
	said := map[string]bool{}
	for _, p := range f.Check() {
		said[p.Path] = p.Soft
	}
	assert.Equal(t, map[string]bool{"/email": true, "/more": false, "/bags": false}, said)
}
