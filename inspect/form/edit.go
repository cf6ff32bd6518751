package form

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/mcpctl/mcpctl/mcp"
)

// MaxText bounds the text of one field, and of a whole value, in bytes.
const MaxText = 4 << 20

// Set writes text into a leaf. What does not fit is kept, and reported by Check.
// The empty text is a value for a Text; other leaves are left out by it. An Enum
// takes the label of an option, or its value as text. The error says that the
// field is no leaf, or the text too long.
func (f *Form) Set(path, text string) error {
	f.act()
	fd, err := f.at(path)
	if err != nil {
		return err
	}
	switch {
	case len(text) > MaxText:
		return fmt.Errorf("the text of %q is longer than %d bytes", path, MaxText)
	case !utf8.ValidString(text):
		return fmt.Errorf("the text of %q is not UTF-8", path)
	case text == "" && fd.Kind != Text:
		return f.Unset(path)
	}
	switch fd.Kind {
	case Text:
		fd.fill(mcp.ValueOf(text), text)
	case Number:
		fd.fill(number(text), text)
	case Raw:
		v, _ := mcp.Parse([]byte(text))
		fd.fill(v, text)
	case Bool:
		if text != "true" && text != "false" {
			return fmt.Errorf("%q is true or false, not %.40q", path, text)
		}
		fd.fill(boolean(text == "true"), text)
	case Enum, Const:
		for _, o := range fd.Options {
			if o.Label == text || label(o.Value) == text {
				fd.fill(o.Value, o.Label)
				return nil
			}
		}
		return fmt.Errorf("%q has no choice %.40q", path, text)
	default:
		return fmt.Errorf("%q is no field for text but %s", path, fd.Kind)
	}
	return nil
}

func (fd *Field) fill(v mcp.Value, text string) { fd.held, fd.text, fd.given = v, text, true }

// number is the number that text spells, absent when it spells none.
func number(text string) mcp.Value {
	text = strings.TrimSpace(text)
	v, err := mcp.Parse([]byte(text))
	if err != nil || !v.Is(mcp.Number) {
		return mcp.Value{}
	}
	return v
}

// Unset empties a field: it is left out, unless it has to be there.
func (f *Form) Unset(path string) error {
	f.act()
	fd, err := f.at(path)
	if err != nil {
		return err
	}
	branch := fd.Branch
	if fd.Misfit {
		branch = 0
	}
	f.take(fd, branch, fresh)
	if fd.isContainer() {
		return nil
	}
	if !fd.Fixed() {
		f.clear(fd)
		fd.auto = fd.isItem()
	}
	return nil
}

// clear takes out what stands in a field.
func (f *Form) clear(fd *Field) {
	fd.held, fd.text, fd.picked, fd.given, fd.auto = mcp.Value{}, "", nil, false, false
	fd.Problem, fd.Soft = "", false
}

// drop counts fields off that are no more.
func (f *Form) drop(fields ...*Field) {
	for _, fd := range fields {
		f.fields--
		f.drop(fd.Children...)
	}
}

// Toggle goes to the next state of a field that is on or off: true, false and
// left out for a Bool; sent and left out for constants, objects and arrays; the
// empty text and left out for an empty Text. What has to be there is not left
// out.
func (f *Form) Toggle(path string) error {
	f.act()
	fd, err := f.at(path)
	if err != nil {
		return err
	}
	on := fd.Sent()
	switch fd.Kind {
	case Bool:
		if on && !fd.Checked() && !fd.auto && !fd.Required {
			return f.Unset(path)
		}
		value := boolean(!on || !fd.Checked())
		fd.fill(value, value.String())
		return nil
	case Const, Null, Object, Array, Multi:
		if on && !fd.Required {
			return f.leaveOut(fd)
		}
		f.include(fd)
		return nil
	case Text:
		if on && fd.text != "" {
			return errors.New("the field has text in it; delete that first")
		}
		if on && !fd.Required {
			return f.Unset(path)
		}
		fd.fill(mcp.ValueOf(""), "")
		return nil
	}
	return fmt.Errorf("%q is nothing to switch on and off but %s", path, fd.Kind)
}

func (f *Form) leaveOut(fd *Field) error {
	f.take(fd, fd.Branch, fresh)
	f.clear(fd)
	fd.auto = fd.isItem()
	return nil
}

// include makes a field part of the value that is on or off.
func (f *Form) include(fd *Field) {
	fd.given = true
	switch fd.Kind {
	case Null:
		fd.held = null()
	case Const:
		fd.held = fd.Options[0].Value
	case Object:
		f.expand(fd)
	}
}

// Pick chooses an option of an Enum, or picks or drops one of a Multi.
func (f *Form) Pick(path string, option int) error {
	f.act()
	fd, err := f.at(path)
	if err != nil {
		return err
	}
	if option < 0 || option >= len(fd.Options) {
		return fmt.Errorf("%q has no option %d", path, option)
	}
	if fd.Kind != Multi {
		fd.fill(fd.Options[option].Value, fd.Options[option].Label)
		return nil
	}
	fd.given = true
	for n, i := range fd.picked {
		if i == option {
			fd.picked = append(fd.picked[:n:n], fd.picked[n+1:]...)
			return nil
		}
	}
	fd.picked = append(fd.picked, option)
	return nil
}

// Expand makes the children of an object that were not made yet: those of what
// lies deep, or within itself. The object is not sent by that.
func (f *Form) Expand(path string) error {
	f.act()
	fd, err := f.at(path)
	if err != nil {
		return err
	}
	f.expand(fd)
	return nil
}
