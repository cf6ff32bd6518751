package schema

import (
	"embed"
	"fmt"
	"io/fs"
	"sync"

	"github.com/mcpctl/mcpctl/mcp"
)

//go:embed wire/*.mcps
var wire embed.FS

// load reads the source once, on first use, so that commands which judge
// nothing pay nothing.
var load = sync.OnceValues(func() (*source, error) { return read(wire) })

// source is all revisions at once. It does not change once read.
type source struct {
	definitions map[string][]definition // one per span
	methods     []method
}

// definition is either an object with members or, when is is set, any type.
type definition struct {
	span    mcp.Span
	members []member
	is      *typ
}

// member is a member of an object. With an empty name it is a mixin: is then
// names the definition whose members are taken over.
type member struct {
	span     mcp.Span
	name     string
	optional bool
	is       *typ
}

type kind int

const (
	named   kind = iota // a basic type or the name of a definition
	literal             // a constant
	list                // items of one type
	object              // members written in place
	values              // an object whose values have one type
	either              // a union
	both                // an intersection
)

// typ is a type expression.
type typ struct {
	kind     kind
	name     string
	value    any
	min, max string
	members  []member
	of       []*typ
}

// method is a line of methods.mcps.
type method struct {
	span       mcp.Span
	by         string // client, server, both, input
	isRequest  bool
	name       string
	definition string
	answer     string
}

func read(files fs.FS) (*source, error) {
	names, err := fs.Glob(files, "wire/*.mcps")
	if err != nil {
		return nil, fmt.Errorf("list the schema source: %w", err)
	}
	s := &source{definitions: map[string][]definition{}}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read the schema source: %w", err)
		}
		if err := s.parse(name, string(text)); err != nil {
			return nil, err
		}
	}
	s.unite()
	return s, nil
}

// unite adds the four unions that follow from the table of methods.
func (s *source) unite() {
	unions := []struct {
		name, by  string
		isRequest bool
	}{
		{"ClientRequest", "client", true},
		{"ServerRequest", "server", true},
		{"ClientNotification", "client", false},
		{"ServerNotification", "server", false},
	}
	for _, r := range mcp.Timeline() {
		for _, u := range unions {
			is := &typ{kind: either}
			for _, m := range s.methods {
				if m.isRequest == u.isRequest && (m.by == u.by || m.by == "both") && m.span.Has(r) {
					is.of = append(is.of, &typ{kind: named, name: m.definition})
				}
			}
			if len(is.of) > 0 {
				s.definitions[u.name] = append(s.definitions[u.name], definition{span: mcp.Only(r), is: is})
			}
		}
	}
}

// definition finds what name stands for in r.
func (s *source) definition(name string, r mcp.Revision) (definition, bool) {
	for _, d := range s.definitions[name] {
		if d.span.Has(r) {
			return d, true
		}
	}
	return definition{}, false
}
