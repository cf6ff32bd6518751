package realtest_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/mcpctl/mcpctl/mcp"
)

// cited is a citation in a reason: revision/page#anchor, or a type of a schema
// where the revision has no page for it.
var cited = regexp.MustCompile(`(schema/)?(\d{4}-\d{2}-\d{2})/([a-z][a-z/-]*)(?:#([a-z0-9%-]+))?`)

// TestReasonsCite: every reason names a heading that there is, in a revision
// that the entry is about.
func TestReasonsCite(t *testing.T) {
	data, err := os.ReadFile(filepath.FromSlash("../../conformance/spec/anchors.yaml"))
	require.NoError(t, err)
	anchors := map[mcp.Revision]map[string][]string{}
	require.NoError(t, yaml.Unmarshal(data, &anchors))
	paths, err := filepath.Glob("testdata/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		known, err := readExpectations(path)
		require.NoError(t, err)
		for _, f := range known.Found {
			all := cited.FindAllStringSubmatch(f.Judged, -1)
			assert.NotEmpty(t, all, "%s: %s cites nothing", path, f.Check)
			for _, c := range all {
				rev, page, anchor := mcp.Revision(c[2]), c[3], c[4]
				assert.Contains(t, f.Revisions, rev, "%s: %s cites %s, which it is not about", path, f.Check, c[0])
				if c[1] != "" {
					continue
				}
				headings, ok := anchors[rev][page]
				if !ok {
					headings, ok = anchors[rev][page+"/index"]
				}
				assert.True(t, ok, "%s: %s cites %s, which is no page", path, f.Check, c[0])
				assert.True(t, anchor == "" || slices.Contains(headings, anchor), "%s: %s cites %s, which is no heading", path, f.Check, c[0])
			}
		}
	}
}
