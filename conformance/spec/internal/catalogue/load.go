// Package catalogue turns the two requirement catalogues and the list of
// headings, all YAML, into the Go tables of package spec. It runs when the
// tables are generated and in tests; the binary carries only its result.
package catalogue

import (
	"errors"
	"fmt"
	"io/fs"

	"go.yaml.in/yaml/v3"

	"github.com/mcpctl/mcpctl/mcp"
)

// Entry is one requirement as its author wrote it.
type Entry struct {
	ID             string
	Level          string
	Since          string
	Until          string // empty: still in force
	Area           string
	Transports     []string
	Requires       string
	Requirement    string
	Probe          string
	Testability    string
	Basis          string
	Source         string
	CallsPrimitive bool `yaml:"calls_primitive"`
	Expect         Expect
	Note           string
	AlsoLegacy     bool `yaml:"also_legacy"`
	Deprecated     bool
}

// Expect is the answer that an entry's probe should see; zero means any.
type Expect struct {
	HTTPStatus  int `yaml:"http_status"`
	JSONRPCCode int `yaml:"jsonrpc_code"`
}

// Book is one era's catalogue.
type Book struct {
	Era     string // "handshake" or "stateless"
	Entries []Entry
}

// Catalogue is everything that the tables are made of.
type Catalogue struct {
	Books   []Book
	Anchors Anchors
}

// Load reads requirements-<era>.yaml and anchors.yaml from the root of fsys and
// refuses unknown fields, words outside a vocabulary and citations that do not
// resolve; the error lists every fault at once.
func Load(fsys fs.FS) (*Catalogue, error) {
	c := new(Catalogue)
	if err := decode(fsys, "anchors.yaml", &c.Anchors); err != nil {
		return nil, err
	}
	for _, era := range []mcp.Era{mcp.Handshake, mcp.Stateless} {
		book := Book{Era: era.String()}
		if err := decode(fsys, "requirements-"+book.Era+".yaml", &book.Entries); err != nil {
			return nil, err
		}
		c.Books = append(c.Books, book)
	}
	if err := c.validate(); err != nil {
		return nil, fmt.Errorf("the requirement catalogues have faults; mend the YAML:\n%w", err)
	}
	return c, nil
}

func decode(fsys fs.FS, name string, into any) error {
	f, err := fsys.Open(name)
	if err != nil {
		return fmt.Errorf("reading a catalogue: %w", err)
	}
	dec := yaml.NewDecoder(f)
	dec.KnownFields(true)
	if err := errors.Join(dec.Decode(into), f.Close()); err != nil {
		return fmt.Errorf("reading %s: %w", name, err)
	}
	return nil
}
