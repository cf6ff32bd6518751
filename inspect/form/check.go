package form

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/conformance/schema"
	"github.com/mcpctl/mcpctl/mcp"
)

// Problem is something wrong with the value.
type Problem struct {
	Path    string // of a field
	Message string // as a predicate: "is required"
	Soft    bool   // about a format, which schemas only annotate: the server may take it
}

// String joins path and message.
func (p Problem) String() string {
	if p.Path == "" {
		return p.Message
	}
	return p.Path + " " + p.Message
}

// Check judges the value, marks the fields that have a problem and answers the
// problems in the order of the fields. A value without any is valid by the
// schema, unless Unjudged says why that could not be found out.
func (f *Form) Check() []Problem {
	c := checking{form: f}
	c.look(f.root, true)
	if v := f.Value(); v.Exists() {
		c.judge(v)
	}
	c.gather(f.root)
	return c.all
}

// Unjudged says why the schema cannot be judged by, or cannot judge this value;
// nil after a Check that judged.
func (f *Form) Unjudged() error { return f.unjudged }

type checking struct {
	form *Form
	all  []Problem
}

// look finds what is wrong with the fields themselves.
func (c *checking) look(fd *Field, sent bool) {
	fd.Problem, fd.Soft = "", false
	if !sent {
		for _, child := range fd.Children {
			c.look(child, false)
		}
		return
	}
	switch {
	case fd.isContainer():
		for _, child := range fd.Children {
			goes := child.has() || child.sentAlong()
			c.look(child, goes)
			if child.Required && !goes {
				child.Problem = "is required"
			}
		}
	case fd.Empty():
		fd.Problem = "is required"
	case fd.held.Exists():
		if fd.Kind == Text {
			fd.Problem = misformat(fd.shape.format, fd.text)
			fd.Soft = fd.Problem != ""
		}
	case fd.Kind == Number:
		fd.Problem = "is not a number"
	default:
		_, err := mcp.Parse([]byte(fd.text))
		fd.Problem = fmt.Sprintf("is not JSON (text needs quotes): %v", err)
	}
}

// judge lets package schema judge the value, and finds the fields at fault.
func (c *checking) judge(v mcp.Value) {
	f := c.form
	if !f.compiled {
		f.compiled = true
		f.judge, f.unjudged = schema.Compile(f.document.root.at.Raw())
	}
	if f.judge == nil {
		return
	}
	problems, err := f.judge.Validate(v.Raw())
	f.unjudged = err
	for _, p := range problems {
		fd, beyond := f.nearest(p.Pointer)
		if child := fd.lacked(p.Message); child != nil {
			fd, p.Message = child, "is required"
		}
		if beyond != "" {
			p.Message = beyond + " " + p.Message
		}
		if fd.Problem != "" && !fd.Soft || fd.explained() {
			continue
		}
		fd.Problem, fd.Soft = p.Message, false
	}
}

// explained reports whether a union has a problem within the branch that was
// chosen. What is said of the union then is about branches that were not.
func (fd *Field) explained() bool {
	return len(fd.Branches) > 1 && slices.ContainsFunc(fd.Children, (*Field).ails)
}

// ails reports whether there is a problem with a field or within it.
func (fd *Field) ails() bool {
	return fd.Problem != "" && !fd.Soft || slices.ContainsFunc(fd.Children, (*Field).ails)
}

// lacked is the child that a problem of its object speaks of, if any.
func (fd *Field) lacked(message string) *Field {
	for _, child := range fd.Children {
		if strings.HasPrefix(message, "lacks") && message == fmt.Sprintf("lacks the member %q", child.Name) {
			return child
		}
	}
	return nil
}

// nearest is the field of a pointer, or the one around it and the rest of the
// pointer.
func (f *Form) nearest(pointer string) (fd *Field, beyond string) {
	fd = f.root
	for rest := pointer; rest != ""; {
		token, after, more := strings.Cut(rest[1:], "/")
		child := fd.child(unescape(token))
		if child == nil {
			return fd, rest
		}
		fd, rest = child, ""
		if more {
			rest = "/" + after
		}
	}
	return fd, ""
}

func (c *checking) gather(fd *Field) {
	if fd.Problem != "" {
		c.all = append(c.all, Problem{fd.Path(), fd.Problem, fd.Soft})
	}
	for _, child := range fd.Children {
		c.gather(child)
	}
}
