package mcp

import "encoding/json"

// parser builds Values from text that json.Valid has accepted, so it meets no
// errors and its depth is bounded.
type parser struct {
	raw []byte
	pos int
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
		v = Value{kind: String, text: p.string()}
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
	v := Value{kind: Object}
	p.pos++
	for {
		p.space()
		switch p.raw[p.pos] {
		case '}':
			p.pos++
			return v
		case ',':
			p.pos++
		default:
			name := p.string()
			p.space()
			p.pos++ // the colon
			v.members = append(v.members, Member{name, p.value()})
		}
	}
}

func (p *parser) array() Value {
	v := Value{kind: Array}
	p.pos++
	for {
		p.space()
		switch p.raw[p.pos] {
		case ']':
			p.pos++
			return v
		case ',':
			p.pos++
		default:
			v.items = append(v.items, p.value())
		}
	}
}

// string reads a string token. Escapes are left to encoding/json.
func (p *parser) string() string {
	start, plain := p.pos, true
	for p.pos++; p.raw[p.pos] != '"'; p.pos++ {
		if p.raw[p.pos] == '\\' {
			plain = false
			p.pos++
		}
	}
	p.pos++
	token := p.raw[start:p.pos]
	if plain {
		return string(token[1 : len(token)-1])
	}
	var s string
	_ = json.Unmarshal(token, &s) // json.Valid has seen it
	return s
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
