package app

import "testing"

func TestPages(t *testing.T) {
	a, _ := newAppWithTools(t, "MCP_PAGE_SIZE=1")
	client := connect(t, a, nil)
	first, err := client.ListTools(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(first.Tools) != 1 || first.NextCursor == "" {
		t.Errorf("the first page has %d tools and the cursor %q", len(first.Tools), first.NextCursor)
	}
	seen := map[string]bool{}
	for tool, err := range client.Tools(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		if seen[tool.Name] {
			t.Errorf("%s is listed twice", tool.Name)
		}
		seen[tool.Name] = true
	}
	if len(seen) < 2 {
		t.Errorf("all pages have %d tools", len(seen))
	}
}
