package cases

import (
	"bytes"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/internal/nearest"
	"github.com/mcpctl/mcpctl/mcp"
)

// vars are the names that have a value while a case runs.
type vars map[string]mcp.Value

// The names that always have a value.
var builtins = []string{"revision", "transport"}

// text is a string with places for variables.
type text []piece

// piece is literal, or the name of a variable.
type piece struct{ literal, name string }

var (
	placeholder = regexp.MustCompile(`\\?\{\{\s*([^{}]*?)\s*\}\}`)
	identifier  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)
)

// text reads a string; a backslash before the braces makes them literal.
func (r *reader) text(n *node) text {
	s := n.value.Text()
	var t text
	last := 0
	for _, at := range placeholder.FindAllStringSubmatchIndex(s, -1) {
		t = append(t, piece{literal: s[last:at[0]]})
		last = at[1]
		if s[at[0]] == '\\' {
			t = append(t, piece{literal: s[at[0]+1 : at[1]]})
			continue
		}
		name := s[at[2]:at[3]]
		t = append(t, piece{name: name})
		r.known(n, name)
	}
	if last < len(s) || len(t) == 0 {
		t = append(t, piece{literal: s[last:]})
	}
	return t
}

// known notes the use of a name that has no value here.
func (r *reader) known(n *node, name string) {
	if r.scope[name] {
		return
	}
	all := slices.Sorted(maps.Keys(r.scope))
	hint := "it needs a column of table or a capture of an earlier step; literal braces are written \\{{…}}"
	if word := nearest.Word(name, all); word != "" && name != "" {
		hint = "did you mean {{" + word + "}}?"
	}
	r.hint(n, hint, "{{%.64s}} has no value here", name)
}

// varied reports whether the text depends on a variable.
func (t text) varied() bool {
	return slices.ContainsFunc(t, func(p piece) bool { return p.name != "" })
}

// lone is the variable that is all there is, "" for others.
func (t text) lone() string {
	name := ""
	for _, p := range t {
		if p.literal != "" || p.name != "" && name != "" {
			return ""
		}
		name += p.name
	}
	return name
}

// fill puts the variables in. quote, which may be nil, is applied to each.
func (t text) fill(v vars, quote func(string) string) string {
	var out strings.Builder
	for _, p := range t {
		switch value := v[p.name]; {
		case p.name == "":
			out.WriteString(p.literal)
		case quote != nil:
			out.WriteString(quote(plain(value)))
		default:
			out.WriteString(plain(value))
		}
	}
	return out.String()
}

// plain is a value as it reads within a text.
func plain(v mcp.Value) string {
	if v.Is(mcp.String) {
		return v.Text()
	}
	return v.String()
}

// value is JSON with places for variables.
type value struct {
	kind    mcp.Kind
	scalar  mcp.Value
	text    text
	items   []value
	members []namedValue
}

type namedValue struct {
	name  string
	value value
}

// value reads plain JSON: nothing in it is a matcher.
func (r *reader) value(n *node) value {
	v := value{kind: n.kind, scalar: n.value}
	if n.kind == mcp.String {
		v.text = r.text(n)
	}
	for _, item := range n.items {
		v.items = append(v.items, r.value(item))
	}
	for _, m := range n.members {
		v.members = append(v.members, namedValue{m.name, r.value(m.value)})
	}
	return v
}

// literal is a value in which braces mean nothing.
func literal(n *node) mcp.Value {
	var as func(n *node) value
	as = func(n *node) value {
		v := value{kind: n.kind, scalar: n.value, text: text{{literal: n.value.Text()}}}
		for _, item := range n.items {
			v.items = append(v.items, as(item))
		}
		for _, m := range n.members {
			v.members = append(v.members, namedValue{m.name, as(m.value)})
		}
		return v
	}
	return as(n).fill(nil)
}

// fill is the value with the variables in it. A variable that is all of a text
// keeps its type.
func (v value) fill(with vars) mcp.Value {
	var out bytes.Buffer
	v.write(&out, with)
	filled, _ := mcp.Parse(out.Bytes()) // it is made of valid parts
	return filled
}

func (v value) write(out *bytes.Buffer, with vars) {
	switch v.kind {
	case mcp.Object:
		out.WriteByte('{')
		for i, m := range v.members {
			comma(out, i)
			name := mcp.ValueOf(m.name)
			out.Write(name.Raw())
			out.WriteByte(':')
			m.value.write(out, with)
		}
		out.WriteByte('}')
	case mcp.Array:
		out.WriteByte('[')
		for i, item := range v.items {
			comma(out, i)
			item.write(out, with)
		}
		out.WriteByte(']')
	case mcp.String:
		filled := mcp.ValueOf(v.text.fill(with, nil))
		if name := v.text.lone(); name != "" {
			filled = with[name]
		}
		out.WriteString(jsonOr(filled, "null"))
	default:
		out.WriteString(jsonOr(v.scalar, "null"))
	}
}

func comma(out *bytes.Buffer, i int) {
	if i > 0 {
		out.WriteByte(',')
	}
}

// jsonOr is a value's JSON, or what stands for one that is not there.
func jsonOr(v mcp.Value, otherwise string) string {
	if !v.Exists() {
		return otherwise
	}
	return string(v.Raw())
}

// object is an object of named values; members that are nil are left out.
func object(all ...any) value {
	v := value{kind: mcp.Object}
	for i := 0; i+1 < len(all); i += 2 {
		name, _ := all[i].(string)
		if one, ok := all[i+1].(*value); ok && one != nil {
			v.members = append(v.members, namedValue{name, *one})
		}
	}
	return v
}

// word is a text of our own as a value.
func word(s string) *value {
	return &value{kind: mcp.String, text: text{{literal: s}}}
}
