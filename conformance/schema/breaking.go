package schema

import (
	"encoding/json"
	"fmt"
)

// maxBad is how many bad values Breaking makes at most.
const maxBad = 20

// Bad is a value that a schema refuses.
type Bad struct {
	Pointer string // JSON pointer to the part that is at fault
	Message string // what was done: "is left out", "is a number", …
	Value   any    // as Example makes values
}

// Breaking makes values that raw, a schema such as a tool's inputSchema,
// refuses, each wrong in one way only: a required member left out, a member of
// another type or outside its enum, a member too many. There are none for a
// schema that admits every object. Errors are those of Example.
func Breaking(raw []byte) ([]Bad, error) {
	v, err := Compile(raw)
	if err != nil {
		return nil, fmt.Errorf("make bad examples: %w", err)
	}
	good, err := example(v, raw)
	if err != nil {
		return nil, err
	}
	object, ok := good.(map[string]any)
	if !ok {
		return nil, nil
	}
	d, err := open(raw)
	if err != nil {
		return nil, fmt.Errorf("make bad examples: %w", err)
	}
	m := &maker{document: d, parts: maxParts}
	m.link()
	k, err := m.merge(d.root, 0)
	if err != nil {
		return nil, err
	}
	b := &breaker{validator: v, good: object}
	properties, _ := k["properties"].(map[string]any)
	for _, name := range sorted(object) {
		b.try(name, "is left out", func(o map[string]any) { delete(o, name) })
	}
	for _, name := range sorted(properties) {
		b.retype(name)
		if len(m.enumeration(properties[name])) > 0 {
			b.set(name, "is none of the listed values", "mcpctl-not-listed")
		}
	}
	b.set("mcpctlUnexpected", "is a member too many", true)
	return b.bad, nil
}

// breaker collects variations of a good value that turn out invalid.
type breaker struct {
	validator *Validator
	good      map[string]any
	bad       []Bad
}

// retype gives a member a value of another type, the first that is refused.
func (b *breaker) retype(name string) {
	for _, wrong := range []any{json.Number("12345.5"), "mcpctl", true, map[string]any{}, []any{}, nil} {
		if typeOf(wrong) == typeOf(b.good[name]) && b.good[name] != nil {
			continue
		}
		if b.set(name, "is "+kindWord(typeOf(wrong)), wrong) {
			return
		}
	}
}

func (b *breaker) set(name, message string, value any) bool {
	return b.try(name, message, func(o map[string]any) { o[name] = value })
}

// try keeps the altered value if the schema refuses it.
func (b *breaker) try(name, message string, alter func(map[string]any)) bool {
	if len(b.bad) >= maxBad {
		return false
	}
	text, err := json.Marshal(b.good)
	if err != nil {
		return false
	}
	value, err := decode(text)
	if err != nil {
		return false
	}
	altered := value.(map[string]any)
	alter(altered)
	if problems, err := b.validator.judge(altered); err != nil || len(problems) == 0 {
		return false
	}
	b.bad = append(b.bad, Bad{Pointer: pointer([]string{name}), Message: message, Value: altered})
	return true
}
