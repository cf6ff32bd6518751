package add

import (
	"encoding/json"

	"github.com/mcpctl/mcpctl/scaffold/add/openapi"
)

// Kind is what can be added.
type Kind string

// The kinds of Item.
const (
	Tool     Kind = "tool"
	Resource Kind = "resource"
	Prompt   Kind = "prompt"
)

// Kinds lists all kinds, in the order of help.
func Kinds() []Kind { return []Kind{Tool, Resource, Prompt} }

// Source is where an item came from; it decides what its first body does.
type Source string

// The sources of an Item.
const (
	FromName    Source = "name"
	FromSchema  Source = "schema"
	FromOpenAPI Source = "openapi"
	FromServer  Source = "server"
)

// Item is one thing to add, in no language. Its text may be a stranger's; it
// has been checked for size, and generators quote it. Immutable once made.
type Item struct {
	Kind        Kind
	Name        string // as it goes over the wire
	Title       string
	Description string
	Source      Source

	// Of a tool: JSON Schemas that must reach the wire just as they are
	// here. Output is nil when the tool promises no structure.
	Input, Output json.RawMessage
	Annotations   *Annotations
	Operation     *openapi.Operation // set when Source is FromOpenAPI

	// Of a resource: a URI, or a template with {variables}.
	URI      string
	MIMEType string

	// Of a prompt.
	Arguments []Argument

	// Notes tell the user what was left out or wants attention.
	Notes []string
}

// Annotations are a tool's hints; nil says nothing. See server/tools#tool.
type Annotations struct {
	Title                                        string
	ReadOnly, Destructive, Idempotent, OpenWorld *bool
}

// Argument is one argument of a prompt.
type Argument struct {
	Name, Description string
	Required          bool
}
