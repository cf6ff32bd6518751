package conformance

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp"
)

func TestExampleIsTheCallersOwn(t *testing.T) {
	tool := mcp.MustParse(`{"name":"t","inputSchema":{"type":"object","required":["o","l"],"properties":{
		"o":{"type":"object","required":["n"],"properties":{"n":{"const":"x"}}},
		"l":{"type":"array","minItems":1,"items":{"const":"y"}}}}}`)
	want := map[string]any{"o": map[string]any{"n": "x"}, "l": []any{"y"}}
	for name, e := range map[string]Entry{"of a listing": newEntry(tool, nil, ""), "of none": {Value: tool}} {
		first, err := e.Example()
		require.NoError(t, err, name)
		require.Equal(t, want, first, name)
		first.(map[string]any)["o"].(map[string]any)["n"] = "changed"
		first.(map[string]any)["l"].([]any)[0] = "changed"
		again, err := e.Example()
		require.NoError(t, err, name)
		assert.Equal(t, want, again, name)
	}
	_, err := newEntry(mcp.MustParse(`{"inputSchema":{"not":{}}}`), nil, "").Example()
	assert.Error(t, err)
}
