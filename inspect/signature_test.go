package inspect_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mcpctl/mcpctl/inspect"
	"github.com/mcpctl/mcpctl/mcp"
)

func TestSignature(t *testing.T) {
	assert.Equal(t, `every(text?: string, number?: number, whole?: integer, flag?: boolean, list?: integer[], pair?: string[], free?: array, `+
		`inner?: object, a.b?: integer, any?: any, maybe?: string|null, none?: null, either?: number|string, side?: "left"|"right"|3, tree?: object, `+
		`many?: string[]|string, map?: object, all?: boolean)`, inspect.Signature(mcp.MustParse(every)))
	assert.Equal(t, "none()", inspect.Signature(mcp.MustParse(`{"name": "none", "inputSchema": {"type": "object"}}`)))
	assert.Equal(t, "broken()", inspect.Signature(mcp.MustParse(`{"name": "broken", "inputSchema": 7}`)))
	many := `{"name": "many", "inputSchema": {"properties": {`
	for i := range 5000 {
		many += fmt.Sprintf(`"p%d": {"$ref": "#"},`, i)
	}
	assert.Less(t, len(inspect.Signature(mcp.MustParse(many+`"last": {}}}}`))), 1000, "what is endless is cut")
}

func TestProperties(t *testing.T) {
	got := inspect.Properties(mcp.MustParse(`{"properties": {"a": {"type": "boolean", "description": "about"}, "b": {"enum": ["x", 2]}, "c": {}}, "required": ["a"]}`))
	assert.Equal(t, []inspect.Property{
		{Name: "a", Type: "boolean", About: "about", Required: true, Choices: []string{"true", "false"}},
		{Name: "b", Type: `"x"|2`, Choices: []string{"x", "2"}},
		{Name: "c", Type: "any"},
	}, got)
}
