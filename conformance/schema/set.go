package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/mcpctl/mcpctl/mcp"
)

// Set is the schemas of one revision. They are compiled as they are asked for
// and kept. A Set is safe for concurrent use.
type Set struct {
	view
	mu       sync.Mutex
	compiler *jsonschema.Compiler
	compiled map[string]*jsonschema.Schema
}

// sets is one Set per revision, shared by all callers.
var sets = sync.OnceValues(func() (map[mcp.Revision]*Set, error) {
	src, err := load()
	if err != nil {
		return nil, err
	}
	all := map[mcp.Revision]*Set{}
	for _, r := range mcp.Timeline() {
		all[r] = newSet(src, r)
	}
	return all, nil
})

func newSet(src *source, r mcp.Revision) *Set {
	s := &Set{view: view{src, r}, compiler: jsonschema.NewCompiler(), compiled: map[string]*jsonschema.Schema{}}
	s.compiler.Draft = jsonschema.Draft7
	s.compiler.LoadURL = s.document
	return s
}

// For returns the schemas of r, shared by all callers; it compiles nothing yet.
// It fails for a revision that mcpctl does not speak.
func For(r mcp.Revision) (*Set, error) {
	all, err := sets()
	if err != nil {
		return nil, fmt.Errorf("read the wire schema: %w", err)
	}
	if s, ok := all[r]; ok {
		return s, nil
	}
	return nil, fmt.Errorf("no wire schema for revision %q: mcpctl speaks %v", r, mcp.Timeline())
}

// Has reports whether the revision has a definition of that name.
func (s *Set) Has(def string) bool {
	_, ok := s.definition(def, s.revision)
	return ok && 'A' <= def[0] && def[0] <= 'Z' // lower case: a part of ours
}

// Validate judges raw, one JSON value, by the definition def, such as
// "ListToolsResult". It returns nil when raw is valid, else at most MaxProblems
// problems in the order of their pointers. What lies deeper than MaxDepth is
// not looked at. A definition that the revision does not have is a problem, so
// that a mistaken name never reads as valid; ask Has first.
func (s *Set) Validate(def string, raw []byte) []Problem {
	schema, err := s.compile(def)
	if err != nil {
		return []Problem{{Message: err.Error()}}
	}
	value, err := decode(raw)
	if err != nil {
		return []Problem{{Message: err.Error()}}
	}
	return explain(schema, prune(value, MaxDepth))
}

func (s *Set) compile(def string) (*jsonschema.Schema, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c, ok := s.compiled[def]; ok {
		return c, nil
	}
	if !s.Has(def) {
		return nil, fmt.Errorf("revision %s has no definition %s", s.revision, def)
	}
	c, err := s.compiler.Compile(s.address() + def)
	if err != nil {
		return nil, fmt.Errorf("compile %s of %s: %w", def, s.revision, err)
	}
	s.compiled[def] = c
	return c, nil
}

// address is what definitions are addressed under within the compiler.
func (s *Set) address() string { return "mcp://" + string(s.revision) + "/" }

// document hands one definition to the compiler. It is all that can be loaded.
func (s *Set) document(address string) (io.ReadCloser, error) {
	name, ok := strings.CutPrefix(address, s.address())
	if !ok {
		return nil, fmt.Errorf("%s is not part of revision %s", address, s.revision)
	}
	k, err := s.emit(name)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(k)
	if err != nil {
		return nil, fmt.Errorf("write the schema of %s: %w", name, err)
	}
	return io.NopCloser(bytes.NewReader(text)), nil
}
