package form

import (
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// Kind is how a Field is filled in.
type Kind int

// The kinds of Field.
const (
	Raw    Kind = iota // any JSON, as text
	Text               // a string
	Number             // a number, as text
	Bool               // a box to check
	Null               // null, and nothing else
	Const              // one given value, to send or to leave out
	Enum               // one of Options
	Multi              // an array of some of Options
	Object             // Children by name
	Array              // Children by position
)

// String names the kind.
func (k Kind) String() string {
	return [...]string{"raw", "text", "number", "bool", "null", "const", "enum", "multi", "object", "array"}[k]
}

// Option is one choice of an enumeration.
type Option struct {
	Label string
	Value mcp.Value
}

// Field is one place in the value. Its exported fields are for reading; the
// Form's methods change them. Text in it is the server's, as it came.
type Field struct {
	Name     string // member name or position; "" for the root
	Title    string // what the schema calls it; may be empty
	Help     string
	Kind     Kind
	Type     string      // for people: "integer", "array of enum"
	Limits   string      // for people: "1..10", "pattern ^a"; may be empty
	Default  mcp.Value   // what the server takes when it is left out; may be absent
	Examples []mcp.Value // at most a few
	Notes    []string    // what cannot be shown, and other warnings
	Required bool
	Secret   bool     // is better not shown
	Misfit   bool     // Raw because its value is of another type
	Extra    bool     // an item, or a member that the schema does not name: Remove takes it away
	Open     bool     // Add works: an array, or an object that takes other members
	Union    string   // "oneOf" or "anyOf" where Branches come from one
	Branches []string // the forms that it may take; nil when there is only one
	Branch   int      // the chosen one
	Options  []Option
	Children []*Field
	Expanded bool // Children were made
	Problem  string
	Soft     bool // Problem is about a format, which schemas only annotate

	parent  *Field
	places  []place
	ways    []branch
	shape   *shape
	known   map[string]*Field // members by name
	held    mcp.Value         // the value of a leaf; absent for none, and for text that is none
	text    string
	picked  []int
	given   bool // by a person, or loaded
	auto    bool // is sent along when its parent is
	depth   int
	circles bool // lies within itself
}

// Path is the JSON Pointer of the place, "" for the whole value.
func (fd *Field) Path() string {
	if fd.parent == nil {
		return ""
	}
	return fd.parent.Path() + "/" + mcp.EscapePointer(fd.Name)
}

// Parent is the field around it, nil for the root.
func (fd *Field) Parent() *Field { return fd.parent }

// Depth counts the fields around it.
func (fd *Field) Depth() int { return fd.depth }

// Text is what stands at a leaf: as it was written, or for other kinds the label
// of the choice. It is empty for what was left out.
func (fd *Field) Text() string {
	switch {
	case !fd.held.Exists():
		return fd.text
	case fd.Kind == Enum || fd.Kind == Const:
		if i := indexOf(fd.Options, fd.held); i >= 0 {
			return fd.Options[i].Label
		}
	case fd.Kind == Text || fd.Kind == Number || fd.Kind == Raw:
		return fd.text
	}
	return label(fd.held)
}

// Choice is the index of the chosen option of an Enum, -1 for none.
func (fd *Field) Choice() int {
	if !fd.held.Exists() {
		return -1
	}
	return indexOf(fd.Options, fd.held)
}

// Picked reports whether an option of a Multi is picked.
func (fd *Field) Picked(option int) bool {
	for _, i := range fd.picked {
		if i == option {
			return true
		}
	}
	return false
}

// Picks counts the options that are picked.
func (fd *Field) Picks() int { return len(fd.picked) }

// Checked reports whether a Bool is true.
func (fd *Field) Checked() bool { return fd.held.True() }

// Empty reports whether a leaf has nothing in it: no text, no choice.
func (fd *Field) Empty() bool { return !fd.held.Exists() && fd.text == "" }

// Sent reports whether the place is part of the value.
func (fd *Field) Sent() bool {
	if fd.parent == nil {
		return fd.isContainer() || !fd.Empty()
	}
	return fd.has() || fd.sentAlong() && fd.parent.Sent()
}

// has reports whether somebody gave a value for it, or for something in it.
func (fd *Field) has() bool {
	if fd.given {
		return true
	}
	for _, child := range fd.Children {
		if child.has() {
			return true
		}
	}
	return false
}

func (fd *Field) isContainer() bool { return fd.Kind == Object || fd.Kind == Array || fd.Kind == Multi }

// isItem reports whether it is an element of an array.
func (fd *Field) isItem() bool { return fd.parent != nil && fd.parent.Kind == Array }

// Fixed reports whether the schema leaves nothing to choose.
func (fd *Field) Fixed() bool { return (fd.Kind == Const || fd.Kind == Null) && fd.auto }

// label is a value as a choice shows it.
func label(v mcp.Value) string {
	if v.Is(mcp.String) && strings.TrimSpace(v.Text()) != "" {
		return v.Text()
	}
	return v.String()
}

func options(values, names []mcp.Value) []Option {
	all := make([]Option, 0, len(values))
	for i, v := range values {
		o := Option{Label: label(v), Value: v}
		if i < len(names) && names[i].Is(mcp.String) && names[i].Text() != "" {
			o.Label = names[i].Text()
		}
		all = append(all, o)
	}
	return all
}

func indexOf(options []Option, v mcp.Value) int {
	for i, o := range options {
		if mcp.Equal(o.Value, v) {
			return i
		}
	}
	return -1
}
