package surface

import (
	"cmp"
	"slices"

	"github.com/mcpctl/mcpctl/mcp"
)

// What is what happened to a descriptor.
type What string

// The changes.
const (
	Added   What = "added"
	Removed What = "removed"
	Changed What = "changed"
)

// Change is one difference between two snapshots. A change of Kind [Revision]
// is a revision, its Name, that only one of them has; what is in it is not
// compared.
type Change struct {
	Kind Kind   `json:"kind"`
	Name string `json:"name"`
	What What   `json:"what"`
	// Revisions are those in which it changed, of the ones that both snapshots
	// have.
	Revisions []mcp.Revision `json:"revisions,omitempty"`
}

// Compare tells how a live surface differs from the signed one, sorted by kind
// and name. No change means that a model is shown what was signed, and nothing
// else.
func Compare(signed, live *Snapshot) []Change {
	found := map[change][]mcp.Revision{}
	for _, r := range signed.Revisions {
		if slices.Contains(live.Revisions, r) {
			compareIn(r, signed, live, found)
		} else {
			found[change{subject{Revision, string(r)}, Removed}] = nil
		}
	}
	for _, r := range live.Revisions {
		if !slices.Contains(signed.Revisions, r) {
			found[change{subject{Revision, string(r)}, Added}] = nil
		}
	}
	var all []Change
	for c, in := range found {
		all = append(all, Change{c.kind, c.name, c.what, in})
	}
	slices.SortFunc(all, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name), cmp.Compare(a.What, b.What))
	})
	return all
}

// subject is what a descriptor is about.
type subject struct {
	kind Kind
	name string
}

// change is a change without its revisions.
type change struct {
	subject
	what What
}

// compareIn adds the changes of one revision.
func compareIn(r mcp.Revision, signed, live *Snapshot, found map[change][]mcp.Revision) {
	before, after := signed.in(r), live.in(r)
	for s, hashes := range before {
		c := change{s, Changed}
		now, still := after[s]
		if !still {
			c.what = Removed
		}
		if !slices.Equal(hashes, now) {
			found[c] = append(found[c], r)
		}
	}
	for s := range after {
		if _, was := before[s]; !was {
			c := change{s, Added}
			found[c] = append(found[c], r)
		}
	}
}

// in are the hashes by subject in one revision, sorted: a name may stand twice in
// a list, which clients read as they like.
func (s *Snapshot) in(r mcp.Revision) map[subject][]string {
	found := map[subject][]string{}
	for _, e := range s.Entries { // which are sorted
		if len(e.Revisions) == 0 || slices.Contains(e.Revisions, r) {
			of := subject{e.Kind, e.Name}
			found[of] = append(found[of], e.SHA256)
		}
	}
	return found
}
