package attest

import (
	"bytes"
	"encoding/json"
	"strings"
)

// member is one member of an object, with its place in the text.
type member struct {
	name       string
	start      int // of the name's opening quote
	value, end int // of the value
}

// object is a JSON object in a text, with its place.
type object struct {
	text       []byte
	start, end int // from brace to behind the brace
	members    []member
}

// objectAt reads the object that opens at a place of valid JSON. It is no object
// if something else stands there.
func objectAt(text []byte, start int) (object, bool) {
	o := object{text: text, start: start}
	dec := json.NewDecoder(bytes.NewReader(text[start:]))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return o, false
	}
	for dec.More() {
		before := start + int(dec.InputOffset())
		t, err := dec.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return o, false
		}
		var raw json.RawMessage
		if dec.Decode(&raw) != nil {
			return o, false
		}
		end := start + int(dec.InputOffset())
		quote := before + bytes.IndexByte(text[before:], '"')
		o.members = append(o.members, member{name, quote, end - len(raw), end})
	}
	if _, err := dec.Token(); err != nil {
		return o, false
	}
	o.end = start + int(dec.InputOffset())
	return o, true
}

// find is the member of a name, which stands once in strict JSON.
func (o object) find(name string) (member, bool) {
	for _, m := range o.members {
		if m.name == name {
			return m, true
		}
	}
	return member{}, false
}

// replace puts text in the place of some bytes.
func (o object) replace(start, end int, text string) []byte {
	out := append([]byte{}, o.text[:start]...)
	return append(append(out, text...), o.text[end:]...)
}

// with puts a value under a name: in the place of the old one, or as the last
// member, laid out like the others. An object without members is laid out as the
// document is, at its depth.
func (o object) with(name string, value any, doc layout, depth int) []byte {
	l := doc.at(depth)
	if len(o.members) > 0 {
		l = o.layout(doc)
	}
	if m, ok := o.find(name); ok {
		return o.replace(m.value, m.end, l.write(value))
	}
	text := l.lead + l.write(name) + l.colon + l.write(value)
	if n := len(o.members); n > 0 {
		last := o.members[n-1].end
		if l.lead == "" && l.colon == ": " {
			text = " " + text
		}
		return o.replace(last, last, ","+text)
	}
	return o.replace(o.start+1, o.end-1, text+strings.TrimSuffix(l.lead, l.unit))
}

// layout is how an author writes: what stands before a member, by how much each
// level is indented, what stands between name and value.
type layout struct{ lead, unit, colon string }

// layout is that of an object's first member.
func (o object) layout(doc layout) layout {
	if len(o.members) == 0 {
		return doc
	}
	m := o.members[0]
	l := layout{lead: string(o.text[o.start+1 : m.start]), unit: doc.unit, colon: ":"}
	if strings.Contains(string(o.text[m.start:m.value]), ": ") {
		l.colon = ": "
	}
	if !strings.Contains(l.lead, "\n") {
		l.lead = ""
	}
	return l
}

// at is the layout of a document at a depth; the root's members have depth 1.
func (l layout) at(depth int) layout {
	if l.lead != "" {
		l.lead = l.newline() + strings.Repeat(l.unit, depth)
	}
	return l
}

// newline is the line break that a lead ends its last line with.
func (l layout) newline() string { return l.lead[:strings.LastIndexByte(l.lead, '\n')+1] }

// write is a value as the author would write it.
func (l layout) write(value any) string {
	var out strings.Builder
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if newline := l.newline(); newline != "" {
		e.SetIndent(strings.TrimPrefix(l.lead, newline), l.unit)
	}
	_ = e.Encode(value) // strings, and structs and maps of strings, always encode
	text := strings.TrimSuffix(out.String(), "\n")
	if strings.Contains(l.lead, "\r\n") {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return text
}
