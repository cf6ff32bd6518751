package spec_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/mcpctl/mcpctl/conformance/spec"
	"github.com/mcpctl/mcpctl/mcp"
)

// shared reads a file of the reference data beside the repository, or passes
// the test over where there is none, as in a public clone.
func shared(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../../../shared/spec", filepath.FromSlash(name)))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("passed over: the reference data ../shared/spec/%s is not here", name)
	}
	require.NoError(t, err)
	return data
}

func TestNoIDOfTheReferenceIsLost(t *testing.T) {
	for _, era := range []mcp.Era{mcp.Handshake, mcp.Stateless} {
		var entries []struct{ ID string }
		require.NoError(t, yaml.Unmarshal(shared(t, "requirements-"+era.String()+".yaml"), &entries))
		require.NotEmpty(t, entries)
		for _, e := range entries {
			_, ok := spec.Lookup(era, e.ID)
			assert.True(t, ok, "%s %s: ids are permanent", era, e.ID)
		}
	}
}

// TestCitedSchemaTypesExist looks every cited schema type up in the published
// schema of the revision.
func TestCitedSchemaTypesExist(t *testing.T) {
	for _, rev := range mcp.Timeline() {
		var schema struct {
			Definitions map[string]any
			Defs        map[string]any `json:"$defs"`
		}
		require.NoError(t, json.Unmarshal(shared(t, "schema/"+string(rev)+"/schema.json"), &schema))
		cited := 0
		for r := range spec.All() {
			for _, c := range r.Citations(rev) {
				name, isType := strings.CutPrefix(c.Label, "schema/"+string(rev)+"/schema.ts § ")
				if !isType {
					assert.False(t, strings.HasPrefix(c.Label, "schema/"), "%s: %s is another revision's", r.ID, c.Label)
					continue
				}
				cited++
				_, old := schema.Definitions[name]
				_, current := schema.Defs[name]
				assert.True(t, old || current, "%s: the schema of %s has no type %s", r.ID, rev, name)
			}
		}
		assert.NotZero(t, cited, rev)
	}
}
