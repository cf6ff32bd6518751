// Package surface takes what a server shows to a model, every descriptor with its
// hash, so that it can be signed with a release and compared with what a live
// server shows later: a tool that changed its description after it was trusted is
// found. docs/attestations.md describes the format.
package surface

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"unicode/utf8"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// Kind is what a descriptor describes.
type Kind string

// The kinds. Instructions are the text with which a server introduces itself to
// the model; their name is empty.
const (
	Tool         Kind = "tool"
	Prompt       Kind = "prompt"
	Resource     Kind = "resource"
	Template     Kind = "template"
	Instructions Kind = "instructions"
	// Revision is not in a snapshot, only in a [Change].
	Revision Kind = "revision"
)

var kinds = []Kind{Tool, Prompt, Resource, Template, Instructions}

// Snapshot is a server's surface in the revisions that it speaks. Its JSON form
// is the predicate of attest.TypeSurface.
type Snapshot struct {
	Server Server `json:"server"`
	// Revisions are those that the server spoke, oldest first.
	Revisions []mcp.Revision `json:"revisions"`
	// Entries are sorted by kind, name and hash.
	Entries []Entry `json:"entries"`
}

// Server is what a server says of itself in the newest of its revisions.
type Server struct {
	Name    string `json:"name,omitempty"`
	Version string `json:"version,omitempty"`
}

// Entry is one descriptor.
type Entry struct {
	Kind Kind `json:"kind"`
	// Name is a tool's or prompt's name, a resource's uri, a template's
	// uriTemplate.
	Name string `json:"name"`
	// SHA256 is the hexadecimal hash of the descriptor as RFC 8785 JSON.
	SHA256 string `json:"sha256"`
	// Revisions are those in which the descriptor is so; none means in all of the
	// snapshot.
	Revisions []mcp.Revision `json:"revisions,omitempty"`
	// Descriptor is what was hashed, as RFC 8785 JSON. Snapshots of earlier
	// versions have none; what changed in them can be told, not how.
	Descriptor mcp.Value `json:"descriptor,omitzero"`
}

// Bounds on a snapshot.
const (
	// MaxBytes bounds the JSON of a snapshot.
	MaxBytes   = 16 << 20
	maxEntries = 20_000
	maxName    = 4096
)

var hashForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Parse reads a snapshot of at most [MaxBytes]. Members that are not of the
// format are passed over. Errors have the code surface-unreadable.
func Parse(b []byte) (*Snapshot, error) {
	s, err := parse(b)
	if err != nil {
		return nil, &refusal.Refusal{Kind: refusal.Finding, Code: "surface-unreadable", Doing: "reading a snapshot of a server's surface",
			Err: err, Mend: "The snapshot was made wrongly or damaged: take it anew with mcpctl publish."}
	}
	return s, nil
}

func parse(b []byte) (*Snapshot, error) {
	if len(b) > MaxBytes {
		return nil, fmt.Errorf("it is longer than %d bytes", MaxBytes)
	}
	if !utf8.Valid(b) {
		return nil, errors.New("it is not UTF-8, so that names would change when it is written anew")
	}
	v, err := mcp.Parse(b)
	if err != nil {
		return nil, err
	}
	if !v.Is(mcp.Object) || !v.Get("entries").Is(mcp.Array) {
		return nil, errors.New("it is no object with entries")
	}
	s := &Snapshot{Server: Server{v.Get("server", "name").Text(), v.Get("server", "version").Text()}, Entries: []Entry{}}
	if s.Revisions = revisions(v.Get("revisions")); len(s.Revisions) == 0 {
		return nil, errors.New("it names no revision")
	}
	items := v.Get("entries").Items()
	if len(items) > maxEntries {
		return nil, fmt.Errorf("it has more than %d entries", maxEntries)
	}
	for _, item := range items {
		e := Entry{Kind: Kind(item.Get("kind").Text()), Name: item.Get("name").Text(), SHA256: item.Get("sha256").Text(), Revisions: revisions(item.Get("revisions"))}
		switch {
		case !slices.Contains(kinds, e.Kind):
			return nil, fmt.Errorf("an entry has the unknown kind %.40q", e.Kind)
		case len(e.Name) > maxName:
			return nil, fmt.Errorf("the name %.40q… is longer than %d bytes", e.Name, maxName)
		case !hashForm.MatchString(e.SHA256):
			return nil, fmt.Errorf("the hash of %s %.40q is no SHA-256", e.Kind, e.Name)
		case slices.ContainsFunc(e.Revisions, func(r mcp.Revision) bool { return !slices.Contains(s.Revisions, r) }):
			return nil, fmt.Errorf("%s %.40q stands in a revision that the snapshot does not have", e.Kind, e.Name)
		}
		if err := e.describe(item.Get("descriptor")); err != nil {
			return nil, err
		}
		s.Entries = append(s.Entries, e)
	}
	s.sort()
	return s, nil
}

// describe takes in the descriptor, which has to be the one that was hashed.
func (e *Entry) describe(v mcp.Value) error {
	if !v.Exists() {
		return nil
	}
	descriptor, hash, err := Canonical(v.Raw())
	switch {
	case err != nil:
		return fmt.Errorf("the descriptor of %s %.40q: %w", e.Kind, e.Name, err)
	case hash != e.SHA256:
		return fmt.Errorf("the descriptor of %s %.40q is not the one whose hash it has", e.Kind, e.Name)
	}
	e.Descriptor = descriptor
	return nil
}

// revisions are the texts of an array, each once and in order.
func revisions(v mcp.Value) (all []mcp.Revision) {
	for _, item := range v.Items() {
		all = append(all, mcp.Revision(item.Text()))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (s *Snapshot) sort() {
	slices.SortFunc(s.Entries, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name), cmp.Compare(a.SHA256, b.SHA256))
	})
}
