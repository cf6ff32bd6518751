package spec_test

import (
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/mcpctl/mcpctl/conformance/spec"
	"github.com/mcpctl/mcpctl/mcp"
)

const (
	pages = "https://modelcontextprotocol.io/specification/"
	files = "https://github.com/modelcontextprotocol/modelcontextprotocol/blob/b0f60ba5409db7a6582440a7b473cc0398890f15/"
)

// TestEveryRequirementIsCitedWhereverItBinds holds that a verdict can always
// name its source, and that each page and heading exists in the very revision.
func TestEveryRequirementIsCitedWhereverItBinds(t *testing.T) {
	data, err := os.ReadFile("anchors.yaml")
	require.NoError(t, err)
	var anchors map[mcp.Revision]map[string][]string
	require.NoError(t, yaml.Unmarshal(data, &anchors))

	for r := range spec.All() {
		for _, rev := range mcp.Timeline() {
			citations := r.Citations(rev)
			if !r.Span().Has(rev) {
				assert.Empty(t, citations, "%s in %s", r.ID, rev)
				continue
			}
			assert.NotEmpty(t, citations, "%s in %s", r.ID, rev)
			assert.NotEmpty(t, r.Label(rev), "%s in %s", r.ID, rev)
			for _, c := range citations {
				assert.NotContains(t, c.Label, "<revision>")
				page, anchor, _ := strings.Cut(c.Ref, "#")
				headings, exists := anchors[rev][page]
				assert.True(t, c.Ref == "" || exists, "%s: %s has no page %s", r.ID, rev, page)
				assert.True(t, anchor == "" || slices.Contains(headings, anchor), "%s: %s has no %s", r.ID, rev, c.Ref)
				if strings.HasPrefix(c.Label, "npm ") {
					assert.Empty(t, c.Link(rev))
					continue
				}
				link, err := url.Parse(c.Link(rev))
				require.NoError(t, err, r.ID)
				assert.Contains(t, []string{"modelcontextprotocol.io", "github.com"}, link.Host)
			}
		}
	}
}

func TestRefLabelAndLink(t *testing.T) {
	for _, c := range []struct {
		era              mcp.Era
		id               string
		rev              mcp.Revision
		ref, label, link string
	}{
		{mcp.Handshake, "base.jsonrpc.version-field", mcp.Rev20241105,
			"basic/messages", "basic/messages § (intro)", pages + "2024-11-05/basic/messages"},
		{mcp.Handshake, "base.jsonrpc.version-field", mcp.Rev20250618,
			"basic/index#messages", "basic/index § Messages", pages + "2025-06-18/basic#messages"},
		{mcp.Handshake, "base.jsonrpc.version-field", mcp.Rev20260728, "", "", ""},
		{mcp.Handshake, "base.response.result-is-object", mcp.Rev20250326,
			"", "schema/2025-03-26/schema.ts § Result", files + "schema/2025-03-26/schema.ts"},
		{mcp.Handshake, "base.response.result-is-object", mcp.Rev20251125,
			"schema#result", "schema/2025-11-25/schema.ts § Result", pages + "2025-11-25/schema#result"},
		{mcp.Handshake, "security.session.not-authentication", mcp.Rev20251125,
			"", "docs/docs/2025-11-25/tutorials/security/security_best_practices.mdx § Session Hijacking",
			files + "docs/docs/2025-11-25/tutorials/security/security_best_practices.mdx"},
		{mcp.Stateless, "security.header-values-untrusted", mcp.Rev20260728,
			"", "seps/2243-http-standardization.md § Trusting Header Values", files + "seps/2243-http-standardization.md"},
		{mcp.Stateless, "tools.name.unique", mcp.Rev20260728,
			"server/tools#tool-names", "server/tools § Tool Names", pages + "2026-07-28/server/tools#tool-names"},
	} {
		r, ok := spec.Lookup(c.era, c.id)
		require.True(t, ok, c.id)
		assert.Equal(t, c.ref, r.Ref(c.rev), "%s %s", c.id, c.rev)
		assert.Equal(t, c.label, r.Label(c.rev), "%s %s", c.id, c.rev)
		assert.Equal(t, c.link, r.Link(c.rev), "%s %s", c.id, c.rev)
	}
}

func TestLinkOfAPage(t *testing.T) {
	for ref, want := range map[string]string{
		"index":                 pages + "2025-11-25",
		"basic/index#json-rpc":  pages + "2025-11-25/basic#json-rpc",
		"server/tools":          pages + "2025-11-25/server/tools",
		"server/tools#tool-use": pages + "2025-11-25/server/tools#tool-use",
	} {
		assert.Equal(t, want, spec.Link(mcp.Rev20251125, ref))
	}
}
