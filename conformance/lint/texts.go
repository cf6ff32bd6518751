package lint

import (
	"strconv"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// gather collects everything that a model may be shown.
func (r *review) gather() {
	add := func(subject, place, value string, isName bool) {
		if value != "" && len(r.texts) < maxTexts {
			r.texts = append(r.texts, text{subject, place, value, isName})
		}
	}
	member := func(e item, names ...string) {
		for _, name := range names {
			add(e.subject, name, e.Get(name).Text(), name == "name")
		}
	}
	add("server", "instructions", r.Instructions, false)
	add("server", "name", r.Name, true)
	for _, t := range r.tools {
		member(t.item, "name", "title", "description")
		add(t.subject, "annotations/title", t.Get("annotations", "title").Text(), false)
		schemaTexts(t.subject, "inputSchema", t.input, add)
		schemaTexts(t.subject, "outputSchema", t.output, add)
	}
	for _, p := range r.prompts {
		member(p, "name", "title", "description")
		for _, a := range p.Get("arguments").Items() {
			of := p.subject + "#" + a.Get("name").Text()
			add(of, "name", a.Get("name").Text(), true)
			add(of, "title", a.Get("title").Text(), false)
			add(of, "description", a.Get("description").Text(), false)
		}
	}
	for _, e := range r.resources {
		member(e, "uri", "name", "title", "description")
	}
	for _, e := range r.templates {
		member(e, "uriTemplate", "name", "title", "description")
	}
}

// schemaTexts adds the words of a schema: descriptions, names of properties, and
// the values that it shows.
func schemaTexts(tool, part string, all []node, add func(subject, place, value string, isName bool)) {
	for _, n := range all {
		subject, at := n.subject(tool), part+n.pointer+"/"
		if n.name != "" {
			add(subject, strings.TrimSuffix(at, "/"), n.name, true)
		}
		for _, m := range n.Members() {
			switch m.Name {
			case "title", "description", "$comment", "pattern":
				add(subject, at+m.Name, m.Value.Text(), false)
			case "default", "const":
				add(subject, at+m.Name, m.Value.Text(), false)
			case "enum", "examples":
				for _, v := range m.Value.Items() {
					add(subject, at+m.Name, v.Text(), false)
				}
			}
		}
	}
}

// isProse reports whether a text is a description rather than a value that the
// schema shows.
func (t text) isProse() bool {
	for _, end := range []string{"description", "instructions", "title", "$comment"} {
		if strings.HasSuffix(t.place, end) {
			return true
		}
	}
	return false
}

// node is a schema within a tool's schema.
type node struct {
	mcp.Value
	pointer string // from the root of the tool's schema
	path    string // of the parameter, as in "filter.tags[]"; "" at the root
	name    string // the property that it describes, "" for none
	depth   int    // of nested values, 0 at the root
	// branch says that the schema adds to one around it: a branch of anyOf, a
	// condition. What it leaves out may stand there.
	branch bool
}

// subject is the tool, and the parameter if there is one.
func (n node) subject(tool string) string {
	if n.path == "" {
		return tool
	}
	return tool + "#" + n.path
}

// nodes are a schema and all schemas in it, in reading order.
func nodes(root mcp.Value) []node {
	if !root.Is(mcp.Object) {
		return nil
	}
	w := &walker{}
	w.visit(node{Value: root})
	return w.all
}

type walker struct {
	all   []node
	level int
}

func (w *walker) visit(n node) {
	if !n.Is(mcp.Object) || len(w.all) >= maxNodes || w.level >= maxDepth {
		return
	}
	w.all = append(w.all, n)
	w.level++
	defer func() { w.level-- }()
	for _, m := range n.Members() {
		at := n.pointer + "/" + mcp.EscapePointer(m.Name)
		switch m.Name {
		case "properties":
			for _, p := range m.Value.Members() {
				w.visit(node{Value: p.Value, pointer: at + "/" + mcp.EscapePointer(p.Name), path: joined(n.path, p.Name), name: p.Name, depth: n.depth + 1})
			}
		case "patternProperties":
			w.each(m.Value, at, joined(n.path, "*"), n.depth+1, false)
		case "$defs", "definitions":
			w.each(m.Value, at, n.path, n.depth+1, true)
		case "items", "additionalProperties", "contains":
			end := map[string]string{"items": "[]", "contains": "[]", "additionalProperties": ".*"}[m.Name]
			w.visit(node{Value: m.Value, pointer: at, path: n.path + end, depth: n.depth + 1, branch: m.Name == "contains"})
			if m.Value.Is(mcp.Array) { // items of before 2020-12
				w.each(m.Value, at, n.path+"[]", n.depth+1, false)
			}
		case "prefixItems":
			w.each(m.Value, at, n.path+"[]", n.depth+1, false)
		case "anyOf", "oneOf", "allOf":
			w.each(m.Value, at, n.path, n.depth, true)
		case "not", "if", "then", "else", "propertyNames":
			w.visit(node{Value: m.Value, pointer: at, path: n.path, depth: n.depth, branch: true})
		}
	}
}

// each visits the schemas of a list, or those of an object of definitions.
func (w *walker) each(of mcp.Value, at, path string, depth int, branch bool) {
	for i, item := range of.Items() {
		w.visit(node{Value: item, pointer: at + "/" + strconv.Itoa(i), path: path, depth: depth, branch: branch})
	}
	for _, m := range of.Members() {
		w.visit(node{Value: m.Value, pointer: at + "/" + mcp.EscapePointer(m.Name), path: path, depth: depth, branch: branch})
	}
}

func joined(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
