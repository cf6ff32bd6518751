package mcp

import (
	"bytes"
	"maps"
)

// Equal reports whether two values mean the same: member order and spelling
// of white space do not count, numbers compare by value when both are whole
// 64-bit integers and by text otherwise.
func Equal(a, b Value) bool {
	if a.kind != b.kind || a.Len() != b.Len() {
		return false
	}
	switch a.kind {
	case String:
		return a.Text() == b.Text()
	case Array:
		for i := range a.Items() {
			if !Equal(a.in.items[i], b.in.items[i]) {
				return false
			}
		}
		return true
	case Object:
		return maps.EqualFunc(a.byName(), b.byName(), Equal)
	case Number:
		m, whole := a.Int()
		n, wholeToo := b.Int()
		return bytes.Equal(a.raw, b.raw) || whole && wholeToo && m == n
	default:
		return bytes.Equal(a.raw, b.raw)
	}
}

// byName is an object as a map; of duplicates the last one counts.
func (v Value) byName() map[string]Value {
	all := make(map[string]Value, len(v.Members()))
	for _, m := range v.Members() {
		all[m.Name] = m.Value
	}
	return all
}
