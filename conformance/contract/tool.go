package contract

import (
	"fmt"
	"slices"

	"github.com/mcpctl/mcpctl/conformance/compat"
	"github.com/mcpctl/mcpctl/mcp"
)

// tool compares two descriptors of a tool.
func tool(before, after mcp.Value) []Change {
	all := newlyDeprecated(before, after)
	return append(all, members(before, after, func(name string, a, b mcp.Value) []Change {
		switch name {
		case "inputSchema":
			return schemas(compat.Input, ofObjects(a), ofObjects(b))
		case "outputSchema":
			return outputs(a, b)
		case "annotations":
			return annotations(a, b)
		case "execution":
			return execution(a, b)
		}
		return common(name, a, b)
	})...)
}

// ofObjects is an input schema that says that arguments are an object, which the
// protocol says where the schema does not (server/tools#calling-tools).
func ofObjects(schema mcp.Value) mcp.Value {
	if !schema.Is(mcp.Object) || schema.Has("type") || schema.Has("$ref") {
		return schema
	}
	return object(append(slices.Clone(schema.Members()), mcp.Member{Name: "type", Value: mcp.ValueOf("object")}))
}

// outputs compares what is promised of structured results.
func outputs(a, b mcp.Value) []Change {
	switch {
	case !b.Exists():
		return []Change{change("output-schema-removed", "", "structured results are not promised any more", a, b)}
	case !a.Exists():
		return []Change{change("output-schema-added", "", "structured results are promised", a, b)}
	}
	return schemas(compat.Output, a, b)
}

// hints are the annotations of a tool that clients act by, with what their absence
// says (server/tools, ToolAnnotations).
func hints() []hint {
	return []hint{
		{"readOnlyHint", "read-only-changed", false, false},
		{"destructiveHint", "destructive-changed", true, true},
		{"idempotentHint", "idempotent-changed", false, true},
		{"openWorldHint", "open-world-changed", true, false},
	}
}

// hint is an annotation, its rule, what its absence says, and whether it means
// something only of tools that write.
type hint struct {
	name, rule     string
	absent, writes bool
}

// annotations compares hints by what they say, absent ones included. What is read
// only destroys nothing and can be repeated, whatever else it says.
func annotations(before, after mcp.Value) []Change {
	harmless := before.Get("readOnlyHint").True() || after.Get("readOnlyHint").True()
	return members(before, after, func(name string, a, b mcp.Value) []Change {
		for _, h := range hints() {
			if h.name != name || harmless && h.writes {
				continue
			}
			was, is := said(a, h.absent), said(b, h.absent)
			if was != is {
				return []Change{change(h.rule, name, fmt.Sprintf("%s was %t and is %t", name, was, is), a, b)}
			}
		}
		return []Change{change("annotations-changed", name, "the annotation "+name+" is another, which changes nothing for clients", a, b)}
	})
}

func said(v mcp.Value, absent bool) bool {
	if v.Is(mcp.Bool) {
		return v.True()
	}
	return absent
}

// execution compares how a tool can be called as a task.
func execution(before, after mcp.Value) []Change {
	return members(before, after, func(name string, a, b mcp.Value) []Change {
		if name != "taskSupport" {
			return []Change{change("member-changed", "execution."+name, "it differs, and mcpctl does not know what it means", a, b)}
		}
		was, is := support(a), support(b)
		if was == is {
			return []Change{change("annotations-changed", "execution."+name, "task support is spelled out, or not any more", a, b)}
		}
		id := "task-support-widened"
		if is != "optional" {
			id = "task-support-narrowed"
		}
		return []Change{change(id, "execution."+name, fmt.Sprintf("a task was %s and is %s", was, is), a, b)}
	})
}

// support is what a tool says of tasks, forbidden by default.
func support(v mcp.Value) string {
	if v.Text() == "" {
		return "forbidden"
	}
	return v.Text()
}

// common compares members that descriptors of all kinds have.
func common(name string, a, b mcp.Value) []Change {
	what := func(rule, words string) []Change { return []Change{change(rule, name, words, a, b)} }
	switch name {
	case "description":
		switch {
		case !a.Exists():
			return what("description-changed", "it is described now")
		case !b.Exists():
			return what("description-changed", "it is not described any more")
		}
		return what("description-changed", "the description is worded otherwise")
	case "title":
		return what("title-changed", "the title is another")
	case "icons":
		return what("icons-changed", "the icons are others")
	case "_meta":
		return what("meta-changed", "_meta is another")
	case "deprecated":
		return what("meta-changed", "the mark of deprecation is another")
	}
	return what("member-changed", "the member "+name+" differs, and mcpctl does not know what it means")
}
