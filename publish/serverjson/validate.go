package serverjson

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// fault is something wrong before it has a place for people.
type fault struct {
	rule    string
	pointer string
	start   int
	reason  string
	mend    string // "" takes the rule's
	extra   bool   // beyond the published schema, which allows it
}

// validator holds a document against the schema of one date.
type validator struct {
	schema *schema
	faults []fault
	// renames, when set, is told of every name that is known in another spelling.
	renames func(owner *node, was member, right string)
}

// validate answers all that the schema of a date has against a document.
func (s *schema) validate(root *node) []fault {
	v := &validator{schema: s}
	v.named(root, []string{"Server"})
	return v.faults
}

func (v *validator) fault(n *node, rule, mend, format string, args ...any) {
	v.faults = append(v.faults, fault{rule: rule, pointer: n.pointer, start: n.start, mend: mend, reason: fmt.Sprintf(format, args...)})
}

func (v *validator) value(n *node, t *typ) {
	switch {
	case t.any != nil:
		v.named(n, t.any)
	case t.constants != nil:
		if v.is(n, isString) && !slices.Contains(t.constants, n.text) {
			v.fault(n, "schema/value", nearestMend(n.text, t.constants), "is %q, which is none of %s", clip(n.text), strings.Join(t.constants, ", "))
		}
	case t.list != nil:
		if v.is(n, isArray) {
			for _, item := range n.items {
				v.value(item, t.list)
			}
		}
	case t.values != nil:
		if v.is(n, isObject) {
			for _, m := range effective(n) {
				v.value(m.value, t.values)
			}
		}
	default:
		v.basic(n, t)
	}
}

func (v *validator) basic(n *node, t *typ) {
	switch t.basic {
	case "boolean":
		v.is(n, isBoolean)
		return
	case "object":
		v.is(n, isObject)
		return
	}
	if !v.is(n, isString) {
		return
	}
	length := utf8.RuneCountInString(n.text)
	if length < t.min {
		v.fault(n, "schema/length", fmt.Sprintf("Write at least %d characters.", t.min), "has %d characters, and needs %d", length, t.min)
	}
	if t.max > 0 && length > t.max {
		v.fault(n, "schema/length", fmt.Sprintf("Shorten it by %d characters.", length-t.max), "has %d characters, and only %d are allowed", length, t.max)
	}
	if t.pattern != nil && !t.pattern.MatchString(n.text) {
		v.fault(n, "schema/pattern", "", "is %q, which does not match %s", clip(n.text), t.pattern)
	}
	if t.not != "" && n.text == t.not {
		v.fault(n, "version/latest", "", "is %q, which names whatever is newest", t.not)
	}
	if t.basic == "uri" && !absolute(n.text) {
		v.fault(n, "schema/uri", "", "is %q, which is no absolute address", clip(n.text))
	}
}

// is faults a value of another type.
func (v *validator) is(n *node, want kind) bool {
	if n.kind != want {
		v.fault(n, "schema/type", "", "is of type %s, and has to be of type %s", n.kind, want)
	}
	return n.kind == want
}

// named judges by definitions, of which one must fit.
func (v *validator) named(n *node, names []string) {
	if len(names) > 1 {
		v.union(n, names)
		return
	}
	if t := v.schema.types[names[0]]; t != nil {
		v.value(n, t)
		return
	}
	v.object(n, names[0], names)
}

// union picks the alternative by its type member, so that faults are those of
// the alternative that was meant.
func (v *validator) union(n *node, names []string) {
	if !v.is(n, isObject) {
		return
	}
	m, ok := n.last("type")
	if !ok {
		v.missing(n, "type")
		return
	}
	var types []string
	for _, name := range names {
		c := v.schema.constant(name, "type")
		if m.value.kind == isString && m.value.text == c {
			v.object(n, name, names)
			return
		}
		types = append(types, c)
	}
	v.value(m.value, &typ{constants: types})
}

func (v *validator) missing(n *node, names ...string) {
	v.fault(n, "schema/required", "Add "+strings.Join(names, " or ")+".", "has no %s", strings.Join(names, " and no "))
}

// object judges by a definition with members. What another alternative of its
// union knows is not unknown here: registries keep it.
func (v *validator) object(n *node, name string, union []string) {
	if !v.is(n, isObject) {
		return
	}
	o := v.schema.definitions[name]
	for _, p := range o.members {
		if _, there := n.last(p.name); !there && !p.optional {
			v.missing(n, p.name)
		}
	}
	if len(o.need) > 0 && !slices.ContainsFunc(o.need, func(name string) bool { _, there := n.last(name); return there }) {
		v.missing(n, o.need...)
	}
	for _, m := range effective(n) {
		if p, ok := o.find(m.name); ok {
			v.value(m.value, p.is)
		} else if !o.open && !slices.ContainsFunc(union, func(other string) bool { return v.schema.knows(other, m.name) }) {
			v.unknown(n, m, o, name)
		}
	}
}

// effective are the members that count: of duplicates the last.
func effective(n *node) []member {
	last := make(map[string]int, len(n.members))
	for i, m := range n.members {
		last[m.name] = i
	}
	if len(last) == len(n.members) {
		return n.members
	}
	var all []member
	for i, m := range n.members {
		if last[m.name] == i {
			all = append(all, m)
		}
	}
	return all
}

// absolute reports whether text is an absolute address, by the measure of the
// validator that the registry uses.
func absolute(text string) bool {
	u, err := url.Parse(text)
	if err != nil || !u.IsAbs() {
		return false
	}
	host := u.Hostname()
	if !strings.Contains(host, ":") {
		return true
	}
	return net.ParseIP(host) != nil && strings.Contains(u.Host, "[") && strings.Contains(u.Host, "]")
}

// clip keeps a quoted value to a line.
func clip(text string) string {
	const most = 80
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
