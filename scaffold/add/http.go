package add

import (
	"errors"
	"fmt"
	"slices"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/scaffold"
	"github.com/mcpctl/mcpctl/scaffold/add/openapi"
)

// FromOperation makes a tool of one operation of an OpenAPI description, named
// by its id or by METHOD /path.
func FromOperation(name string, data []byte, id string) (Item, error) {
	it, err := New(Tool, name)
	if err != nil {
		return it, err
	}
	doc, err := openapi.Read(data)
	if err != nil {
		return it, err
	}
	op, err := doc.Operation(id)
	if errors.Is(err, openapi.ErrNoOperation) {
		return it, unknown("the description", "operation", id, doc.Operations())
	}
	if err != nil {
		return it, err
	}
	it.Source, it.Operation = FromOpenAPI, op
	it.Description, it.Annotations = op.Description, hints(op.Method)
	if op.Title != "" {
		it.Title = op.Title
	}
	for _, n := range op.Notes {
		it.note(n)
	}
	if it.Input, err = checkRaw(op.Input, "input schema"); err != nil {
		return it, err
	}
	it.Output = nil
	if op.Output != nil {
		if it.Output, err = checkRaw(op.Output, "output schema"); err != nil {
			return it, err
		}
	}
	return it, checkText(&it)
}

func checkRaw(raw []byte, what string) ([]byte, error) {
	v, err := mcp.Parse(slices.Clone(raw))
	if err != nil {
		return nil, fmt.Errorf("the operation's %s cannot be read: %w", what, err)
	}
	return check(v, what)
}

// hints are what a method promises (RFC 9110, 9.2). The world beyond an HTTP
// call is an open one.
func hints(method string) *Annotations {
	a := &Annotations{OpenWorld: new(true)}
	switch method {
	case "GET", "HEAD", "OPTIONS", "TRACE":
		a.ReadOnly, a.Destructive, a.Idempotent = new(true), new(false), new(true)
	case "PUT", "DELETE":
		a.ReadOnly, a.Destructive, a.Idempotent = new(false), new(true), new(true)
	case "PATCH":
		a.ReadOnly, a.Destructive, a.Idempotent = new(false), new(true), new(false)
	default:
		a.ReadOnly, a.Destructive, a.Idempotent = new(false), new(false), new(false)
	}
	return a
}

// maxKnown bounds how many names an error lists.
const maxKnown = 50

// unknown names what is not there, and some of what is.
func unknown(where, what, word string, known []string) error {
	return &scaffold.UnknownError{Where: where, What: what, Word: word, Known: known[:min(len(known), maxKnown)]}
}
