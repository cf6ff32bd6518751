package checks

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// toolsDescriptorChecks judge the entries of tools/list, but for their schemas.
func toolsDescriptorChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "tools/list/entries",
		Title:  "every listed tool has a name and an inputSchema",
		Claims: claims{Handshake: ids{"tools.list.result-shape"}, Stateless: ids{"tools.tool.shape"}},
		Needs:  "tools",
		Run:    toolsEntries,
	}, {
		ID:     "tools/list/optional-members",
		Title:  "the optional members of listed tools have their types",
		Claims: claims{Handshake: ids{"tools.list.optional-field-types"}, Stateless: ids{"tools.tool.shape"}},
		Needs:  "tools",
		Run:    toolsOptionalMembers,
		Fix:    "Leave out what a tool does not have; null is not allowed in its place.",
	}, {
		ID:     "tools/names/unique",
		Title:  "no two tools have the same name",
		Claims: claims{Handshake: ids{"tools.name.unique"}, Stateless: ids{"tools.name.unique"}},
		Needs:  "tools",
		Run:    toolsNamesUnique,
	}, {
		ID:     "tools/names/length",
		Title:  "tool names have 1 to 128 characters",
		Claims: claims{Handshake: ids{"tools.name.length"}, Stateless: ids{"tools.name.length"}},
		Needs:  "tools",
		Run:    toolsNamesLength,
	}, {
		ID:    "tools/names/characters",
		Title: "tool names consist of ASCII letters, digits, underscores, hyphens and dots",
		Claims: claims{
			Handshake: ids{"tools.name.charset", "tools.name.no-special"},
			Stateless: ids{"tools.name.charset", "tools.name.no-spaces-or-specials"},
		},
		Needs: "tools",
		Run:   toolsNamesCharacters,
		Fix:   "Use a dot or an underscore where the name has a slash or a space.",
	}, {
		ID:     "tools/annotations/types",
		Title:  "tool annotations have a string title and boolean hints",
		Claims: claims{Handshake: ids{"tools.list.annotations-types"}, Stateless: ids{"tools.annotations.types"}},
		Needs:  "tools",
		Run:    toolsAnnotationTypes,
	}, {
		ID:     "tools/annotations/coherent",
		Title:  "no tool claims to be both read-only and destructive",
		Claims: claims{Handshake: ids{"tools.list.annotations-coherent"}},
		Needs:  "tools",
		Run:    toolsAnnotationsCoherent,
		Fix:    "Set destructiveHint only where readOnlyHint is false.",
	}, {
		ID:     "tools/execution/task-support",
		Title:  "execution.taskSupport is forbidden, optional or required",
		Claims: claims{Handshake: ids{"tools.list.task-support-enum"}},
		Needs:  "tools",
		Run:    toolsTaskSupport,
	}}
}

// toolsNone is what the checks of descriptors say of an empty list.
const toolsNone = "the server lists no tools"

func toolsEntries(ctx context.Context, p *conformance.Probe) error {
	return descriptors(ctx, p, "tools", toolsNone, func(j *conformance.Judge, e conformance.Entry) {
		j.Saw(e.Page)
		switch name := e.Get("name"); {
		case !e.Is(mcp.Object):
			descriptorFault(j, e, "", "a tool must be an object, not %s", aKind(e.Value))
			return
		case !name.Is(mcp.String):
			descriptorFault(j, e, "/name", "the name of a tool must be a string, not %s", aKind(name))
		}
		if !e.Has("inputSchema") {
			descriptorFault(j, e, "", "the tool %.60q has no inputSchema", toolName(e))
		}
	})
}

func toolsOptionalMembers(ctx context.Context, p *conformance.Probe) error {
	members := []struct {
		name  string
		kind  mcp.Kind
		since mcp.Revision
	}{
		{"description", mcp.String, mcp.Rev20241105},
		{"title", mcp.String, mcp.Rev20250618},
		{"_meta", mcp.Object, mcp.Rev20250618},
		{"icons", mcp.Array, mcp.Rev20251125},
	}
	return descriptors(ctx, p, "tools", toolsNone, func(j *conformance.Judge, e conformance.Entry) {
		j.Saw(e.Page)
		for _, m := range members {
			if v := e.Get(m.name); p.Revision >= m.since && v.Exists() && !v.Is(m.kind) {
				descriptorFault(j, e, "/"+m.name, "%s of the tool %.60q must be %s, not %s",
					m.name, toolName(e), toolsArticle(m.kind), aKind(v))
			}
		}
	})
}

// toolsArticle names a kind as a sentence needs it.
func toolsArticle(k mcp.Kind) string {
	if k == mcp.Array || k == mcp.Object {
		return "an " + k.String()
	}
	return "a " + k.String()
}

func toolsNamesUnique(ctx context.Context, p *conformance.Probe) error {
	seen := map[string]conformance.Entry{}
	return descriptors(ctx, p, "tools", toolsNone, func(j *conformance.Judge, e conformance.Entry) {
		if !e.Get("name").Is(mcp.String) {
			return
		}
		j.Saw(e.Page)
		first, twice := seen[toolName(e)]
		switch {
		case !twice:
			seen[toolName(e)] = e
		case first.Page != e.Page && mcp.Equal(first.Value, e.Value):
			// The same tool on two pages: see pagination/next-cursor/ends.
		default:
			descriptorFault(j, e, "/name", "two tools are called %.60q", toolName(e))
		}
	})
}

// toolsEachName judges the names of tools; what is no string is none.
func toolsEachName(ctx context.Context, p *conformance.Probe, fault func(name string) string) error {
	return descriptors(ctx, p, "tools", toolsNone, func(j *conformance.Judge, e conformance.Entry) {
		if !e.Get("name").Is(mcp.String) {
			return
		}
		j.Saw(e.Page)
		if why := fault(toolName(e)); why != "" {
			descriptorFault(j, e, "/name", "%s", why)
		}
	})
}

func toolsNamesLength(ctx context.Context, p *conformance.Probe) error {
	return toolsEachName(ctx, p, func(name string) string {
		if n := utf8.RuneCountInString(name); n < 1 || n > 128 {
			return fmt.Sprintf("the name %.60q has %d characters, not 1 to 128", name, n)
		}
		return ""
	})
}

func toolsNamesCharacters(ctx context.Context, p *conformance.Probe) error {
	other := func(r rune) bool { return !isAlphaNum(r) && !strings.ContainsRune("_-.", r) }
	return toolsEachName(ctx, p, func(name string) string {
		if i := strings.IndexFunc(name, other); i >= 0 {
			r, _ := utf8.DecodeRuneInString(name[i:])
			return fmt.Sprintf("the name %.60q contains %q", name, r)
		}
		return ""
	})
}

// toolsEachAnnotated judges the annotations of the tools that have some.
func toolsEachAnnotated(ctx context.Context, p *conformance.Probe, look func(*conformance.Judge, conformance.Entry, mcp.Value)) error {
	return descriptors(ctx, p, "tools", "no tool has annotations", func(j *conformance.Judge, e conformance.Entry) {
		if a := e.Get("annotations"); a.Exists() {
			j.Saw(e.Page)
			look(j, e, a)
		}
	})
}

func toolsAnnotationTypes(ctx context.Context, p *conformance.Probe) error {
	kinds := map[string]mcp.Kind{
		"title": mcp.String, "readOnlyHint": mcp.Bool, "destructiveHint": mcp.Bool,
		"idempotentHint": mcp.Bool, "openWorldHint": mcp.Bool,
	}
	return toolsEachAnnotated(ctx, p, func(j *conformance.Judge, e conformance.Entry, a mcp.Value) {
		if !a.Is(mcp.Object) {
			descriptorFault(j, e, "/annotations", "annotations of the tool %.60q must be an object, not %s", toolName(e), aKind(a))
		}
		for _, m := range a.Members() {
			if kind, known := kinds[m.Name]; known && !m.Value.Is(kind) {
				descriptorFault(j, e, "/annotations/"+m.Name, "%s of the tool %.60q must be %s, not %s",
					m.Name, toolName(e), toolsArticle(kind), aKind(m.Value))
			}
		}
	})
}

func toolsAnnotationsCoherent(ctx context.Context, p *conformance.Probe) error {
	return toolsEachAnnotated(ctx, p, func(j *conformance.Judge, e conformance.Entry, a mcp.Value) {
		if a.Get("readOnlyHint").True() && a.Get("destructiveHint").True() {
			descriptorFault(j, e, "/annotations", "the tool %.60q claims to be read-only and destructive at once", toolName(e))
		}
	})
}

func toolsTaskSupport(ctx context.Context, p *conformance.Probe) error {
	return descriptors(ctx, p, "tools", "no tool says how it is executed", func(j *conformance.Judge, e conformance.Entry) {
		execution := e.Get("execution")
		if !execution.Exists() {
			return
		}
		j.Saw(e.Page)
		support := execution.Get("taskSupport")
		switch {
		case !execution.Is(mcp.Object):
			descriptorFault(j, e, "/execution", "execution of the tool %.60q must be an object, not %s", toolName(e), aKind(execution))
		case support.Exists() && support.Text() != "forbidden" && support.Text() != "optional" && support.Text() != "required":
			descriptorFault(j, e, "/execution/taskSupport", `taskSupport of the tool %.60q is %.40s, not "forbidden", "optional" or "required"`, toolName(e), support)
		}
	})
}
