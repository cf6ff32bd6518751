package contract

import (
	"cmp"
	"slices"

	"github.com/mcpctl/mcpctl/mcp"
)

// Schema is the version of a snapshot's file. Members are only ever added under it.
const Schema = "mcpctl.contract/v1"

// Kind is what an entry describes.
type Kind string

// The kinds, in the order of a snapshot.
const (
	Server       Kind = "server"       // who the server says it is
	Capabilities Kind = "capabilities" // what it says it can do
	Instructions Kind = "instructions" // how it introduces itself to a model
	Tool         Kind = "tool"
	Resource     Kind = "resource"
	Template     Kind = "template"
	Prompt       Kind = "prompt"
	// Revision is not in a snapshot, only in its Partial and in changes.
	Revision Kind = "revision"
)

// Kinds lists the kinds that entries have.
func Kinds() []Kind {
	return []Kind{Server, Capabilities, Instructions, Tool, Resource, Template, Prompt}
}

// single reports whether a server has one of the kind, without a name.
func (k Kind) single() bool { return k == Server || k == Capabilities || k == Instructions }

// Bounds on a snapshot.
const (
	// MaxBytes bounds the file of a snapshot.
	MaxBytes   = 32 << 20
	maxEntries = 20_000
	maxName    = 4096
)

// Snapshot is what a server shows in the revisions that it speaks. It is immutable
// once made.
type Snapshot struct {
	// Revisions are those that were looked at, oldest first.
	Revisions []mcp.Revision
	// Partial are the kinds of which the snapshot may lack some, as one of a
	// recording does, or lacks all: what is missing there says nothing. Of Revision:
	// the server may speak others.
	Partial []Kind
	// Entries are sorted by kind, name and first revision.
	Entries []Entry
}

// Entry is one descriptor.
type Entry struct {
	Kind Kind
	// Name is a tool's or prompt's name, a resource's uri, a template's uriTemplate;
	// empty for kinds of which a server has one.
	Name string
	// Digest is "sha256:" and the hexadecimal hash of the descriptor as RFC 8785 JSON.
	Digest string
	// Descriptor is what the server shows, as RFC 8785 JSON; Absent where only its
	// digest is known.
	Descriptor mcp.Value
	// Revisions are those in which it is so; none means in all of the snapshot.
	Revisions []mcp.Revision
}

// Subject is how changes and ignore rules name an entry: "tools/search".
func (e Entry) Subject() string { return subject(e.Kind, e.Name) }

func subject(k Kind, name string) string {
	if k.single() {
		return string(k)
	}
	return string(k) + "s/" + name
}

// Identity is what the server calls itself in the newest revision.
func (s *Snapshot) Identity() (name, version string) {
	for _, e := range s.Entries {
		if e.Kind == Server && e.in(s.newest()) {
			return e.Descriptor.Get("name").Text(), e.Descriptor.Get("version").Text()
		}
	}
	return "", ""
}

// Lists are the descriptors of a kind in the newest revision, in order. Entries
// of which only the digest is known are left out.
func (s *Snapshot) Lists(k Kind) []mcp.Value {
	var all []mcp.Value
	for _, e := range s.Entries {
		if e.Kind == k && e.in(s.newest()) && e.Descriptor.Exists() {
			all = append(all, e.Descriptor)
		}
	}
	return all
}

func (s *Snapshot) newest() mcp.Revision {
	if len(s.Revisions) == 0 {
		return ""
	}
	return s.Revisions[len(s.Revisions)-1]
}

func (s *Snapshot) partial(k Kind) bool { return slices.Contains(s.Partial, k) }

// in reports whether the entry stands in a revision.
func (e Entry) in(r mcp.Revision) bool {
	return len(e.Revisions) == 0 || slices.Contains(e.Revisions, r)
}

// Count is how many names of a kind there are.
func (s *Snapshot) Count(k Kind) int {
	names := map[string]bool{}
	for _, e := range s.Entries {
		if e.Kind == k {
			names[e.Name] = true
		}
	}
	return len(names)
}

// builder gathers what a server shows, revision by revision.
type builder struct {
	revisions []mcp.Revision
	partial   []Kind
	seen      map[entryKey]*Entry
}

// entryKey is an entry without its revisions.
type entryKey struct {
	kind         Kind
	name, digest string
}

func newBuilder() *builder { return &builder{seen: map[entryKey]*Entry{}} }

// add takes in an entry as it stands in one revision.
func (b *builder) add(r mcp.Revision, e Entry) {
	k := entryKey{e.Kind, e.Name, e.Digest}
	if b.seen[k] == nil {
		e.Revisions = nil
		b.seen[k] = &e
	}
	b.seen[k].Revisions = append(b.seen[k].Revisions, r)
}

// lacks notes that not all of a kind may be known.
func (b *builder) lacks(kinds ...Kind) {
	for _, k := range kinds {
		if !slices.Contains(b.partial, k) {
			b.partial = append(b.partial, k)
		}
	}
}

// snapshot is what was gathered.
func (b *builder) snapshot() *Snapshot {
	slices.Sort(b.revisions)
	slices.Sort(b.partial)
	s := &Snapshot{Revisions: slices.Compact(b.revisions), Partial: b.partial, Entries: []Entry{}}
	for _, e := range b.seen {
		slices.Sort(e.Revisions)
		if e.Revisions = slices.Compact(e.Revisions); len(e.Revisions) == len(s.Revisions) {
			e.Revisions = nil
		}
		s.Entries = append(s.Entries, *e)
	}
	s.sort()
	return s
}

func (s *Snapshot) sort() {
	slices.SortFunc(s.Entries, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(slices.Index(Kinds(), a.Kind), slices.Index(Kinds(), b.Kind)), cmp.Compare(a.Name, b.Name),
			slices.Compare(a.Revisions, b.Revisions), cmp.Compare(a.Digest, b.Digest))
	})
}
