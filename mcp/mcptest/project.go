package mcptest

import (
	"maps"

	"github.com/mcpctl/mcpctl/mcp"
)

// since says with which revision optional members came. What is not listed
// was always there. The order of kinds is that of the version matrix.
var since = map[string]map[string]mcp.Revision{
	"tool": {
		"annotations": mcp.Rev20250326, "title": mcp.Rev20250618, "outputSchema": mcp.Rev20250618,
		"_meta": mcp.Rev20250618, "icons": mcp.Rev20251125, "execution": mcp.Rev20251125,
	},
	"resource": {"title": mcp.Rev20250618, "_meta": mcp.Rev20250618, "icons": mcp.Rev20251125},
	"prompt":   {"title": mcp.Rev20250618, "_meta": mcp.Rev20250618, "icons": mcp.Rev20251125},
	"argument": {"title": mcp.Rev20250618},
	"server": {
		"title": mcp.Rev20250618, "description": mcp.Rev20251125,
		"icons": mcp.Rev20251125, "websiteUrl": mcp.Rev20251125,
	},
	"annotations": {"lastModified": mcp.Rev20250618},
	"call":        {"structuredContent": mcp.Rev20250618},
}

// project takes out of m, which it may change, the members that r does not
// have.
func project(kind string, m map[string]any, r mcp.Revision) map[string]any {
	for member, first := range since[kind] {
		if r < first {
			delete(m, member)
		}
	}
	if kind != "tool" {
		replace(m, "annotations", func(a map[string]any) map[string]any { return project("annotations", a, r) })
	}
	if arguments, ok := m["arguments"].([]any); ok && kind == "prompt" {
		all := make([]any, len(arguments))
		for i, a := range arguments {
			if fields, ok := a.(map[string]any); ok {
				a = project("argument", maps.Clone(fields), r)
			}
			all[i] = a
		}
		m["arguments"] = all
	}
	return m
}

// replace exchanges an object member for a changed copy.
func replace(m map[string]any, member string, change func(map[string]any) map[string]any) {
	old, ok := m[member].(map[string]any)
	if !ok {
		return
	}
	m[member] = change(maps.Clone(old))
}
