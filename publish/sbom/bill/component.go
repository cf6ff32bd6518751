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
