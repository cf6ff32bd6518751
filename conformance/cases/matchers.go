package cases

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mcpctl/mcpctl/mcp"
)

// matcherNames are the matchers in the order of the documentation.
var matcherNames = []string{"$exact", "$regex", "$type", "$schema", "$jsonpath", "$absent", "$any", "$gt", "$gte", "$lt", "$lte",
	"$length", "$contains", "$each", "$not", "$anyOf", "$golden"}

// typeNames are what $type knows: those of JSON Schema.
var typeNames = []string{"string", "number", "integer", "boolean", "array", "object", "null"}

// matchers reads an object of matchers, all of which must hold.
func (r *reader) matchers(n *node) matcher {
	var all every
	for _, m := range n.members {
		if one := r.matcher(m); one != nil {
			all = append(all, one)
		}
	}
	if len(all) == 1 {
		return all[0]
	}
	return all
}

// matcher reads one matcher; nil when something is wrong with it.
func (r *reader) matcher(m member) matcher {
	switch m.name {
	case "$exact":
		return exact{r.value(m.value)}
	case "$regex":
		return r.regex(m.value)
	case "$type":
		return r.types(m.value)
	case "$schema":
		return r.schema(m.value)
	case "$jsonpath":
		return r.jsonpath(m.value)
	case "$absent", "$any":
		if !m.value.value.True() {
			r.fail(m.value, "%s is written %s: true", m.name, m.name)
			return nil
		}
		if m.name == "$any" {
			return anything{}
		}
		return absent{}
	case "$gt", "$gte", "$lt", "$lte":
		if r.number(m.value) {
			return bound{m.name, r.value(m.value)}
		}
		return nil
	case "$length":
		return length{r.expected(m.value)}
	case "$contains":
		return contains{r.expected(m.value)}
	case "$each":
		return each{r.expected(m.value)}
	case "$not":
		return not{r.expected(m.value)}
	case "$anyOf":
		return r.anyOf(m.value)
	case "$golden":
		return r.golden(m.value)
	}
	r.unknown(m.key, "matcher", m.name, matcherNames)
	return nil
}

func (r *reader) number(n *node) bool {
	if n.kind == mcp.Number || n.kind == mcp.String && r.text(n).lone() != "" {
		return true
	}
	r.fail(n, "a number is expected here, or a {{variable}}")
	return false
}

// string reads a text, "" and false when it is none.
func (r *reader) string(n *node, what string) (string, bool) {
	if n.kind != mcp.String {
		r.fail(n, "%s is text, and this is %s", what, kindWords(n.kind))
		return "", false
	}
	return n.value.Text(), true
}

func kindWords(k mcp.Kind) string {
	switch k {
	case mcp.Array:
		return "a list"
	case mcp.Object:
		return "a mapping"
	case mcp.Null:
		return "nothing"
	}
	return "a " + k.String()
}

// every expects all of several.
type every []matcher

func (m every) match(j *judging, at string, got mcp.Value) {
	for _, one := range m {
		j.check(one, at, got)
	}
}

func (m every) words(v vars) string {
	var all []string
	for _, one := range m {
		all = append(all, one.words(v))
	}
	return strings.Join(all, " and ")
}

// regex expects text in which a pattern is found.
type regex struct {
	pattern  text
	compiled *regexp.Regexp // nil when it depends on variables
}

// maxPattern bounds a pattern; its time is linear in any case.
const maxPattern = 4096

func (r *reader) regex(n *node) matcher {
	s, ok := r.string(n, "$regex")
	if !ok {
		return nil
	}
	if len(s) > maxPattern {
		r.fail(n, "the pattern is longer than %d bytes", maxPattern)
		return nil
	}
	m := regex{pattern: r.text(n)}
	compiled, err := regexp.Compile(m.pattern.fill(vars{}, func(string) string { return "x" }))
	if err != nil {
		r.hint(n, "patterns are those of RE2, without look-around and references back", "the pattern is wrong: %v", err)
		return nil
	}
	if !m.pattern.varied() {
		m.compiled = compiled
	}
	return m
}

func (m regex) match(j *judging, at string, got mcp.Value) {
	compiled, err := m.compiled, error(nil)
	if compiled == nil {
		compiled, err = regexp.Compile(m.pattern.fill(j.vars, regexp.QuoteMeta))
	}
	if err != nil || !got.Is(mcp.String) || !compiled.MatchString(got.Text()) {
		j.add(at, m.words(j.vars), shown(got))
	}
}

func (m regex) words(v vars) string {
	return "text like /" + m.pattern.fill(v, regexp.QuoteMeta) + "/"
}

// types expects a value of one of several types.
type types []string

func (r *reader) types(n *node) matcher {
	var all types
	for _, one := range listed(n) {
		name, ok := r.string(one, "$type")
		if ok && !slices.Contains(typeNames, name) {
			r.unknown(one, "type", name, typeNames)
		}
		all = append(all, name)
	}
	return all
}

// listed are the items of a list, or a single value.
func listed(n *node) []*node {
	if n.kind == mcp.Array {
		return n.items
	}
	return []*node{n}
}

func (m types) match(j *judging, at string, got mcp.Value) {
	kind := got.Kind().String()
	if !slices.Contains(m, kind) && !(slices.Contains(m, "integer") && got.Whole()) {
		j.add(at, m.words(nil), "the "+kind+" "+got.String())
	}
}

func (m types) words(vars) string { return "a value of type " + strings.Join(m, " or ") }

// length expects a number of characters, elements or members.
type length struct{ matcher }

func (m length) match(j *judging, at string, got mcp.Value) {
	n := got.Len()
	switch got.Kind() {
	case mcp.String:
		n = utf8.RuneCountInString(got.Text())
	case mcp.Array, mcp.Object:
	default:
		j.add(at, m.words(j.vars), shown(got))
		return
	}
	j.check(m.matcher, "length of "+at, mcp.ValueOf(n))
}

func (m length) words(v vars) string { return "a length of " + m.matcher.words(v) }

// bound expects a number on one side of another.
type bound struct {
	name  string
	limit value
}

func (m bound) match(j *judging, at string, got mcp.Value) {
	x, number := got.Float()
	limit, known := m.limit.fill(j.vars).Float()
	holds := map[string]bool{"$gt": x > limit, "$gte": x >= limit, "$lt": x < limit, "$lte": x <= limit}[m.name]
	if !number || !known || !holds {
		j.add(at, m.words(j.vars), shown(got))
	}
}

func (m bound) words(v vars) string {
	sign := map[string]string{"$gt": ">", "$gte": "≥", "$lt": "<", "$lte": "≤"}[m.name]
	return fmt.Sprintf("a number %s %s", sign, m.limit.fill(v))
}
