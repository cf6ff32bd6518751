package lint

import (
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/schema"
	"github.com/mcpctl/mcpctl/mcp"
)

// maxNesting is how deep parameters may lie within each other.
const maxNesting = 5

func schemaRules() []rule {
	return []rule{
		{conformance.Rule{
			ID: "lint/schema/root-object", Title: "input schemas are objects", Group: "schemas", Verdict: conformance.Fail,
			Why: "Arguments are sent as an object. Every model provider refuses a tool whose schema does not say type: object.",
			Fix: "Write {\"type\": \"object\", \"properties\": {…}}, for no parameters {\"type\": \"object\", \"additionalProperties\": false}.",
		}, tools, rootObject},
		{conformance.Rule{
			ID: "lint/schema/root-combinator", Title: "input schemas have no oneOf, anyOf, allOf, not, if or enum at their root", Group: "schemas", Verdict: conformance.Fail,
			Why: "The protocol allows them, large model providers do not: they refuse the request, with all other tools in it.",
			Fix: "Describe all parameters under properties, and say in the descriptions which go together; or make several tools.",
		}, tools, rootCombinator},
		{conformance.Rule{
			ID: "lint/schema/ref-remote", Title: "schemas refer to nothing outside themselves", Group: "schemas", Verdict: conformance.Fail,
			Why: "Clients do not fetch schemas: it would tell a stranger's server who uses the tool, and let it change the tool afterwards.",
			Fix: "Copy what is referred to into $defs.",
		}, tools, refRemote},
		{conformance.Rule{
			ID: "lint/schema/ref-dangling", Title: "references within schemas lead somewhere", Group: "schemas", Verdict: conformance.Fail,
			Why: "A schema with a reference that leads nowhere cannot be compiled, and the tool cannot be called.",
			Fix: "Add the definition, or correct the reference. Definitions of the whole API have to be copied into each tool's schema.",
		}, tools, refDangling},
		{conformance.Rule{
			ID: "lint/schema/ref-recursive", Title: "input schemas do not contain themselves", Group: "schemas", Verdict: conformance.Warn,
			Why: "Most model providers cannot use recursive schemas; clients cut them off at some depth or drop the tool.",
			Fix: "Write out the levels that occur, or take a string in a format that has a name.",
		}, tools, refRecursive},
		{conformance.Rule{
			ID: "lint/schema/depth", Title: "parameters are nested at most five deep", Group: "schemas", Verdict: conformance.Warn,
			Why: "Models lose braces and members in deep nesting, and model providers bound it.",
			Fix: "Flatten the parameters: address_city in place of address.city.",
		}, tools, nesting},
		{conformance.Rule{
			ID: "lint/schema/dialect", Title: "schemas declare a dialect that clients know", Group: "schemas", Verdict: conformance.Fail,
			Why: "Without knowing the dialect a client cannot say what the schema means, and refuses or ignores it.",
			Fix: "Leave $schema out (then it is 2020-12), or name draft 2020-12 or draft-07.",
		}, tools, dialect},
		{conformance.Rule{
			ID: "lint/schema/type-known", Title: "types in schemas are those of JSON Schema", Group: "schemas", Verdict: conformance.Fail,
			Why: "\"int\", \"float\", \"date\" or \"file\" are types of programming languages; a schema with them cannot be compiled.",
			Fix: "Choose string, number, integer, boolean, array, object or null, and say the rest with format.",
		}, tools, typeKnown},
	}
}

func rootObject(r *review) {
	for _, t := range r.tools {
		switch s := t.Get("inputSchema"); {
		case !s.Is(mcp.Object):
			r.say(t.subject, "inputSchema is %s", s.Kind())
		case s.Get("type").Text() != "object":
			r.say(t.subject, "inputSchema has the type %s", shown(s.Get("type")))
		}
	}
}

func rootCombinator(r *review) {
	for _, t := range r.tools {
		for _, word := range []string{"oneOf", "anyOf", "allOf", "not", "if", "enum", "const"} {
			if t.Get("inputSchema").Has(word) {
				r.say(t.subject, "inputSchema has %s at its root", word)
			}
		}
	}
}

// eachSchema calls visit for both schemas of every tool.
func (r *review) eachSchema(visit func(t tool, name string, s mcp.Value)) {
	for _, t := range r.tools {
		for _, name := range []string{"inputSchema", "outputSchema"} {
			if s := t.Get(name); s.Is(mcp.Object) {
				visit(t, name, s)
			}
		}
	}
}

func refRemote(r *review) {
	r.eachSchema(func(t tool, name string, s mcp.Value) {
		for _, ref := range schema.ExternalRefs(s.Raw()) {
			r.say(t.subject, "%s refers to %s", name, quote(ref))
		}
	})
}

func refDangling(r *review) {
	r.eachSchema(func(t tool, name string, s mcp.Value) {
		for _, ref := range schema.DanglingRefs(s.Raw()) {
			r.say(t.subject, "%s refers to %s, which is not there", name, quote(ref))
		}
	})
}

// resolve is what a reference into the input schema leads to, Absent for others.
func (t tool) resolve(n node) mcp.Value { return follow(t.Get("inputSchema"), n.Get("$ref").Text()) }

// follow walks a JSON Pointer in a fragment from the root of a document.
func follow(root mcp.Value, ref string) mcp.Value {
	path, ok := strings.CutPrefix(ref, "#")
	if !ok {
		return mcp.Value{}
	}
	for token := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		if path == "" {
			break
		}
		root = root.Get(strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~"))
	}
	return root
}

func refRecursive(r *review) {
	for _, t := range r.tools {
		if ref := circle(t); ref != "" {
			r.say(t.subject, "%s leads back to itself", quote(ref))
		}
	}
}

// circle is a reference of the input schema that can be reached from what it
// refers to; "" for none.
func circle(t tool) string {
	refs := map[string][]string{} // pointer of a schema referred to → references in it
	var all []string
	for _, n := range t.input {
		ref := strings.TrimPrefix(n.Get("$ref").Text(), "#")
		if !n.Has("$ref") || !strings.HasPrefix(n.Get("$ref").Text(), "#") {
			continue
		}
		all = append(all, ref)
		refs[n.pointer] = append(refs[n.pointer], ref)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	const maxRefs = 500 // distinct ones; more are left to the token cost
	for _, start := range all[:min(len(all), maxRefs)] {
		reached := map[string]bool{start: true}
		queue := []string{start}
		for len(queue) > 0 {
			from := queue[0]
			queue = queue[1:]
			for at, targets := range refs {
				if at != from && !strings.HasPrefix(at, from+"/") {
					continue
				}
				for _, target := range targets {
					if target == start || target == "" || strings.HasPrefix(start, target+"/") {
						return "#" + start
					}
					if !reached[target] {
						reached[target] = true
						queue = append(queue, target)
					}
				}
			}
		}
	}
	return ""
}

func nesting(r *review) {
	for _, t := range r.tools {
		deepest := node{}
		for _, n := range t.input {
			if n.depth > deepest.depth {
				deepest = n
			}
		}
		if deepest.depth > maxNesting {
			r.say(deepest.subject(t.subject), "it lies %d deep", deepest.depth)
		}
	}
}

func dialect(r *review) {
	known := set(`json-schema.org/draft/2020-12/schema json-schema.org/draft/2019-09/schema json-schema.org/draft-07/schema
json-schema.org/draft-06/schema json-schema.org/draft-04/schema`)
	r.eachSchema(func(t tool, name string, s mcp.Value) {
		declared := s.Get("$schema")
		bare := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(declared.Text(), "https://"), "http://"), "#")
		if declared.Exists() && !known[bare] {
			r.say(t.subject, "%s declares %s", name, shown(declared))
		}
	})
}

func typeKnown(r *review) {
	known := set("string number integer boolean array object null")
	for _, t := range r.tools {
		for _, n := range slices.Concat(t.input, t.output) {
			kinds := n.Get("type")
			for _, kind := range append(slices.Clone(kinds.Items()), kinds) {
				if kind.Exists() && !kind.Is(mcp.Array) && !known[kind.Text()] {
					r.say(n.subject(t.subject), "%s is no type", shown(kind))
				}
			}
		}
	}
}
