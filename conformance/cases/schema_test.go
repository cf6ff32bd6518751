package cases

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp"
)

// TestSchemaKnowsEveryWord: the schema for editors has exactly the words that
// the parser knows. That both agree on whole files is TestSchema's affair.
func TestSchemaKnowsEveryWord(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "docs", "cases.schema.json"))
	require.NoError(t, err)
	schema, err := mcp.Parse(raw)
	require.NoError(t, err)
	words := func(path ...string) []string {
		all := map[string]bool{}
		at := schema.Get(path...)
		for _, m := range at.Members() {
			all[m.Name] = true
		}
		for _, item := range at.Items() {
			all[item.Text()] = true
		}
		return slices.Sorted(maps.Keys(all))
	}
	_, steps := verbNames()
	for _, tc := range []struct {
		known []string
		path  []string
	}{
		{fileKeys, []string{"properties"}},
		{caseKeys, []string{"$defs", "case", "properties"}},
		{steps, []string{"$defs", "step", "properties"}},
		{expectKeys, []string{"$defs", "expect", "properties"}},
		{completeKeys, []string{"$defs", "complete", "properties"}},
		{notificationKeys, []string{"$defs", "expect", "properties", "notifications", "items", "properties"}},
		{append([]string{"asked"}, questions...), []string{"$defs", "answers", "items", "properties"}},
		{matcherNames, []string{"$defs", "matchers", "properties"}},
		{typeNames, []string{"$defs", "type", "enum"}},
		{listKinds, []string{"$defs", "step", "properties", "list", "enum"}},
		{logLevels, []string{"$defs", "case", "properties", "logLevel", "enum"}},
		{revisions(), []string{"$defs", "revision", "enum"}},
		{transports(), []string{"$defs", "transport", "enum"}},
		{builtins, []string{"$defs", "name", "not", "enum"}},
	} {
		assert.Equal(t, slices.Sorted(slices.Values(tc.known)), words(tc.path...), "%v", tc.path)
	}
	assert.Equal(t, "^[A-Za-z_][A-Za-z0-9_-]*$", identifier.String())
	assert.Equal(t, identifier.String(), schema.Get("$defs", "name", "pattern").Text())
}
