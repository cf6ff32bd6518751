// Package bill is the bill of materials as mcpctl thinks of it: components,
// how they depend on each other, and what is not known about them. It knows no
// file that a bill is read from and no format that it is written in.
package bill

import (
	"cmp"
	"slices"
	"strings"
)

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
