package form

import (
	"bytes"
	"encoding/json"

	"github.com/mcpctl/mcpctl/mcp"
)

// Value is what was given so far, right or wrong: numbers as they are spelled,
// text that is no number or no JSON as a string, an empty item of an array as
// null. It is absent when the whole value is a leaf with nothing in it.
func (f *Form) Value() mcp.Value {
	if !f.root.Sent() {
		return mcp.Value{}
	}
	v, err := mcp.Parse(f.root.write(nil))
	if err != nil { // more values than any message may have
		return mcp.Value{}
	}
	return v
}

// ValueAt is the part of the value at a path; absent where it is left out.
func (f *Form) ValueAt(path string) mcp.Value {
	fd := f.Find(path)
	if fd == nil || !fd.Sent() {
		return mcp.Value{}
	}
	v, err := mcp.Parse(fd.write(nil))
	if err != nil {
		return mcp.Value{}
	}
	return v
}

// write appends the field, which is sent, as JSON.
func (fd *Field) write(out []byte) []byte {
	switch fd.Kind {
	case Object:
		return fd.writeMembers(out)
	case Array:
		return fd.writeItems(out)
	case Multi:
		out = append(out, '[')
		for n, i := range fd.picked {
			if n > 0 {
				out = append(out, ',')
			}
			out = append(out, fd.Options[i].Value.Raw()...)
		}
		return append(out, ']')
	}
	switch {
	case fd.held.Exists():
		return append(out, fd.held.Raw()...)
	case fd.text != "":
		return append(out, quote(fd.text)...)
	}
	return append(out, "null"...)
}

func (fd *Field) writeMembers(out []byte) []byte {
	out = append(out, '{')
	first := true
	for _, child := range fd.Children {
		if !child.has() && !child.sentAlong() {
			continue
		}
		if !first {
			out = append(out, ',')
		}
		first = false
		out = append(append(out, quote(child.Name)...), ':')
		out = child.write(out)
	}
	return append(out, '}')
}

func (fd *Field) writeItems(out []byte) []byte {
	out = append(out, '[')
	for i, item := range fd.Children {
		if i > 0 {
			out = append(out, ',')
		}
		out = item.write(out)
	}
	return append(out, ']')
}

// sentAlong reports whether the field goes with its parent although nobody gave
// it. A required leaf that has nothing to send stays out, and is a problem.
func (fd *Field) sentAlong() bool {
	return fd.auto && (fd.isContainer() || fd.isItem() || !fd.Empty())
}

// quote writes a string as JSON, without the escapes that HTML would need.
func quote(text string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(text) // a string always encodes
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'})
}

func null() mcp.Value { return mcp.MustParse("null") }

func boolean(is bool) mcp.Value {
	if is {
		return mcp.MustParse("true")
	}
	return mcp.MustParse("false")
}
