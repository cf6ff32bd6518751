package form

import (
	"fmt"
	"strings"

	"github.com/mcpctl/mcpctl/conformance/schema"
	"github.com/mcpctl/mcpctl/mcp"
)

// Options say how a form begins.
type Options struct {
	Value mcp.Value // what stands in it; absent for an empty form

	// Prefill writes defaults into the fields, so that they are sent. Without
	// it they are merely shown, and the server takes them by itself. Required
	// members begin with their default in any case.
	Prefill bool
}

// Form is a schema and a value that a person is giving by it. It must not be
// used by several goroutines at once.
type Form struct {
	document *document
	prefill  bool
	root     *Field
	fields   int // made so far, of those that still exist and of others
	judge    *schema.Validator
	unjudged error
	compiled bool
}

// New makes a form. Every schema has one: what is no schema at all, an absent
// one included, makes a form that is one Raw field.
func New(by mcp.Value, o Options) *Form {
	if !by.Exists() {
		by = mcp.MustParse("true")
	}
	f := &Form{document: newDocument(by), prefill: o.Prefill}
	f.reset()
	if o.Value.Exists() {
		f.load(f.root, o.Value)
	}
	return f
}

// Schema is what the form was made from.
func (f *Form) Schema() mcp.Value { return f.document.root.at }

// Root is the field of the whole value. Methods that change the form may replace
// any Field, so that none should be kept across them; paths stay.
func (f *Form) Root() *Field { return f.root }

// Reset empties the form: it is as New made it without a value.
func (f *Form) Reset() {
	f.act()
	f.reset()
}

func (f *Form) reset() {
	f.fields = 0
	f.root = f.build(nil, "", []place{f.document.root}, fresh, true)
	f.expand(f.root)
}

// act begins an act of a person's, which has an effort of its own.
func (f *Form) act() { f.document.left = maxEffort }

// Find is the field of a path, nil where there is none (yet).
func (f *Form) Find(path string) *Field {
	fd := f.root
	if path == "" {
		return fd
	}
	for token := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		if fd = fd.child(unescape(token)); fd == nil {
			return nil
		}
	}
	return fd
}

func (fd *Field) child(name string) *Field {
	for _, child := range fd.Children {
		if child.Name == name {
			return child
		}
	}
	return nil
}

// at is Find with an error for who asked for what is not there.
func (f *Form) at(path string) (*Field, error) {
	if fd := f.Find(path); fd != nil {
		return fd, nil
	}
	return nil, fmt.Errorf("the form has no field %q", path)
}
