package form

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/mcpctl/mcpctl/internal/term"
	"github.com/mcpctl/mcpctl/mcp"
)

// maxComment bounds the schema on a sheet, in lines.
const maxComment = 200

// Sheet is the value at a path as a text to edit: indented JSON under its
// schema as comments. Characters that do not show are escaped. SetJSON reads it.
func (f *Form) Sheet(path string) []byte {
	var b bytes.Buffer
	fd := f.Find(path)
	if fd == nil {
		return nil
	}
	b.WriteString("// The value is JSON; these comments are ignored. An empty value is left out.\n")
	for _, p := range fd.places {
		comment(&b, p.at)
	}
	v := f.ValueAt(path)
	if v.Exists() {
		b.Write(pretty(v.Raw()))
	}
	b.WriteByte('\n')
	return b.Bytes()
}

func comment(b *bytes.Buffer, schema mcp.Value) {
	lines := strings.Split(string(pretty(schema.Raw())), "\n")
	for i, line := range lines {
		if i == maxComment {
			fmt.Fprintf(b, "// … %d more lines\n", len(lines)-i)
			return
		}
		b.WriteString("// " + line + "\n")
	}
}

// pretty indents JSON and escapes what does not show.
func pretty(raw []byte) []byte {
	var indented bytes.Buffer
	if json.Indent(&indented, raw, "", "  ") != nil {
		indented.Write(raw)
	}
	var b bytes.Buffer
	for _, r := range indented.String() {
		switch {
		case r == '\n' || r < utf8.RuneSelf && r != 0x7F || term.SafeLine(string(r)) == string(r):
			b.WriteRune(r)
		case r > 0xFFFF:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.Bytes()
}

// ReadSheet reads what a person wrote: one JSON value, after lines of comment
// that begin with //. The value of an empty sheet is absent.
func ReadSheet(text []byte) (mcp.Value, error) {
	text = uncommented(text)
	switch {
	case len(text) > MaxText:
		return mcp.Value{}, fmt.Errorf("the value is longer than %d bytes", MaxText)
	case len(text) == 0:
		return mcp.Value{}, nil
	case !utf8.Valid(text):
		return mcp.Value{}, errors.New("the value is not UTF-8")
	}
	v, err := mcp.Parse(text)
	if err != nil {
		return v, fmt.Errorf("the value is not JSON: %w", err)
	}
	return v, nil
}

// SetJSON replaces the value at a path by what stands on a sheet. On an error
// nothing has changed.
func (f *Form) SetJSON(path string, text []byte) error {
	v, err := ReadSheet(text)
	if err != nil {
		return err
	}
	return f.Load(path, v)
}

// Load replaces the value at a path; an absent one leaves the field out. What the
// schema does not know is kept.
func (f *Form) Load(path string, v mcp.Value) error {
	fd, err := f.at(path)
	if err != nil {
		return err
	}
	if !v.Exists() {
		return f.Unset(path)
	}
	f.act()
	f.load(fd, v)
	return nil
}

// uncommented is the text without the comments at its head.
func uncommented(text []byte) []byte {
	for {
		text = bytes.TrimSpace(text)
		if !bytes.HasPrefix(text, []byte("//")) {
			return text
		}
		_, after, found := bytes.Cut(text, []byte("\n"))
		if !found {
			return nil
		}
		text = after
	}
}

// OfPrompt is the schema of a prompt's arguments, all of which are strings.
func OfPrompt(prompt mcp.Value) mcp.Value {
	properties := []byte(`{"type":"object","additionalProperties":false,"properties":{`)
	var required []string
	for i, argument := range prompt.Get("arguments").Items() {
		if i > 0 {
			properties = append(properties, ',')
		}
		one := map[string]string{"type": "string", "title": argument.Get("title").Text(), "description": argument.Get("description").Text()}
		properties = append(append(properties, quote(argument.Get("name").Text())...), ':')
		properties = append(properties, mcp.ValueOf(one).Raw()...)
		if argument.Get("required").True() {
			required = append(required, argument.Get("name").Text())
		}
	}
	properties = append(properties, '}')
	if required != nil {
		properties = append(append(properties, `,"required":`...), mcp.ValueOf(required).Raw()...)
	}
	v, err := mcp.Parse(append(properties, '}'))
	if err != nil {
		return mcp.Value{}
	}
	return v
}
