package property_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/property"
	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/testservers"
)

// What docs/property.md shows of a real server is so: one of its tools plays an
// error that does not say isError, and the others keep every rule.
func TestServerEverything(t *testing.T) {
	everything := testservers.Find(t, testservers.Dir(t), "everything")
	o := property.DefaultOptions()
	o.AllowTools, o.Calls = []string{"get-annotated-message", "get-sum", "get-structured-content", "echo"}, 40
	r, err := property.Run(context.Background(), mcp.Target{Name: "everything", Command: everything.Stdio}, o)
	require.NoError(t, err)
	var found []string
	for _, f := range r.Findings {
		if f.Verdict != conformance.Pass && f.Verdict != conformance.Skip && f.Verdict != conformance.Unproven {
			found = append(found, f.Check+" "+f.Message)
		}
	}
	assert.Equal(t, []string{`property/tool/fails-openly get-annotated-message({"messageType":"error"}) is answered without isError by "Error: Operation failed"`}, found)
}
