package bill

import (
	"cmp"
	"maps"
	"slices"
)

// Settle gives every component its scope by the ways that lead to it from the
// root: it is as weighty as the weightiest way, and a way is as light as its
// lightest step. What no way leads to keeps the scope it has. It also sorts the
// gaps. Call it once, when everything has been added.
func (b *Bill) Settle() {
	settled := map[string]bool{b.Root.Ref: true}
	for scope := Required; scope <= Development; scope++ {
		for queue := slices.Sorted(maps.Keys(settled)); len(queue) > 0; {
			from := queue[0]
			queue = queue[1:]
			for _, e := range b.Needs(from) {
				if e.Scope <= scope && !settled[e.To] {
					settled[e.To] = true
					b.components[e.To].Scope = scope
					queue = append(queue, e.To)
				}
			}
		}
	}
	slices.SortFunc(b.Gaps, func(x, y Gap) int {
		return cmp.Or(cmp.Compare(x.Where, y.Where), cmp.Compare(x.What, y.What))
	})
}

// Gather makes the root depend on all that nothing leads to from it: first on
// what nobody at all depends on, then on what is left, such as a circle.
func (b *Bill) Gather() {
	for _, onlyFree := range []bool{true, false} {
		reached, asked := b.reached(), map[string]bool{}
		for _, edges := range b.edges {
			for _, e := range edges {
				asked[e.To] = true
			}
		}
		for _, c := range b.Components() {
			if !reached[c.Ref] && !(onlyFree && asked[c.Ref]) {
				b.Need(b.Root.Ref, c.Ref, c.Scope)
			}
		}
	}
}

// reached are the Refs that ways lead to from the root, itself included.
func (b *Bill) reached() map[string]bool {
	seen := map[string]bool{b.Root.Ref: true}
	for queue := []string{b.Root.Ref}; len(queue) > 0; queue = queue[1:] {
		for _, e := range b.edges[queue[0]] {
			if !seen[e.To] && b.Has(e.To) {
				seen[e.To] = true
				queue = append(queue, e.To)
			}
		}
	}
	return seen
}

// Take puts another bill of the same root in: all of it, or only what it says of
// components that are there already. Its components are not to be used after.
func (b *Bill) Take(other *Bill, onlyKnown bool) {
	for _, c := range other.Components() {
		if !onlyKnown || b.Has(c.Ref) {
			b.Add(*c)
		}
	}
	for from, edges := range other.edges {
		for _, e := range edges {
			if b.Has(from) && b.Has(e.To) {
				b.Need(from, e.To, e.Scope)
			}
		}
	}
	b.Gaps = append(b.Gaps, other.Gaps...)
}
