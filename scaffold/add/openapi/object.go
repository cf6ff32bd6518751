package openapi

import (
	"bytes"
	"encoding/json"

	"github.com/mcpctl/mcpctl/mcp"
)

// quote is s as a JSON string.
func quote(s string) []byte {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string can always be written
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// object is a JSON object in the making, in order.
type object struct {
	names  []string
	values map[string][]byte
}

// set adds a member, or replaces the one of that name in its place.
func (o *object) set(name string, value []byte) {
	if o.values == nil {
		o.values = map[string][]byte{}
	}
	if _, ok := o.values[name]; !ok {
		o.names = append(o.names, name)
	}
	o.values[name] = value
}

func (o *object) has(name string) bool { _, ok := o.values[name]; return ok }

func (o *object) remove(name string) {
	if !o.has(name) {
		return
	}
	delete(o.values, name)
	kept := o.names[:0]
	for _, n := range o.names {
		if n != name {
			kept = append(kept, n)
		}
	}
	o.names = kept
}

func (o *object) bytes() []byte {
	out := []byte{'{'}
	for i, name := range o.names {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, quote(name)...)
		out = append(out, ':')
		out = append(out, o.values[name]...)
	}
	return append(out, '}')
}

// objectOf takes an object apart, to be altered.
func objectOf(v mcp.Value) *object {
	o := &object{}
	for _, m := range v.Members() {
		o.set(m.Name, m.Value.Raw())
	}
	return o
}

// list is a JSON array of strings.
func list(items []string) []byte {
	out := []byte{'['}
	for i, s := range items {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, quote(s)...)
	}
	return append(out, ']')
}
