package mcp

import (
	"bytes"
	"encoding/json"
	"unsafe"
)

// parser builds Values from text that json.Valid has accepted, so it meets no
// errors and its depth is bounded. It does not recurse: servers are sent deeply
// nested text, for which a goroutine's stack would grow by megabytes.
type parser struct {
	raw    []byte
	pos    int
	within []container // innermost last
	// What the containers have so far, innermost last: each takes its own
	// with it in one piece of the right size.
	members []Member
	items   []Value
}

// container is an array or object whose end was not met yet.
type container struct {
	object bool
	start  int
	outer  int    // how much is on the stack of those around it
	name   string // of the member that it is the value of
}

func (p *parser) value() Value {
	name, named := "", false
	for {
		p.space()
		start := p.pos
		var v Value
		switch c := p.raw[start]; {
		case c == ',':
			p.pos++
			continue
		case c == '{' || c == '[':
			p.pos++
			p.begin(container{object: c == '{', start: start, name: name})
			named = false
			continue
		case c == '}' || c == ']':
			p.pos++
			v, name = p.end()
		case c == '"' && !named && p.inObject():
			name, named = p.name(), true
			p.space()
			p.pos++ // the colon
			continue
		case c == '"':
			p.string()
			v = Value{kind: String, raw: p.since(start)}
		default:
			p.literal()
			v = Value{kind: literalKind(c), raw: p.since(start)}
		}
		named = false
		switch {
		case len(p.within) == 0:
			return v
		case p.inObject():
			p.members = append(p.members, Member{name, v})
		default:
			p.items = append(p.items, v)
		}
	}
}

func (p *parser) begin(c container) {
	c.outer = len(p.items)
	if c.object {
		c.outer = len(p.members)
	}
	p.within = append(p.within, c)
}

// end gives the innermost container, whose end was met, and the name it has
// in the one around it.
func (p *parser) end() (Value, string) {
	c := p.within[len(p.within)-1]
	p.within = p.within[:len(p.within)-1]
	v := Value{kind: Array, raw: p.since(c.start), in: new(inside)}
	if c.object {
		v.kind = Object
		v.in.members = own(p.members[c.outer:])
		p.members = p.members[:c.outer]
		return v, c.name
	}
	v.in.items = own(p.items[c.outer:])
	p.items = p.items[:c.outer]
	return v, c.name
}

func (p *parser) inObject() bool {
	return len(p.within) > 0 && p.within[len(p.within)-1].object
}

// since is the text from start up to here.
func (p *parser) since(start int) []byte { return p.raw[start:p.pos:p.pos] }

func literalKind(c byte) Kind {
	switch c {
	case 't', 'f':
		return Bool
	case 'n':
		return Null
	}
	return Number
}

// firstMembers is room on the stack for the members of most messages: growing
// into it step by step takes twice as much.
func firstMembers(raw []byte) int {
	return min(16, bytes.Count(raw[:min(1<<10, len(raw))], []byte{':'}))
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

// name reads the name of a member.
func (p *parser) name() string {
	token := p.string()
	if bytes.IndexByte(token, '\\') >= 0 {
		return unquote(token)
	}
	// The name is a view of raw, which nobody may change; see Parse. Copies of
	// names would be most of what a run allocates.
	content := token[1 : len(token)-1]
	return unsafe.String(unsafe.SliceData(content), len(content))
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
