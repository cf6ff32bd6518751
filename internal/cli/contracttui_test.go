package cli

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/inspect/compare"
	"github.com/mcpctl/mcpctl/mcp"
)

// The screen weighs changes as contract diff does.
func TestTheScreenComparesByTheContractsRules(t *testing.T) {
	side := func(capabilities string, tools ...string) compare.Side {
		s := compare.Side{Server: mcp.MustParse(`{"capabilities":` + capabilities + `}`)}
		for _, raw := range tools {
			s.Tools = append(s.Tools, mcp.MustParse(raw))
		}
		return s
	}
	input := func(schema string) string { return `{"name":"t","inputSchema":` + schema + `}` }
	for _, c := range []struct {
		title string
		a, b  compare.Side
		want  compare.Weight
		what  string
	}{
		{"an argument that breaks", side(`{}`, input(`{"type":"object","properties":{"n":{"type":"integer"}}}`)), side(`{}`, input(`{"type":"object","properties":{"n":{"type":"string"}}}`)), compare.Breaking, "a call that worked: {"},
		{"an argument more", side(`{}`, input(`{"type":"object"}`)), side(`{}`, input(`{"type":"object","properties":{"n":{"type":"string"}}}`)), compare.Compatible, "new and optional"},
		{"words", side(`{}`, `{"name":"t","title":"a"}`), side(`{}`, `{"name":"t","title":"b"}`), compare.Cosmetic, "the title is another"},
		{"something unknown", side(`{}`, `{"name":"t","x":1}`), side(`{}`, `{"name":"t","x":2}`), compare.Unproven, "does not know"},
		{"a tool less", side(`{}`, `{"name":"t"}`), side(`{}`), compare.Breaking, "it is gone"},
		{"a deprecated tool less", side(`{}`, `{"name":"t","deprecated":true}`), side(`{}`), compare.Cosmetic, "as was announced"},
		{"a tool more", side(`{}`), side(`{}`, `{"name":"t"}`), compare.Compatible, "it is new"},
		{"a capability less", side(`{"logging":{}}`), side(`{}`), compare.Breaking, "not declared any more"},
	} {
		t.Run(c.title, func(t *testing.T) {
			changes := compare.Compare(c.a, c.b, contractRules()).Changes()
			require.Len(t, changes, 1)
			assert.Equal(t, c.want, changes[0].Weight)
			assert.Contains(t, changes[0].What, c.what)
		})
	}
}
