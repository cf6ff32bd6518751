package cases

import (
	"strings"

	"github.com/mcpctl/mcpctl/conformance/schema"
	"github.com/mcpctl/mcpctl/mcp"
)

// bySchema expects a value that fits a JSON Schema.
type bySchema struct{ schema *schema.Validator }

func (r *reader) schema(n *node) matcher {
	compiled, err := schema.Compile(literal(n).Raw())
	if err != nil {
		r.fail(n, "the schema is wrong: %v", err)
		return nil
	}
	return bySchema{compiled}
}

func (m bySchema) match(j *judging, at string, got mcp.Value) {
	problems, err := m.schema.Validate(got.Raw())
	if err != nil {
		j.add(at, m.words(nil), "what cannot be judged: "+err.Error())
	}
	for _, p := range problems {
		j.add(at+pointerPath(p.Pointer), m.words(nil), "one that does not: "+p.Message)
	}
}

func (m bySchema) words(vars) string { return "a value that fits the schema" }

// pointerPath is a JSON Pointer written as the end of a path.
func pointerPath(pointer string) string {
	at := ""
	for _, token := range strings.Split(pointer, "/")[1:] {
		token = strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
		if strings.Trim(token, "0123456789") == "" && token != "" {
			at += "[" + token + "]"
			continue
		}
		at = below(at, token)
	}
	return at
}

// byPath expects something of what paths lead to.
type byPath []pathMatcher

type pathMatcher struct {
	path    path
	matcher matcher
}

func (r *reader) jsonpath(n *node) matcher {
	if n.kind != mcp.Object || len(n.members) == 0 {
		r.fail(n, "$jsonpath is a mapping of paths to what is expected there, as in {$.content[0].text: hello}")
		return nil
	}
	var all byPath
	for _, m := range n.members {
		p, err := parsePath(m.name)
		if err != nil {
			r.fail(m.key, "%v", err)
			continue
		}
		all = append(all, pathMatcher{p, r.expected(m.value)})
	}
	return all
}

func (m byPath) match(j *judging, at string, got mcp.Value) {
	for _, one := range m {
		j.check(one.matcher, at+strings.TrimPrefix(one.path.written, "$"), one.path.get(got))
	}
}

func (m byPath) words(v vars) string {
	var all []string
	for _, one := range m {
		all = append(all, one.path.written+" being "+one.matcher.words(v))
	}
	return strings.Join(all, " and ")
}
