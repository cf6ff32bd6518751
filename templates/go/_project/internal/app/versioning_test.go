package app

import (
	"strings"
	"testing"
)

// The old version of a tool works, and says what replaces it.
func TestDeprecatedTool(t *testing.T) {
	a, _ := newApp(t)
	client := connect(t, a, nil)
	found := call(t, client, "find_notes", map[string]any{"text": "welcome"}).StructuredContent.(map[string]any)["notes"].([]any)
	if len(found) != 1 {
		t.Errorf("found %d notes, want 1", len(found))
	}
	for tool, err := range client.Tools(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		marked := tool.Meta["acme-server/deprecated"] != nil && strings.HasPrefix(tool.Description, "Deprecated:")
		if marked != (tool.Name == "find_notes") {
			t.Errorf("%s is marked as deprecated: %v", tool.Name, marked)
		}
	}
}
