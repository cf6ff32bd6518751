package checks

import (
	"context"
	"encoding/json"
	"maps"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/schema"
	"github.com/mcpctl/mcpctl/mcp"
)

// wireSchemaChecks judge the JSON Schemas that tools publish, as far as the
// tools suite does not: basic/index#json-schema-usage.
func wireSchemaChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "wire/schemas/valid",
		Title:  "every schema of a tool is valid in its dialect",
		Claims: claims{Handshake: ids{"base.jsonschema.valid-for-dialect"}},
		Needs:  "tools",
		Run:    wireValidSchemas,
		Fix:    "Name the dialect in $schema when it is not 2020-12.",
	}, {
		ID:     "wire/refs/local",
		Title:  "no schema of a tool refers to another document",
		Claims: claims{Stateless: ids{"schema.ref.external-absent"}},
		Needs:  "tools",
		Run:    wireLocalRefs,
		Fix:    "Move what is referred to into $defs: clients do not fetch it, and reject the schema.",
	}, {
		ID:     "wire/dialect/default",
		Title:  "a tool whose schema names no dialect refuses what 2020-12 refuses",
		Claims: claims{Handshake: ids{"base.jsonschema.supports-2020-12"}, Stateless: ids{"schema.dialect.default-2020-12"}},
		Needs:  "tools allowed-tools",
		Reach:  conformance.Invoke,
		Run:    func(ctx context.Context, p *conformance.Probe) error { return wireDialect(ctx, p, false) },
		Fix:    "Validate with a library that knows JSON Schema 2020-12.",
	}, {
		ID:     "wire/dialect/declared",
		Title:  "a tool whose schema names its dialect refuses what that dialect refuses",
		Claims: claims{Stateless: ids{"schema.dialect.validated-as-declared"}},
		Needs:  "tools allowed-tools",
		Reach:  conformance.Invoke,
		Run:    func(ctx context.Context, p *conformance.Probe) error { return wireDialect(ctx, p, true) },
		Fix:    "Choose the dialect of the validator by $schema.",
	}}
}

func wireValidSchemas(ctx context.Context, p *conformance.Probe) error {
	return descriptors(ctx, p, "tools", "no tool has a schema that could be judged", func(j *conformance.Judge, e conformance.Entry) {
		for _, member := range []string{"inputSchema", "outputSchema"} {
			s := e.Get(member)
			if !s.Exists() || toolsRootFault(s).message != "" {
				continue // its root has a check of its own
			}
			f := toolsDialectFault(s.Raw())
			if f.message == toolsUnjudged {
				continue
			}
			j.Saw(e.Page)
			if f.message != "" {
				descriptorFault(j, e, "/"+member+f.pointer, "%s of the tool %.60q %s", member, toolName(e), f.message)
			}
		}
	})
}

func wireLocalRefs(ctx context.Context, p *conformance.Probe) error {
	return descriptors(ctx, p, "tools", toolsNone, func(j *conformance.Judge, e conformance.Entry) {
		j.Saw(e.Page)
		for _, member := range []string{"inputSchema", "outputSchema"} {
			for _, ref := range schema.ExternalRefs(e.Get(member).Raw()) {
				if strings.Contains(ref, "json-schema.org/draft") {
					continue // every validator has the metaschemas built in
				}
				descriptorFault(j, e, "/"+member, "%s of the tool %.60q refers to another document, %.80q", member, toolName(e), ref)
				break
			}
		}
	})
}

// wireDialect calls allowed tools with arguments that only a keyword of their
// own dialect refuses. Tools that refuse nothing at all are judged elsewhere.
func wireDialect(ctx context.Context, p *conformance.Probe, declared bool) error {
	j := p.Judge()
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	all, err := toolsTried(ctx, p, func(e conformance.Entry) bool {
		return e.Get("inputSchema").Has("$schema") == declared && len(wireTrials(e.Get("inputSchema"))) > 0
	})
	if err != nil {
		return err
	}
	for _, t := range all {
		if !toolsSucceeded(t.Result()) || !wireValidates(ctx, s, t) {
			continue
		}
		for _, trial := range wireTrials(t.tool.Get("inputSchema")) {
			x := s.Do(ctx, toolsCall(t.tool, trial.arguments))
			if x.Reply() == nil {
				continue
			}
			j.Saw(x)
			if toolsSucceeded(x.Result()) {
				j.Failf(x, "the tool %.60q succeeded with arguments that %s of its inputSchema refuses", toolName(t.tool), trial.keyword)
			}
		}
	}
	return j.Err("no allowed tool works, refuses bad arguments and has a keyword in its inputSchema that tells dialects apart")
}

// wireValidates reports whether a tool that took good arguments refuses bad
// ones of the plainest kind.
func wireValidates(ctx context.Context, s *mcp.Session, t toolsAttempt) bool {
	bad, err := schema.Breaking(t.tool.Get("inputSchema").Raw())
	if err != nil || len(bad) == 0 {
		return false
	}
	x := s.Do(ctx, toolsCall(t.tool, bad[0].Value))
	return x.Reply() != nil && !toolsSucceeded(x.Result())
}

// wireTrial is arguments that one keyword of a schema refuses.
type wireTrial struct {
	keyword   string
	arguments map[string]any
}

// wireTrials make arguments that a schema refuses by a keyword that not all
// dialects have, and would admit without it.
func wireTrials(s mcp.Value) []wireTrial {
	good, err := schema.Example(s.Raw())
	start, ok := good.(map[string]any)
	if err != nil || !ok {
		return nil
	}
	var all []wireTrial
	try := func(keyword string, path []string, change func(map[string]any)) {
		arguments := maps.Clone(start)
		change(arguments)
		if wireAdmits(s, nil, arguments) == no && wireAdmits(s, path, arguments) == yes {
			all = append(all, wireTrial{keyword, arguments})
		}
	}
	for _, m := range s.Get("properties").Members() {
		for _, keyword := range []string{"prefixItems", "items"} {
			if !m.Value.Get(keyword).Is(mcp.Array) {
				continue
			}
			// No schema of an item that could matter here admits both.
			for _, item := range []any{true, "mcpctl"} {
				try(keyword, []string{"properties", m.Name, keyword}, func(a map[string]any) { a[m.Name] = []any{item} })
			}
		}
	}
	for _, keyword := range []string{"dependentRequired", "dependencies"} {
		for _, m := range s.Get(keyword).Members() {
			for _, other := range m.Value.Items() {
				try(keyword, []string{keyword}, func(a map[string]any) { a[m.Name] = "mcpctl"; delete(a, other.Text()) })
			}
		}
	}
	try("unevaluatedProperties", []string{"unevaluatedProperties"}, func(a map[string]any) { a["mcpctl-unknown"] = true })
	return all
}

// answer is yes, no, or that nothing can be said.
type answer int

const (
	unknown answer = iota
	yes
	no
)

// wireAdmits says whether a schema, without the keyword that the path leads
// to, admits arguments.
func wireAdmits(s mcp.Value, path []string, arguments any) answer {
	var document map[string]any
	text, err := json.Marshal(arguments)
	if err != nil || s.Decode(&document) != nil {
		return unknown
	}
	if len(path) > 0 {
		parent := document
		for _, name := range path[:len(path)-1] {
			parent, _ = parent[name].(map[string]any)
		}
		delete(parent, path[len(path)-1])
		if len(path) > 1 { // what it leaves for the rest of an array goes with it
			delete(parent, "items")
			delete(parent, "additionalItems")
		}
	}
	raw, err := json.Marshal(document)
	if err != nil {
		return unknown
	}
	validator, err := schema.Compile(raw)
	if err != nil {
		return unknown
	}
	problems, err := validator.Validate(text)
	switch {
	case err != nil:
		return unknown
	case len(problems) > 0:
		return no
	}
	return yes
}
