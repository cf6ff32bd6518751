package checks

import (
	"context"
	"errors"
	"fmt"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/schema"
	"github.com/mcpctl/mcpctl/mcp"
)

// toolsSchemaChecks judge inputSchema and outputSchema.
func toolsSchemaChecks() []conformance.Check {
	return []conformance.Check{{
		ID:    "tools/input-schema/object",
		Title: "every inputSchema is an object, never null",
		Claims: claims{
			Handshake: ids{"tools.list.input-schema-object-type", "tools.list.input-schema-not-null"},
			Stateless: ids{"tools.input-schema.object"},
		},
		Needs: "tools",
		Run:   toolsInputObject,
		Fix:   `Give a tool without parameters the schema {"type": "object", "additionalProperties": false}.`,
	}, {
		ID:     "tools/input-schema/root-type",
		Title:  `the root of every inputSchema has type "object"`,
		Claims: claims{Handshake: ids{"tools.list.input-schema-object-type"}, Stateless: ids{"tools.input-schema.root-type"}},
		Needs:  "tools",
		Run:    toolsInputRoot,
		Fix:    `Give a tool without parameters the schema {"type": "object", "additionalProperties": false}.`,
	}, {
		ID:     "tools/input-schema/valid",
		Title:  "every inputSchema is a valid JSON Schema",
		Claims: claims{Handshake: ids{"tools.list.input-schema-compiles"}, Stateless: ids{"tools.input-schema.valid", "schema.ref.internal-resolves"}},
		Needs:  "tools",
		Run:    toolsInputValid,
		Fix:    "Name the dialect in $schema when it is not 2020-12.",
	}, {
		ID:     "tools/input-schema/no-parameters",
		Title:  "a tool without parameters may be called with none",
		Claims: claims{Handshake: ids{"tools.list.no-params-schema"}, Stateless: ids{"tools.input-schema.no-params-closed"}},
		Needs:  "tools",
		Run:    toolsInputEmpty,
		Fix:    `Write {"type": "object", "additionalProperties": false}.`,
	}, {
		ID:     "tools/output-schema/root-type",
		Title:  `the root of every outputSchema has type "object"`,
		Claims: claims{Handshake: ids{"tools.list.output-schema-object-type"}},
		Needs:  "tools",
		Run:    toolsOutputRoot,
		Fix:    "Wrap lists and plain values into an object, as in {\"items\": […]}.",
	}, {
		ID:     "tools/output-schema/valid",
		Title:  "every outputSchema is a valid JSON Schema object",
		Claims: claims{Handshake: ids{"tools.list.output-schema-object-type"}, Stateless: ids{"tools.output-schema.valid", "schema.ref.internal-resolves"}},
		Needs:  "tools",
		Run:    toolsOutputValid,
		Fix:    "Name the dialect in $schema when it is not 2020-12.",
	}}
}

// toolsNoOutput is what the checks of output schemas say when there is none.
const toolsNoOutput = "no tool has an outputSchema"

// toolsEachSchema judges the schemas that the tools have in a member.
func toolsEachSchema(ctx context.Context, p *conformance.Probe, member, nothing string, judge func(mcp.Value) fault) error {
	return descriptors(ctx, p, "tools", nothing, func(j *conformance.Judge, e conformance.Entry) {
		s := e.Get(member)
		if !s.Exists() {
			return
		}
		f := judge(s)
		if f.message == toolsUnjudged {
			return
		}
		j.Saw(e.Page)
		if f.message != "" {
			descriptorFault(j, e, "/"+member+f.pointer, "%s of the tool %.60q %s", member, toolName(e), f.message)
		}
	})
}

// toolsUnjudged stands in place of a fault where none could be looked for.
const toolsUnjudged = "unjudged"

func toolsInputObject(ctx context.Context, p *conformance.Probe) error {
	return toolsEachSchema(ctx, p, "inputSchema", toolsNone, func(s mcp.Value) fault {
		if !s.Is(mcp.Object) {
			return fault{"", "must be an object, not " + aKind(s)}
		}
		return fault{}
	})
}

func toolsInputRoot(ctx context.Context, p *conformance.Probe) error {
	return toolsEachSchema(ctx, p, "inputSchema", toolsNone, toolsRootFault)
}

// toolsRootFault judges the root of a schema as the descriptor of a tool
// fixes it. What is no object is another check's.
func toolsRootFault(s mcp.Value) fault {
	switch kind := s.Get("type"); {
	case !s.Is(mcp.Object):
		return fault{"", toolsUnjudged}
	case !kind.Exists():
		return fault{"", `has no type; it must be "object"`}
	case kind.Text() != "object":
		return fault{"/type", fmt.Sprintf(`has the type %.40s; it must be "object"`, kind)}
	}
	if properties := s.Get("properties"); properties.Exists() && !properties.Is(mcp.Object) {
		return fault{"/properties", "must have an object as properties, not " + aKind(properties)}
	}
	required := s.Get("required")
	if required.Exists() && !required.Is(mcp.Array) {
		return fault{"/required", "must have an array as required, not " + aKind(required)}
	}
	for i, name := range required.Items() {
		if !name.Is(mcp.String) {
			return fault{fmt.Sprintf("/required/%d", i), "must require names, not " + aKind(name)}
		}
	}
	return fault{}
}

func toolsInputValid(ctx context.Context, p *conformance.Probe) error {
	return toolsEachSchema(ctx, p, "inputSchema", "no tool has an inputSchema that could be judged", func(s mcp.Value) fault {
		return toolsValidityFault(s, p.Revision)
	})
}

// toolsValidityFault judges a schema by its dialect. Up to 2025-06-18 a schema
// that names none may be of any: it is valid if draft-07 or 2020-12 takes it.
func toolsValidityFault(s mcp.Value, r mcp.Revision) fault {
	if !s.Is(mcp.Object) {
		return fault{"", toolsUnjudged}
	}
	first := toolsDialectFault(s.Raw())
	if first.message == "" || first.message == toolsUnjudged || s.Has("$schema") || r >= mcp.Rev20251125 {
		return first
	}
	older := append([]byte(`{"$schema":"http://json-schema.org/draft-07/schema#",`), s.Raw()[1:]...)
	if toolsDialectFault(older).message == "" {
		return fault{}
	}
	return first
}

// toolsDialectFault judges a schema by the dialect that it declares, 2020-12
// when it declares none. What cannot be judged is not held against it.
func toolsDialectFault(raw []byte) fault {
	problems, err := schema.Metaschema(raw)
	switch {
	case err != nil:
		return fault{"", toolsUnjudged}
	case len(problems) > 0:
		return fault{problems[0].Pointer, "is no valid JSON Schema: it " + problems[0].Message}
	}
	if refs := schema.DanglingRefs(raw); len(refs) > 0 {
		return fault{"", fmt.Sprintf("is no usable JSON Schema: its $ref %.80q leads nowhere", refs[0])}
	}
	return fault{}
}

func toolsInputEmpty(ctx context.Context, p *conformance.Probe) error {
	return toolsEachSchema(ctx, p, "inputSchema", "every tool has parameters", func(s mcp.Value) fault {
		if !toolsTakesNothing(s) {
			return fault{"", toolsUnjudged}
		}
		validator, err := schema.Compile(s.Raw())
		if err != nil {
			return fault{"", toolsUnjudged}
		}
		problems, err := validator.Validate([]byte("{}"))
		if errors.Is(err, schema.ErrUnjudged) {
			return fault{"", toolsUnjudged}
		}
		if len(problems) > 0 {
			return fault{"", fmt.Sprintf("allows no parameters and yet refuses {}, which %s", problems[0])}
		}
		return fault{}
	})
}

// toolsTakesNothing reports whether a schema leaves no argument that could be
// given: an object without properties that is closed, or one that says
// nothing of its members at all.
func toolsTakesNothing(s mcp.Value) bool {
	if s.Get("type").Text() != "object" || s.Get("properties").Len() > 0 {
		return false
	}
	closed := s.Get("additionalProperties")
	plain := true
	for _, m := range s.Members() {
		switch m.Name {
		case "type", "properties", "additionalProperties", "required", "minProperties", "maxProperties", "title",
			"description", "$schema", "$id", "$comment", "default", "examples", "deprecated", "readOnly", "writeOnly":
		default:
			plain = false
		}
	}
	return plain && (closed.Is(mcp.Bool) && !closed.True() || s.Get("required").Len() == 0 && !s.Has("minProperties") && !closed.Exists())
}

func toolsOutputRoot(ctx context.Context, p *conformance.Probe) error {
	return toolsEachSchema(ctx, p, "outputSchema", toolsNoOutput, func(s mcp.Value) fault {
		if !s.Is(mcp.Object) {
			return fault{"", "must be an object, not " + aKind(s)}
		}
		return toolsRootFault(s)
	})
}

func toolsOutputValid(ctx context.Context, p *conformance.Probe) error {
	if p.Revision == mcp.Rev20251125 {
		return conformance.Skipf("in %s this is judged together with all published schemas", p.Revision)
	}
	return toolsEachSchema(ctx, p, "outputSchema", toolsNoOutput, func(s mcp.Value) fault {
		if p.Revision.Era() == mcp.Stateless && !s.Is(mcp.Object) {
			return fault{"", "must be an object, not " + aKind(s)}
		}
		return toolsValidityFault(s, p.Revision)
	})
}
