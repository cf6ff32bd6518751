package compare

import (
	"fmt"

	"github.com/mcpctl/mcpctl/mcp"
)

// outcome compares what became of a call.
func outcome(a, b mcp.Value) []Change {
	fared := func(v mcp.Value) string {
		switch {
		case v.Has("error"):
			return fmt.Sprintf("error %s", v.Get("error", "code"))
		case v.Get("result", "isError").True():
			return "isError"
		case v.Has("result"):
			return "ok"
		}
		return "no answer"
	}
	before, after := fared(a), fared(b)
	if before == after {
		return []Change{{Kind: Changed, Weight: Compatible, What: "the answer differs", A: a, B: b}}
	}
	c := Change{Kind: Changed, Weight: Compatible, What: before + ", then " + after, A: a, B: b}
	if before == "ok" {
		c.Weight = Breaking
	}
	return []Change{c}
}
