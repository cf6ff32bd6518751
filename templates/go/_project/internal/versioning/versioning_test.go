package versioning

import (
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

func TestDeprecate(t *testing.T) {
	tool := Deprecate(&mcp.Tool{Name: "old", Description: "Does it."}, "new", "2027-06-30")
	if !strings.HasPrefix(tool.Description, "Deprecated: use new;") || !strings.HasSuffix(tool.Description, "Does it.") {
		t.Errorf("description = %q", tool.Description)
	}
	mark, ok := tool.Meta[metaKey].(map[string]any)
	if !ok || mark["replacedBy"] != "new" || mark["until"] != "2027-06-30" {
		t.Errorf("_meta = %v", tool.Meta)
	}
}
