package compare_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect/compare"
	"github.com/mcpctl/mcpctl/mcp"
)

func tools(raw ...string) compare.Side {
	s := compare.Side{Name: "s"}
	for _, one := range raw {
		s.Tools = append(s.Tools, mcp.MustParse(one))
	}
	return s
}

// says is what a comparison tells, a line a change.
func says(c compare.Comparison) []string {
	var all []string
	for _, one := range c.Changes() {
		line := fmt.Sprintf("%s %s %s", one.Weight, one.Group, one.Name)
		if one.Path != "" {
			line += " " + one.Path
		}
		all = append(all, line+": "+one.What)
	}
	return all
}

func inTool(schema string) string { return `{"name":"t","inputSchema":` + schema + `}` }
func outTool(schema string) string {
	return `{"name":"t","inputSchema":{"type":"object"},"outputSchema":` + schema + `}`
}

func TestWhatBreaksCallersOfTools(t *testing.T) {
	for _, c := range []struct {
		title, a, b string
		want        []string
	}{
		{"the same", inTool(`{"type":"object","properties":{"a":{"type":"string"}}}`), inTool(`{"properties":{"a":{"type":"string"}},"type":"object"}`), nil},
		{"argument gone", inTool(`{"properties":{"a":{},"b":{}}}`), inTool(`{"properties":{"a":{}}}`),
			[]string{"breaking tools t inputSchema.b: the argument is gone"}},
		{"new optional argument", inTool(`{"properties":{"a":{}}}`), inTool(`{"properties":{"a":{},"b":{}}}`),
			[]string{"compatible tools t inputSchema.b: the argument is new"}},
		{"new required argument", inTool(`{"properties":{}}`), inTool(`{"properties":{"b":{}},"required":["b"]}`),
			[]string{"breaking tools t inputSchema.b: the argument is new and required"}},
		{"now required", inTool(`{"properties":{"a":{}}}`), inTool(`{"properties":{"a":{}},"required":["a"]}`),
			[]string{"breaking tools t inputSchema.a: the argument is now required"}},
		{"no longer required", inTool(`{"properties":{"a":{}},"required":["a"]}`), inTool(`{"properties":{"a":{}}}`),
			[]string{"compatible tools t inputSchema: differs in what the simple rules do not weigh"}},
		{"another type", inTool(`{"properties":{"a":{"type":"string"}}}`), inTool(`{"properties":{"a":{"type":"number"}}}`),
			[]string{"breaking tools t inputSchema.a: the type was string and is number"}},
		{"a wider type", inTool(`{"properties":{"a":{"type":"integer"}}}`), inTool(`{"properties":{"a":{"type":["number","null"]}}}`),
			[]string{"compatible tools t inputSchema.a: the type was integer and is null or number"}},
		{"fewer values", inTool(`{"properties":{"a":{"enum":["x","y"]}}}`), inTool(`{"properties":{"a":{"enum":["y","z"]}}}`),
			[]string{`breaking tools t inputSchema.a: the value "x" is no longer taken`, `compatible tools t inputSchema.a: the value "z" is new`}},
		{"newly an enum", inTool(`{"properties":{"a":{}}}`), inTool(`{"properties":{"a":{"enum":[1]}}}`),
			[]string{"breaking tools t inputSchema.a: only some values are taken now"}},
		{"deep, in items and behind references", inTool(`{"properties":{"l":{"type":"array","items":{"$ref":"#/$defs/e"}}},"$defs":{"e":{"properties":{"k":{"type":"string"}}}}}`),
			inTool(`{"properties":{"l":{"type":"array","items":{"$ref":"#/$defs/e"}}},"$defs":{"e":{"properties":{"k":{"type":"boolean"}}}}}`),
			[]string{"breaking tools t inputSchema.l[].k: the type was string and is boolean"}},
		{"described otherwise", inTool(`{"properties":{"description":{"description":"one"}}}`), inTool(`{"properties":{"description":{"description":"two"}}}`),
			[]string{"cosmetic tools t inputSchema: is described otherwise"}},
		{"output property gone", outTool(`{"properties":{"a":{},"b":{}}}`), outTool(`{"properties":{"a":{}}}`),
			[]string{"breaking tools t outputSchema.b: the property is gone"}},
		{"output may be more", outTool(`{"properties":{"a":{"type":"string"}}}`), outTool(`{"properties":{"a":{"type":["null","string"]}}}`),
			[]string{"breaking tools t outputSchema.a: the type was string and is null or string"}},
		{"output is less", outTool(`{"properties":{"a":{"type":"number"}}}`), outTool(`{"properties":{"a":{"type":"integer"}}}`),
			[]string{"compatible tools t outputSchema.a: the type was number and is integer"}},
		{"no output", outTool(`{}`), inTool(`{"type":"object"}`), []string{"breaking tools t outputSchema: structured output is no longer promised"}},
		{"words", `{"name":"t","description":"a","annotations":{"readOnlyHint":true}}`, `{"name":"t","description":"b","annotations":{"readOnlyHint":false}}`,
			[]string{"compatible tools t annotations: differs", "cosmetic tools t description: differs"}},
	} {
		t.Run(c.title, func(t *testing.T) {
			assert.Equal(t, c.want, says(compare.Compare(tools(c.a), tools(c.b), nil)))
		})
	}
}

func TestARecursiveSchemaEnds(t *testing.T) {
	schema := func(leaf string) string {
		return inTool(`{"$ref":"#/$defs/n","$defs":{"n":{"properties":{"a":{"$ref":"#/$defs/n"},"b":{"$ref":"#/$defs/n"},"c":{"$ref":"#/$defs/n"},"d":{"type":"` + leaf + `"}}}}}`)
	}
	c := compare.Compare(tools(schema("string")), tools(schema("number")), nil)
	assert.NotZero(t, c.Count(compare.Breaking))
	assert.LessOrEqual(t, len(c.Changes()), 100)
}

func TestEverythingElseThatAServerOffers(t *testing.T) {
	a := compare.Side{
		Revision: mcp.Rev20251125, Server: mcp.MustParse(`{"serverInfo":{"name":"s","version":"1"},"capabilities":{"tools":{"listChanged":true},"logging":{}}}`),
		Prompts: []mcp.Value{mcp.MustParse(`{"name":"p","arguments":[{"name":"x"},{"name":"y"}]}`)}, Resources: []mcp.Value{mcp.MustParse(`{"uri":"a:1"}`)},
	}
	b := compare.Side{
		Revision: mcp.Rev20260728, Server: mcp.MustParse(`{"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s","version":"2"}},"capabilities":{"tools":{},"completions":{}}}`),
		Prompts: []mcp.Value{mcp.MustParse(`{"name":"p","arguments":[{"name":"x","required":true},{"name":"z"}]}`)}, Resources: []mcp.Value{mcp.MustParse(`{"uri":"a:2"}`)},
	}
	assert.Equal(t, []string{
		"breaking capabilities tools listChanged: is no longer declared",
		"breaking capabilities logging: is gone",
		"breaking prompts p arguments.x: the argument is now required",
		"breaking prompts p arguments.y: the argument is gone",
		"breaking resources a:1: is gone",
		"compatible capabilities completions: is new",
		"compatible prompts p arguments.z: the argument is new",
		"compatible resources a:2: is new",
		"cosmetic server revision: is another",
		"cosmetic server version: is another",
	}, says(compare.Compare(a, b, nil)))
	assert.Empty(t, says(compare.Compare(a, a, nil)))
}

func frames(raw ...string) []mcp.Frame {
	var all []mcp.Frame
	for _, one := range raw {
		d := mcp.Sent
		if text, ok := strings.CutPrefix(one, "<"); ok {
			d, one = mcp.Received, text
		}
		all = append(all, mcp.NewFrame(d, mcp.ChannelBody, []byte(one)))
	}
	return all
}

func TestASideOfWhatWasRecorded(t *testing.T) {
	recorded := func(answer string) compare.Side {
		return compare.OfFrames("r", frames(
			`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}`, `<{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-06-18","serverInfo":{"name":"s"}}}`,
			`{"jsonrpc":"2.0","id":2,"method":"tools/list","params":{}}`, `<{"jsonrpc":"2.0","id":2,"result":{"tools":[{"name":"a"}],"nextCursor":"c"}}`,
			`{"jsonrpc":"2.0","id":3,"method":"tools/list","params":{"cursor":"c"}}`, `<{"jsonrpc":"2.0","id":3,"result":{"tools":[{"name":"b"}]}}`,
			`{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"a","arguments":{"x":1},"_meta":{"progressToken":1}}}`, `<{"jsonrpc":"2.0","id":4,`+answer+`}`,
			`<{"jsonrpc":"2.0","id":9,"result":{}}`, `<no JSON`))
	}
	a := recorded(`"result":{"content":[],"_meta":{"at":1}}`)
	assert.Equal(t, mcp.Rev20250618, a.Revision)
	assert.Len(t, a.Tools, 2)
	require.Len(t, a.Calls, 1)
	assert.JSONEq(t, `{"name":"a","arguments":{"x":1}}`, a.Calls[0].Params.String())
	assert.Empty(t, says(compare.Compare(a, recorded(`"result":{"content":[],"_meta":{"at":2}}`), nil)))
	assert.Equal(t, []string{`breaking calls tools/call a {"x":1}: ok, then error -32602`},
		says(compare.Compare(a, recorded(`"error":{"code":-32602,"message":"no"}`), nil)))
	assert.Equal(t, []string{`compatible calls tools/call a {"x":1}: the answer differs`},
		says(compare.Compare(a, recorded(`"result":{"content":[1]}`), nil)))
}

func TestOtherRulesTakeThePlaceOfTheSimpleOnes(t *testing.T) {
	strict := func(compare.Group, mcp.Value, mcp.Value) []compare.Change {
		return []compare.Change{{Kind: compare.Changed, Weight: compare.Breaking, What: "any change breaks"}}
	}
	c := compare.Compare(tools(`{"name":"t","title":"a"}`), tools(`{"name":"t","title":"b"}`), strict)
	assert.Equal(t, []string{"breaking tools t: any change breaks"}, says(c))
	none := func(compare.Group, mcp.Value, mcp.Value) []compare.Change { return nil }
	assert.Equal(t, []string{"compatible tools t: differs"}, says(compare.Compare(c.A, c.B, none)))
}

func TestExports(t *testing.T) {
	a, b := tools(`{"name":"x|y\u001b[31m","inputSchema":{}}`), tools(`{"name":"new"}`)
	a.Name, b.Name = "one", "two"
	c := compare.Compare(a, b, nil)
	var text, data bytes.Buffer
	require.NoError(t, c.WriteMarkdown(&text))
	assert.Equal(t, "# one and two\n\n1 breaking, 1 compatible, 0 cosmetic.\n\n## Breaking\n\n| what | where | | before | after |\n|---|---|---|---|---|\n"+
		"| tools x\\|y\\\\x1b\\[31m |  | is gone | {\"name\":\"x\\|y\\\\u001b\\[31m\",\"inputSchema\":{}} |  |\n"+
		"\n## Compatible\n\n| what | where | | before | after |\n|---|---|---|---|---|\n| tools new |  | is new |  | {\"name\":\"new\"} |\n", text.String())
	require.NoError(t, c.WriteJSON(&data))
	var shape struct {
		Schema  string
		Summary map[string]int
		Changes []map[string]any
	}
	require.NoError(t, json.Unmarshal(data.Bytes(), &shape))
	assert.Equal(t, compare.Schema, shape.Schema)
	assert.Equal(t, map[string]int{"breaking": 1, "compatible": 1, "cosmetic": 0}, shape.Summary)
	require.Len(t, shape.Changes, 2)
	assert.NotContains(t, shape.Changes[1], "a")
}
