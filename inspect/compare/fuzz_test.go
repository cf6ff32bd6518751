package compare_test

import (
	"io"
	"testing"

	"github.com/mcpctl/mcpctl/inspect/compare"
	"github.com/mcpctl/mcpctl/mcp"
)

// FuzzCompare: whatever two servers list, the comparison ends, a side equals
// itself, and what is added one way is removed the other way.
func FuzzCompare(f *testing.F) {
	f.Add([]byte(`{"tools":[{"name":"a","inputSchema":{"properties":{"x":{"type":["a",1]},"y":{"$ref":"#"}},"required":[7]}}]}`), []byte(`{"tools":[{"name":"a","inputSchema":{"$ref":"#/x"}},{"name":"a"},7]}`))
	f.Add([]byte(`{"tools":[{"name":"a","outputSchema":{"enum":[1],"items":{"$ref":"#/items"}}}]}`), []byte(`{"tools":[{"outputSchema":[]}]}`))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		side := func(raw []byte) compare.Side {
			v, _ := mcp.Parse(raw) // what is no JSON lists nothing
			return compare.Side{Server: v, Tools: v.Get("tools").Items(), Prompts: v.Get("prompts").Items(), Resources: v.Get("tools").Items()}
		}
		one, other := side(a), side(b)
		if n := len(compare.Compare(one, one, nil).Changes()); n > 0 {
			t.Fatalf("a side differs from itself in %d places", n)
		}
		there, back := compare.Compare(one, other, nil), compare.Compare(other, one, nil)
		count := func(c compare.Comparison, k compare.Kind) (n int) {
			for _, r := range c.Rows {
				if r.Kind == k {
					n++
				}
			}
			return n
		}
		if count(there, compare.Added) != count(back, compare.Removed) || count(there, compare.Changed) != count(back, compare.Changed) {
			t.Fatal("the way back is another")
		}
		if there.WriteJSON(io.Discard) != nil || there.WriteMarkdown(io.Discard) != nil {
			t.Fatal("it cannot be written")
		}
	})
}
