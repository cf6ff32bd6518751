// Package bill is the bill of materials as mcpctl thinks of it: components,
// how they depend on each other, and what is not known about them. It knows no
// file that a bill is read from and no format that it is written in.
package bill

import (
	"cmp"
	"slices"
	"strings"
)

// Kind says what a component is.
type Kind string

// The kinds of components.
const (
	Application Kind = "application"
	Library     Kind = "library"
	Container   Kind = "container"
	File        Kind = "file"
)

// Scope says when a component is needed, weightiest first.
type Scope int

// The scopes. A component that nothing known leads to is Required, so that
// nothing that may run is played down.
const (
	Required    Scope = iota
	Optional          // the program also runs without it
	Development       // needed to build or test, not to run
)

func (s Scope) String() string {
	return [...]string{"required", "optional", "development"}[s]
}

// Hash is a digest of a component's content.
type Hash struct {
	Algorithm string // as CycloneDX names it, such as SHA-256
	Value     string // lower-case hexadecimal
	// Over tells what was digested if that is not the file that is distributed,
	// such as the list of files that Go's h1 sums stand for.
	Over string
}

// Artifact is a file in which a component is distributed.
type Artifact struct {
	Name   string // file name; empty if not known
	URL    string // where it was got from, without credentials; may be empty
	Hashes []Hash
}

// Place is where a component was found.
type Place struct {
	File string // slash-separated, below the root
	Line int    // from 1; 0 if not known
}

// Property is a fact that the formats have no word for.
type Property struct{ Name, Value string }

// Component is one part that a product is made of.
type Component struct {
	// Ref names the component within its bill: its purl if it has one.
	Ref      string
	Kind     Kind
	Name     string
	Version  string
	PURL     string
	Supplier string // who makes it, in the words of what was read
	Hashes   []Hash // digests of the one thing that it is distributed as
	// Artifacts are the files of a component that is distributed as several, or
	// as one whose address is known.
	Artifacts  []Artifact
	Licences   []string // as declared; all of them hold
	Scope      Scope
	Found      []Place
	Properties []Property
	// Opaque tells that what the component depends on is not known.
	Opaque bool
	// Inside tells that the root contains the component instead of asking for it.
	Inside bool
}

// Edge is one dependency.
type Edge struct {
	To    string // Ref of the component that is needed
	Scope Scope
}

// Gap is something known to be unknown.
type Gap struct {
	Where string `json:"where"` // file, or component
	What  string `json:"what"`
}

// Phase says at which point of a product's making a bill was taken.
type Phase string

// The phases, named as CycloneDX names them.
const (
	PreBuild  Phase = "pre-build"  // from sources and lock files
	PostBuild Phase = "post-build" // from what is shipped
)

// Bill is a bill of materials. Once sorted it is the same for the same input.
// It is not safe for concurrent changes.
type Bill struct {
	Root  Component
	Phase Phase
	Gaps  []Gap

	components map[string]*Component
	edges      map[string][]Edge
}

// New makes an empty bill of root, whose Ref is set if it has none.
func New(root Component, phase Phase) *Bill {
	b := &Bill{Phase: phase, components: map[string]*Component{}, edges: map[string][]Edge{}}
	b.SetRoot(root)
	return b
}

// SetRoot says what the bill is of.
func (b *Bill) SetRoot(root Component) {
	if root.Ref == "" {
		root.Ref = "root:" + root.Name + "@" + root.Version
	}
	if root.Kind == "" {
		root.Kind = Application
	}
	old := b.Root.Ref
	b.Root = root
	if edges := b.edges[old]; old != root.Ref && len(edges) > 0 {
		delete(b.edges, old)
		b.edges[root.Ref] = append(b.edges[root.Ref], edges...)
	}
}

// Add puts a component in, or what is new about one that is there already, and
// answers its Ref.
func (b *Bill) Add(c Component) string {
	if c.Kind == "" {
		c.Kind = Library
	}
	if c.Ref == "" {
		c.Ref = cmp.Or(c.PURL, string(c.Kind)+":"+c.Name+"@"+c.Version)
	}
	if c.Ref == b.Root.Ref {
		return c.Ref
	}
	old, ok := b.components[c.Ref]
	if !ok {
		b.components[c.Ref] = &c
		return c.Ref
	}
	old.merge(c)
	return c.Ref
}

func (c *Component) merge(more Component) {
	c.Supplier = cmp.Or(c.Supplier, more.Supplier)
	c.Hashes = union(c.Hashes, more.Hashes)
	c.Licences = union(c.Licences, more.Licences)
	c.Found = union(c.Found, more.Found)
	c.Properties = union(c.Properties, more.Properties)
	for _, a := range more.Artifacts {
		same := func(b Artifact) bool { return a.Name == b.Name && a.URL == b.URL }
		if i := slices.IndexFunc(c.Artifacts, same); i >= 0 {
			c.Artifacts[i].Hashes = union(c.Artifacts[i].Hashes, a.Hashes)
		} else {
			c.Artifacts = append(c.Artifacts, a)
		}
	}
	c.Scope = min(c.Scope, more.Scope)
	c.Opaque = c.Opaque && more.Opaque
	c.Inside = c.Inside || more.Inside
}

func union[T comparable](a, b []T) []T {
	for _, x := range b {
		if !slices.Contains(a, x) {
			a = append(a, x)
		}
	}
	return a
}

// Need says that from depends on to. Both are Refs; nothing depends on itself.
func (b *Bill) Need(from, to string, scope Scope) {
	if from == to || to == "" {
		return
	}
	for i, e := range b.edges[from] {
		if e.To == to {
			b.edges[from][i].Scope = min(e.Scope, scope)
			return
		}
	}
	b.edges[from] = append(b.edges[from], Edge{to, scope})
}

// Miss records something that is not known.
func (b *Bill) Miss(where, what string) {
	if g := (Gap{where, what}); !slices.Contains(b.Gaps, g) {
		b.Gaps = append(b.Gaps, g)
	}
}

// Len is the number of components besides the root.
func (b *Bill) Len() int { return len(b.components) }

// Has reports whether there is a component of that Ref, the root included.
func (b *Bill) Has(ref string) bool {
	_, ok := b.components[ref]
	return ok || ref == b.Root.Ref
}

// Component answers the component of that Ref, nil if there is none.
func (b *Bill) Component(ref string) *Component {
	if ref == b.Root.Ref {
		return &b.Root
	}
	return b.components[ref]
}

// Components are all but the root, sorted by Ref, with everything in them
// sorted too.
func (b *Bill) Components() []*Component {
	all := make([]*Component, 0, len(b.components))
	for _, c := range b.components {
		c.sort()
		all = append(all, c)
	}
	slices.SortFunc(all, func(x, y *Component) int { return strings.Compare(x.Ref, y.Ref) })
	return all
}

// Needs are the dependencies of a component that are in the bill, sorted.
func (b *Bill) Needs(ref string) []Edge {
	known := slices.DeleteFunc(slices.Clone(b.edges[ref]), func(e Edge) bool { return !b.Has(e.To) })
	slices.SortFunc(known, func(x, y Edge) int { return strings.Compare(x.To, y.To) })
	return known
}

func (c *Component) sort() {
	byHash := func(x, y Hash) int {
		return cmp.Or(strings.Compare(x.Algorithm, y.Algorithm), strings.Compare(x.Value, y.Value))
	}
	slices.SortFunc(c.Hashes, byHash)
	for _, a := range c.Artifacts {
		slices.SortFunc(a.Hashes, byHash)
	}
	slices.SortStableFunc(c.Artifacts, func(x, y Artifact) int {
		return cmp.Or(strings.Compare(x.Name, y.Name), strings.Compare(x.URL, y.URL))
	})
	slices.Sort(c.Licences)
	slices.SortFunc(c.Found, func(x, y Place) int {
		return cmp.Or(strings.Compare(x.File, y.File), cmp.Compare(x.Line, y.Line))
	})
	slices.SortFunc(c.Properties, func(x, y Property) int {
		return cmp.Or(strings.Compare(x.Name, y.Name), strings.Compare(x.Value, y.Value))
	})
}
