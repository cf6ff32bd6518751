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
		"breaking capabilities logging: is gone",
		"breaking resources a:1: is gone",
		"unproven capabilities tools: differs",
		"unproven prompts p: differs",
		"compatible capabilities completions: is new",
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

func TestRulesWeighWhatDiffers(t *testing.T) {
	strict := func(g compare.Group, a, b mcp.Value) []compare.Change {
		what := "any change breaks"
		switch {
		case !a.Exists():
			what = "nothing may be new"
		case !b.Exists():
			what = "nothing may go"
		}
		return []compare.Change{{Kind: compare.Changed, Weight: compare.Breaking, What: what}}
	}
	a, b := tools(`{"name":"t","title":"a"}`, `{"name":"old"}`), tools(`{"name":"t","title":"b"}`, `{"name":"new"}`)
	assert.Equal(t, []string{"breaking tools t: any change breaks", "breaking tools old: nothing may go", "breaking tools new: nothing may be new"}, says(compare.Compare(a, b, strict)))
	assert.Equal(t, []string{"breaking tools old: is gone", "unproven tools t: differs", "compatible tools new: is new"}, says(compare.Compare(a, b, nil)))
	many := func(compare.Group, mcp.Value, mcp.Value) []compare.Change { return make([]compare.Change, 5_000) }
	assert.Len(t, compare.Compare(a, b, many).Changes(), 300, "what one entry tells is bounded")
}

func TestExports(t *testing.T) {
	a, b := tools(`{"name":"x|y\u001b[31m","inputSchema":{}}`), tools(`{"name":"new"}`)
	a.Name, b.Name = "one", "two"
	c := compare.Compare(a, b, nil)
	var text, data bytes.Buffer
	require.NoError(t, c.WriteMarkdown(&text))
	assert.Equal(t, "# one and two\n\n1 breaking, 0 unproven, 1 compatible, 0 cosmetic.\n\n## Breaking\n\n| what | where | | before | after |\n|---|---|---|---|---|\n"+
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
	assert.Equal(t, map[string]int{"breaking": 1, "unproven": 0, "compatible": 1, "cosmetic": 0}, shape.Summary)
	require.Len(t, shape.Changes, 2)
	assert.NotContains(t, shape.Changes[1], "a")
}

func TestACallOfOneSideProvesNothing(t *testing.T) {
	a := compare.Side{Name: "a", Calls: []compare.Call{{Method: "tools/call", Params: mcp.MustParse(`{"name":"t"}`), Result: mcp.MustParse(`{"content":[]}`)}}}
	b := compare.Side{Name: "b"}
	for _, one := range []compare.Comparison{compare.Compare(a, b, nil), compare.Compare(b, a, nil)} {
		require.Len(t, says(one), 1)
		assert.Contains(t, says(one)[0], "cosmetic calls tools/call")
		assert.Contains(t, says(one)[0], "was made on this side alone")
	}
}
