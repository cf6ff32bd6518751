package compare

import (
	"fmt"
	"slices"

	"github.com/mcpctl/mcpctl/mcp"
)

// Simple are the rules built in. What breaks: a tool, prompt, resource, template
// or capability that is gone, an argument that is gone or newly required, a type
// or enum that takes less, an output that gives less, a call that now fails.
func Simple(g Group, a, b mcp.Value) []Change {
	switch g {
	case Server:
		return []Change{{Kind: Changed, Weight: Cosmetic, What: "is another", A: a, B: b}}
	case Capabilities:
		return capability(a, b)
	case Tools:
		return tool(a, b)
	case Prompts:
		return append(arguments(a.Get("arguments"), b.Get("arguments")), rest(a, b, "arguments")...)
	case Calls:
		return outcome(a, b)
	}
	return rest(a, b)
}

// capability compares what is declared beneath a capability.
func capability(a, b mcp.Value) []Change {
	var all []Change
	for _, m := range a.Members() {
		switch other := b.Get(m.Name); {
		case m.Value.True() && !other.True(), !other.Exists():
			all = append(all, Change{Path: m.Name, Kind: Removed, Weight: Breaking, What: "is no longer declared", A: m.Value, B: other})
		case !mcp.Equal(m.Value, other):
			all = append(all, Change{Path: m.Name, Kind: Changed, Weight: Compatible, What: "differs", A: m.Value, B: other})
		}
	}
	for _, m := range b.Members() {
		if !a.Has(m.Name) {
			all = append(all, Change{Path: m.Name, Kind: Added, Weight: Compatible, What: "is newly declared", B: m.Value})
		}
	}
	return all
}

func tool(a, b mcp.Value) []Change {
	in := schemas{from: a.Get("inputSchema"), to: b.Get("inputSchema"), input: true}
	all := in.compare("inputSchema")
	before, after := a.Get("outputSchema"), b.Get("outputSchema")
	switch {
	case before.Exists() && !after.Exists():
		all = append(all, Change{Path: "outputSchema", Kind: Removed, Weight: Breaking, What: "structured output is no longer promised", A: before})
	case !before.Exists() && after.Exists():
		all = append(all, Change{Path: "outputSchema", Kind: Added, Weight: Compatible, What: "structured output is promised", B: after})
	case before.Exists():
		out := schemas{from: before, to: after}
		all = append(all, out.compare("outputSchema")...)
	}
	return append(all, rest(a, b, "inputSchema", "outputSchema")...)
}

// arguments compares those of a prompt.
func arguments(a, b mcp.Value) []Change {
	var all []Change
	named := func(list mcp.Value, name string) mcp.Value {
		for _, one := range list.Items() {
			if one.Get("name").Text() == name {
				return one
			}
		}
		return mcp.Value{}
	}
	for _, one := range a.Items() {
		name := one.Get("name").Text()
		other := named(b, name)
		switch {
		case !other.Exists():
			all = append(all, Change{Path: "arguments." + name, Kind: Removed, Weight: Breaking, What: "the argument is gone", A: one})
		case other.Get("required").True() && !one.Get("required").True():
			all = append(all, Change{Path: "arguments." + name, Kind: Changed, Weight: Breaking, What: "the argument is now required", A: one, B: other})
		case !mcp.Equal(one, other):
			all = append(all, Change{Path: "arguments." + name, Kind: Changed, Weight: Cosmetic, What: "is described otherwise", A: one, B: other})
		}
	}
	for _, one := range b.Items() {
		if name := one.Get("name").Text(); !named(a, name).Exists() {
			c := Change{Path: "arguments." + name, Kind: Added, Weight: Compatible, What: "the argument is new", B: one}
			if one.Get("required").True() {
				c.Weight, c.What = Breaking, "the argument is new and required"
			}
			all = append(all, c)
		}
	}
	return all
}

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

// words are the members that are for people.
var words = []string{"title", "description", "icons", "_meta"}

// rest compares the members of an entry that no rule has looked at.
func rest(a, b mcp.Value, seen ...string) []Change {
	var all []Change
	compare := func(name string) {
		before, after := a.Get(name), b.Get(name)
		if slices.Contains(seen, name) || mcp.Equal(before, after) {
			return
		}
		seen = append(seen, name)
		c := Change{Path: name, Kind: Changed, Weight: Compatible, What: "differs", A: before, B: after}
		if slices.Contains(words, name) {
			c.Weight = Cosmetic
		}
		switch {
		case !before.Exists():
			c.Kind, c.What = Added, "is new"
		case !after.Exists():
			c.Kind, c.What = Removed, "is gone"
		}
		all = append(all, c)
	}
	for _, m := range a.Members() {
		compare(m.Name)
	}
	for _, m := range b.Members() {
		compare(m.Name)
	}
	return all
}
