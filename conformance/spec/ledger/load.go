// Package ledger keeps account of which requirements are covered: claimed by a
// check, or excused in excused.yaml with a reason. It is for tests and for the
// documentation; the binary does not carry it.
package ledger

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/mcpctl/mcpctl/conformance/spec"
	"github.com/mcpctl/mcpctl/mcp"
)

// Key names a requirement.
type Key struct {
	Era mcp.Era
	ID  string
}

// String spells the key as messages do: "handshake tools.name.unique".
func (k Key) String() string { return k.Era.String() + " " + k.ID }

// Excuse is the reviewed reason why no check covers a requirement.
type Excuse struct {
	Key
	Reason string
}

// Load reads excused.yaml from the root of fsys, which is the folder of package
// spec. The error lists every entry that breaks the rules at the head of that
// file, as far as they can be judged without knowing the checks.
func Load(fsys fs.FS) ([]Excuse, error) {
	entries, err := read(fsys)
	if err != nil {
		return nil, fmt.Errorf("reading excused.yaml: %w", err)
	}
	var (
		excuses []Excuse
		faults  []error
		seen    = map[Key]bool{}
	)
	for _, e := range entries {
		x, err := e.excuse()
		if seen[x.Key] {
			err = errors.Join(err, errors.New("it is excused twice"))
		}
		seen[x.Key] = true
		if err != nil {
			faults = append(faults, fmt.Errorf("excused.yaml: %s %s: %w", e.Era, e.ID, err))
			continue
		}
		excuses = append(excuses, x)
	}
	return excuses, errors.Join(faults...)
}

// entry is an excuse as written.
type entry struct {
	Era, ID, Reason string
}

func read(fsys fs.FS) (entries []entry, err error) {
	f, err := fsys.Open("excused.yaml")
	if err != nil {
		return nil, err
	}
	dec := yaml.NewDecoder(f)
	dec.KnownFields(true)
	// A file of comments alone is an empty list too.
	if err = dec.Decode(&entries); errors.Is(err, io.EOF) {
		err = nil
	}
	return entries, errors.Join(err, f.Close())
}

func (e entry) excuse() (Excuse, error) {
	x := Excuse{Key: Key{ID: e.ID}, Reason: strings.TrimSpace(e.Reason)}
	switch e.Era {
	case mcp.Handshake.String():
		x.Era = mcp.Handshake
	case mcp.Stateless.String():
		x.Era = mcp.Stateless
	default:
		return x, errors.New("the era is neither handshake nor stateless")
	}
	var faults []error
	if _, known := spec.Lookup(x.Era, x.ID); !known {
		faults = append(faults, errors.New("the catalogue has no such requirement"))
	}
	if len(strings.Fields(x.Reason)) < 5 || !strings.HasSuffix(x.Reason, ".") {
		faults = append(faults, errors.New("the reason is not a whole sentence with a full stop"))
	}
	return x, errors.Join(faults...)
}
