package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// maxHints bounds the parts of a schema whose defaults and examples are judged.
const maxHints = 200

// Misfit is a default or an example that the part of the schema which it stands
// in refuses.
type Misfit struct {
	Pointer string // JSON pointer into the schema, to the value
	Keyword string // "default" or "examples"
	Value   any    // as Example makes values
	Problem Problem
}

// Misfits judges the defaults and examples within a schema by the parts that they
// stand in, sorted by pointer. judged counts them by keyword; of a schema with very
// many only the first are judged. Errors are those of Compile.
func Misfits(raw []byte) (misfits []Misfit, judged map[string]int, err error) {
	if _, err := Compile(raw); err != nil {
		return nil, nil, fmt.Errorf("judge defaults: %w", err)
	}
	d, err := open(raw)
	if err != nil {
		return nil, nil, fmt.Errorf("judge defaults: %w", err)
	}
	hinting := hintsIn(d.root, nil)
	if m, ok := d.root.(map[string]any); ok {
		delete(m, "$schema") // see document.compile
		delete(m, "$vocabulary")
	}
	text, err := json.Marshal(d.root)
	if err != nil {
		return nil, nil, fmt.Errorf("judge defaults: %w", err)
	}
	c := jsonschema.NewCompiler()
	c.Draft = d.draft
	c.LoadURL = func(url string) (io.ReadCloser, error) {
		return nil, fmt.Errorf("%w: %q is not fetched", ErrUnjudged, short(url))
	}
	for name := range jsonschema.Formats {
		c.Formats[name] = nil
	}
	e := &effort{}
	judged = map[string]int{}
	c.RegisterExtension("effort", nil, e)
	if err := c.AddResource(home, bytes.NewReader(text)); err != nil {
		return nil, nil, fmt.Errorf("judge defaults: %w", err)
	}
	for _, h := range hinting[:min(len(hinting), maxHints)] {
		v := &Validator{effort: e}
		if v.schema, err = compilePart(c, h.path); err != nil {
			continue // what is not a schema there is no schema to judge by
		}
		for _, value := range h.values {
			problems, err := v.judge(clone(value.value))
			if err != nil {
				continue
			}
			judged[value.path[0]]++
			if len(problems) > 0 {
				misfits = append(misfits, Misfit{pointer(append(slices.Clip(h.path), value.path...)), value.path[0], clone(value.value), problems[0]})
			}
		}
	}
	slices.SortStableFunc(misfits, func(a, b Misfit) int { return strings.Compare(a.Pointer, b.Pointer) })
	return misfits, judged, nil
}

// compilePart compiles the subschema at a path.
func compilePart(c *jsonschema.Compiler, path []string) (s *jsonschema.Schema, err error) {
	defer func() {
		if r := recover(); r != nil {
			s, err = nil, fmt.Errorf("%w: %v", ErrUnjudged, r)
		}
	}()
	return c.Compile(home + "#" + fragment(pointer(path)))
}

// fragment escapes a JSON pointer for an address.
func fragment(pointer string) string {
	var b strings.Builder
	for _, c := range []byte(pointer) {
		if c == '/' || c == '~' || c == '-' || c == '_' || c == '.' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' {
			b.WriteByte(c)
			continue
		}
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}

// hinted is a part of a schema and the values that it suggests.
type hinted struct {
	path   []string
	values []hint
}

type hint struct {
	path  []string // from the part on
	value any
}

// hintsIn lists the parts with defaults or examples, in an order that does not
// depend on that of maps.
func hintsIn(schema any, path []string) []hinted {
	m, ok := schema.(map[string]any)
	if !ok {
		return nil
	}
	var all []hinted
	own := hinted{path: path}
	if value, ok := m["default"]; ok {
		own.values = append(own.values, hint{[]string{"default"}, value})
	}
	examples, _ := m["examples"].([]any)
	for i, value := range examples[:min(len(examples), maxExamples)] {
		own.values = append(own.values, hint{[]string{"examples", fmt.Sprint(i)}, value})
	}
	if len(own.values) > 0 {
		all = append(all, own)
	}
	type part struct {
		schema any
		path   []string
	}
	var parts []part
	eachSubschema(m, func(sub any, where ...string) {
		parts = append(parts, part{sub, append(slices.Clip(path), where...)})
	})
	slices.SortFunc(parts, func(a, b part) int { return slices.Compare(a.path, b.path) })
	for _, p := range parts {
		all = append(all, hintsIn(p.schema, p.path)...)
	}
	return all
}

// maxExamples bounds the examples of one part that are judged.
const maxExamples = 20
