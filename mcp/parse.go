package mcp

import (
	"bytes"
	"encoding/json"
)

// parser builds Values from text that json.Valid has accepted, so it meets no
// errors and its depth is bounded.
type parser struct {
	raw []byte
	pos int
	// What open objects and arrays have so far, innermost last: each takes
	// its own with it in one piece of the right size.
	members []Member
	items   []Value
}

func (p *parser) value() Value {
	p.space()
	start := p.pos
	var v Value
	switch p.raw[p.pos] {
	case '{':
		v = p.object()
	case '[':
		v = p.array()
	case '"':
		v = Value{kind: String}
		p.string()
	case 't', 'f':
		v = Value{kind: Bool}
		p.literal()
	case 'n':
		v = Value{kind: Null}
		p.literal()
	default:
		v = Value{kind: Number}
		p.literal()
	}
	v.raw = p.raw[start:p.pos:p.pos]
	return v
}

func (p *parser) object() Value {
	v := Value{kind: Object, in: new(inside)}
	outer := len(p.members)
	p.pos++
	for {
		p.space()
		switch p.raw[p.pos] {
		case '}':
			p.pos++
			v.in.members = own(p.members[outer:])
			p.members = p.members[:outer]
			return v
		case ',':
			p.pos++
		default:
			name := unquote(p.string())
			p.space()
			p.pos++ // the colon
			value := p.value()
			p.members = append(p.members, Member{name, value})
		}
	}
}

func (p *parser) array() Value {
	v := Value{kind: Array, in: new(inside)}
	outer := len(p.items)
	p.pos++
	for {
		p.space()
		switch p.raw[p.pos] {
		case ']':
			p.pos++
			v.in.items = own(p.items[outer:])
			p.items = p.items[:outer]
			return v
		case ',':
			p.pos++
		default:
			value := p.value()
			p.items = append(p.items, value)
		}
	}
}

// own copies a piece of the stack, nil when it is empty.
func own[T any](piece []T) []T {
	if len(piece) == 0 {
		return nil
	}
	return append(make([]T, 0, len(piece)), piece...)
}

// string reads a string token, quotes included.
func (p *parser) string() []byte {
	start := p.pos
	for p.pos++; p.raw[p.pos] != '"'; p.pos++ {
		if p.raw[p.pos] == '\\' {
			p.pos++
		}
	}
	p.pos++
	return p.raw[start:p.pos]
}

// unquote is the content of a string token. Escapes are left to
// encoding/json.
func unquote(token []byte) string {
	if bytes.IndexByte(token, '\\') < 0 {
		return string(token[1 : len(token)-1])
	}
	var s string
	_ = json.Unmarshal(token, &s) // json.Valid has seen it
	return s
}

// crowded reports whether valid JSON holds more than maxValues values. What
// is too short to hold them is not looked at.
func crowded(raw []byte) bool {
	if len(raw) < 2*maxValues {
		return false
	}
	values, quoted := 1, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ',' || c == '[' || c == '{'):
			values++
		}
	}
	return values > maxValues
}

func (p *parser) literal() {
	for p.pos < len(p.raw) {
		switch p.raw[p.pos] {
		case ',', ']', '}', ' ', '\t', '\r', '\n':
			return
		}
		p.pos++
	}
}

func (p *parser) space() {
	for p.pos < len(p.raw) {
		switch p.raw[p.pos] {
		case ' ', '\t', '\r', '\n':
			p.pos++
		default:
			return
		}
	}
}
