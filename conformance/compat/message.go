package compat

import (
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// changed words how literals of one group differ.
func changed(d Difference, a, b []*literal) string {
	switch {
	case d.Keyword == "":
		return "what is allowed has changed"
	case d.Keyword == "type":
		return "the type was " + types(a) + " and is " + types(b)
	case len(a) == 1 && len(b) == 1 && a[0].op == opEnum:
		return listedOtherwise(a[0], b[0])
	case len(a) > 0 && len(b) > 0 && a[0].keyword != b[0].keyword:
		return a[0].keyword + " " + show(d.Before) + " has become " + b[0].keyword + " " + show(d.After)
	}
	return said(d.Keyword, d.Before, d.After)
}

// said words how a keyword has changed.
func said(keyword string, before, after mcp.Value) string {
	switch {
	case !before.Exists():
		return keyword + " is new: " + show(after)
	case !after.Exists():
		return keyword + " is gone; it was " + show(before)
	case mcp.Equal(before, after):
		return keyword + " " + show(before) + " stands for something else than before"
	}
	return keyword + " was " + show(before) + " and is " + show(after)
}

func listedOtherwise(before, after *literal) string {
	gone, fresh := without(before, after), without(after, before)
	switch {
	case gone == "":
		return "new among the listed values: " + fresh
	case fresh == "":
		return "no longer among the listed values: " + gone
	}
	return "no longer among the listed values: " + gone + "; new: " + fresh
}

// without lists the values that another list lacks.
func without(l, other *literal) string {
	var words []string
	for _, v := range l.values {
		if !other.lists(v) {
			words = append(words, show(mcp.ValueOf(v)))
		}
	}
	if len(words) > 8 {
		words = append(words[:8], "…")
	}
	return strings.Join(words, ", ")
}

func types(lits []*literal) string {
	if len(lits) == 0 {
		return "any"
	}
	mask := anything
	for _, l := range lits {
		mask &= l.mask
	}
	var words []string
	for _, one := range []struct {
		kind kind
		word string
	}{{null, "null"}, {boolean, "boolean"}, {number, "number"}, {integer, "integer"}, {text, "string"}, {array, "array"}, {object, "object"}} {
		if mask&one.kind == one.kind {
			words = append(words, one.word)
			mask &^= one.kind
		}
	}
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, " or ")
}

// show writes a value of a schema for people: escaped, and short.
func show(v mcp.Value) string {
	if v.Is(mcp.String) {
		return quote(v.Text())
	}
	quoted := quote(v.String())
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}

// quote writes text of a schema for people: escaped, and short.
func quote(s string) string {
	if r := []rune(s); len(r) > 40 {
		s = string(r[:39]) + "…"
	}
	return fmt.Sprintf("%q", strings.ToValidUTF8(s, "�"))
}
