package contract

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

// DiffSchema is the version of a diff's JSON shape. Members are only ever added
// under it.
const DiffSchema = "mcpctl.diff/v1"

// Options say how changes are weighed.
type Options struct {
	// Ignore accepts changes.
	Ignore []Ignore
	// Now is the day by which ignore rules expire and deprecation windows end.
	Now time.Time
}

// Diff is what changed from one snapshot to another.
type Diff struct {
	Old, New Side
	// Revisions are those that were compared.
	Revisions []mcp.Revision
	// Changes are sorted, the gravest first, ignored ones included.
	Changes []Change
	Advice  Advice
	// Notes say what could not be compared, Stale which ignore rules have expired or
	// accept nothing.
	Notes, Stale []string
}

// Side is one of the two in short.
type Side struct {
	// Source is what the user called it; Compare leaves it empty.
	Source    string         `json:"source,omitempty"`
	Name      string         `json:"name,omitempty"`
	Version   string         `json:"version,omitempty"`
	Revisions []mcp.Revision `json:"revisions"`
}

// Compare tells what changed from old to new.
func Compare(old, new *Snapshot, o Options) *Diff {
	d := &Diff{Old: sideOf(old), New: sideOf(new)}
	c := comparison{old: old, new: new, now: o.Now, seen: map[[2]string][]Change{}}
	pairs := c.pairs(d)
	for _, p := range pairs {
		d.Revisions = append(d.Revisions, p.new)
		for _, one := range c.compareIn(p) {
			d.add(one, p.new)
		}
	}
	for i := range d.Changes {
		if len(d.Changes[i].Revisions) == len(pairs) {
			d.Changes[i].Revisions = nil
		}
	}
	d.revisions(old, new)
	slices.SortStableFunc(d.Changes, order)
	d.ignore(o)
	d.Advice = advise(d)
	return d
}

func sideOf(s *Snapshot) Side {
	name, version := s.Identity()
	return Side{Name: name, Version: version, Revisions: slices.Clone(s.Revisions)}
}

// add takes in a change seen in a revision, which may be known from another.
func (d *Diff) add(c Change, r mcp.Revision) {
	if i := slices.IndexFunc(d.Changes, c.sameAs); i >= 0 {
		if !slices.Contains(d.Changes[i].Revisions, r) {
			d.Changes[i].Revisions = append(d.Changes[i].Revisions, r)
		}
		return
	}
	c.Revisions = []mcp.Revision{r}
	d.Changes = append(d.Changes, c)
}

// pair is a revision of the old snapshot and the one of the new that it is
// compared with.
type pair struct{ old, new mcp.Revision }

// pairs are the revisions that both have; without any, the newest of each.
func (c *comparison) pairs(d *Diff) []pair {
	var all []pair
	for _, r := range c.old.Revisions {
		if slices.Contains(c.new.Revisions, r) {
			all = append(all, pair{r, r})
		}
	}
	if len(all) == 0 {
		p := pair{c.old.newest(), c.new.newest()}
		d.Notes = append(d.Notes, fmt.Sprintf("No revision is in both: %s of the old is compared with %s of the new.", p.old, p.new))
		all = append(all, p)
	}
	for _, side := range []struct {
		which string
		of    *Snapshot
	}{{"old", c.old}, {"new", c.new}} {
		var kinds []string
		for _, k := range side.of.Partial {
			kinds = append(kinds, string(k))
		}
		if len(kinds) > 0 {
			d.Notes = append(d.Notes, fmt.Sprintf("The %s side does not have all of: %s. What is missing there is not counted.", side.which, strings.Join(kinds, ", ")))
		}
	}
	return all
}

// revisions tells which were added and removed.
func (d *Diff) revisions(old, new *Snapshot) {
	for _, r := range old.Revisions {
		if !slices.Contains(new.Revisions, r) && !new.partial(Revision) {
			c := change("revision-removed", "", fmt.Sprintf("revision %s is not spoken any more", r), mcp.ValueOf(r), mcp.Value{})
			c.Subject = subject(Revision, string(r))
			d.Changes = append(d.Changes, c)
		}
	}
	for _, r := range new.Revisions {
		if !slices.Contains(old.Revisions, r) && !old.partial(Revision) {
			c := change("revision-added", "", fmt.Sprintf("revision %s is newly spoken", r), mcp.Value{}, mcp.ValueOf(r))
			c.Subject = subject(Revision, string(r))
			d.Changes = append(d.Changes, c)
		}
	}
}

// Counting are the changes that no ignore rule accepts.
func (d *Diff) Counting() []Change {
	return slices.DeleteFunc(slices.Clone(d.Changes), func(c Change) bool { return c.Ignored != nil })
}

// Breaking reports whether a change breaks something that worked.
func (d *Diff) Breaking() bool { return d.Fails(Failing()...) }

// Fails reports whether there is a change of one of the categories.
func (d *Diff) Fails(categories ...Category) bool {
	return slices.ContainsFunc(d.Counting(), func(c Change) bool { return slices.Contains(categories, c.Category) })
}

// Count counts the changes of a category that no ignore rule accepts.
func (d *Diff) Count(category Category) int {
	n := 0
	for _, c := range d.Counting() {
		if c.Category == category {
			n++
		}
	}
	return n
}
