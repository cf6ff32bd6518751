package compat

import (
	"encoding/json"
	"math/big"
	"regexp"
	"strconv"
)

// reader turns the keywords of one schema into literals.
type reader struct {
	*document
	place string
	m     map[string]any
	node  *node
}

func (r *reader) read() {
	if nested, ok := r.m["$schema"].(string); ok && r.place != "" && draftOf(map[string]any{"$schema": nested}) != r.draft {
		r.add(r.opaque("$schema", r.place, "a part declares another dialect"))
		return
	}
	if r.refs() && r.draft < draft2019 {
		return // before 2019-09 a reference stands alone
	}
	r.choices()
	r.scalars()
	r.members()
	r.items()
	if r.draft >= draft2019 {
		r.later = append(r.later, r)
	}
}

func (r *reader) add(l *literal) { r.node.lits = append(r.node.lits, l) }

// kid is a schema below this one.
func (r *reader) kid(where string) *node { return r.at(r.place + "/" + where) }

// refs reads the references and reports whether $ref is there.
func (r *reader) refs() bool {
	for _, keyword := range []string{"$ref", "$dynamicRef", "$recursiveRef"} {
		ref, ok := r.m[keyword].(string)
		if !ok || keyword == "$dynamicRef" && r.draft != draft2020 || keyword == "$recursiveRef" && r.draft != draft2019 {
			continue
		}
		place, address, found := r.refer(r.place, ref)
		switch {
		case !found:
			r.add(&literal{op: opOpaque, keyword: keyword, text: address, why: "the reference " + quote(address) + " leads out of the schema and is not fetched"})
		case keyword == "$dynamicRef" && r.swinging(), keyword == "$recursiveRef" && r.swings[""] > 0:
			r.add(r.opaque(keyword, r.place, keyword+" depends on where the schema is used from"))
		default:
			r.add(&literal{op: opAll, keyword: keyword, kids: []*node{r.at(place)}})
		}
	}
	_, ok := r.m["$ref"].(string)
	return ok
}

// swinging reports whether a dynamic reference may lead to several places.
func (r *reader) swinging() bool {
	for _, n := range r.swings {
		if n > 1 {
			return true
		}
	}
	return false
}

func (r *reader) choices() {
	for _, choice := range []literal{{op: opAll, keyword: "allOf"}, {op: opAny, keyword: "anyOf"}, {op: opOne, keyword: "oneOf"}} {
		keyword := choice.keyword
		if list, ok := r.m[keyword].([]any); ok {
			l := &choice
			for i := range list {
				l.kids = append(l.kids, r.kid(keyword+"/"+strconv.Itoa(i)))
			}
			r.add(l)
		}
	}
	if r.has("not") {
		r.add(&literal{op: opNot, keyword: "not", kids: []*node{r.kid("not")}})
	}
	if r.draft >= draft7 && r.has("if") && (r.has("then") || r.has("else")) {
		l := &literal{op: opIf, keyword: "if", kids: []*node{r.kid("if"), nil, nil}}
		for i, keyword := range []string{"then", "else"} {
			if r.has(keyword) {
				l.kids[i+1] = r.kid(keyword)
			}
		}
		r.add(l)
	}
}

func (r *reader) has(keyword string) bool { _, ok := r.m[keyword]; return ok }

func (r *reader) scalars() {
	if mask, ok := typesOf(r.m["type"]); ok {
		r.add(&literal{op: opTypes, keyword: "type", mask: mask})
	}
	if values, ok := r.m["enum"].([]any); ok && len(values) == 0 {
		r.add(&literal{op: opOpaque, keyword: "enum", why: "validators differ on an empty enum"})
	} else if ok {
		r.add(&literal{op: opEnum, keyword: "enum", values: values})
	}
	if r.has("const") && r.draft >= draft6 {
		r.add(&literal{op: opEnum, keyword: "const", values: []any{r.m["const"]}})
	}
	for _, bound := range []struct {
		keyword, twin string
		op            op
	}{{"minimum", "exclusiveMinimum", opLower}, {"maximum", "exclusiveMaximum", opUpper}} {
		if n := rational(r.m[bound.keyword]); n != nil {
			r.add(&literal{op: bound.op, keyword: bound.keyword, r: n, strict: r.draft == draft4 && r.m[bound.twin] == true})
		}
		if n := rational(r.m[bound.twin]); n != nil {
			r.add(&literal{op: bound.op, keyword: bound.twin, r: n, strict: true})
		}
	}
	if n := rational(r.m["multipleOf"]); n != nil && n.Sign() > 0 {
		r.add(&literal{op: opMultiple, keyword: "multipleOf", r: n})
	}
	r.count("minLength", opMinLength)
	r.count("maxLength", opMaxLength)
	if p, ok := r.m["pattern"].(string); ok {
		r.add(pattern(opPattern, "pattern", p))
	}
	if f, ok := r.m["format"].(string); ok {
		r.add(&literal{op: opFormat, keyword: "format", text: f})
	}
}

func typesOf(v any) (kind, bool) {
	names, ok := v.([]any)
	if name, one := v.(string); one {
		names, ok = []any{name}, true
	}
	var mask kind
	for _, name := range names {
		switch name {
		case "null":
			mask |= null
		case "boolean":
			mask |= boolean
		case "integer":
			mask |= integer
		case "number":
			mask |= number
		case "string":
			mask |= text
		case "array":
			mask |= array
		case "object":
			mask |= object
		}
	}
	return mask, ok
}

// count reads a keyword that counts. One beyond any instance counts as a billion.
func (r *reader) count(keyword string, op op) {
	if n, ok := size(r.m[keyword]); ok {
		r.add(&literal{op: op, keyword: keyword, n: n})
	}
}

const huge = 1_000_000_000

func size(v any) (int, bool) {
	n, ok := v.(json.Number)
	q := rational(n)
	if !ok || q == nil || !q.IsInt() || q.Sign() < 0 {
		return 0, false
	}
	if q.Cmp(new(big.Rat).SetInt64(huge)) > 0 {
		return huge, true
	}
	return int(q.Num().Int64()), true
}

// unicodeEscape is how ECMA-262 writes a character by its number.
var unicodeEscape = regexp.MustCompile(`\\u(?:\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{4}))`)

func pattern(op op, keyword, p string) *literal {
	l := &literal{op: op, keyword: keyword, text: p}
	if len(p) < 2000 {
		l.re, _ = regexp.Compile(unicodeEscape.ReplaceAllString(p, `\x{$1$2}`))
	}
	return l
}
