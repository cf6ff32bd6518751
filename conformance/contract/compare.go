package contract

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/mcpctl/mcpctl/mcp"
)

// comparison is one run of Compare.
type comparison struct {
	old, new *Snapshot
	now      time.Time
	// seen are the changes between two descriptors by their digests: those of
	// several revisions are mostly the same.
	seen map[[2]string][]Change
}

// compareIn tells what changed in one revision.
func (c *comparison) compareIn(p pair) []Change {
	var all []Change
	for _, k := range Kinds() {
		all = append(all, c.kind(k, c.old.named(k, p.old), c.new.named(k, p.new))...)
	}
	return all
}

// named are the entries of a kind in one revision, by name.
func (s *Snapshot) named(k Kind, r mcp.Revision) map[string][]Entry {
	all := map[string][]Entry{}
	for _, e := range s.Entries {
		if e.Kind == k && e.in(r) {
			all[e.Name] = append(all[e.Name], e)
		}
	}
	return all
}

// kind compares the entries of one kind.
func (c *comparison) kind(k Kind, old, new map[string][]Entry) []Change {
	var all []Change
	tell := func(name string, changes ...Change) {
		for _, one := range changes {
			one.Subject = subject(k, name)
			all = append(all, one)
		}
	}
	gone := missing(old, new)
	fresh := missing(new, old)
	if c.new.partial(k) {
		gone = nil
	}
	if c.old.partial(k) {
		fresh = nil
	}
	renamed := renames(k, gone, fresh, old, new)
	for _, name := range gone {
		tell(name, c.removed(k, old[name][0], new, renamed[name])...)
	}
	for _, name := range fresh {
		if !slices.Contains(slices.Collect(maps.Values(renamed)), name) {
			tell(name, added(k, new[name][0], new)...)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(old)) {
		if len(new[name]) > 0 {
			tell(name, c.entries(k, old[name], new[name])...)
		}
	}
	return all
}

// missing are the names that the other side does not have, sorted.
func missing(from, in map[string][]Entry) []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(from)) {
		if len(in[name]) == 0 {
			all = append(all, name)
		}
	}
	return all
}

// entries compares what stands under one name.
func (c *comparison) entries(k Kind, old, new []Entry) []Change {
	digests := func(all []Entry) []string {
		var out []string
		for _, e := range all {
			out = append(out, e.Digest)
		}
		slices.Sort(out)
		return out
	}
	before, after := old[0], new[0]
	switch {
	case slices.Equal(digests(old), digests(new)):
		return nil
	case len(old) > 1 || len(new) > 1:
		return []Change{change("duplicate-name", "", "it stands in its list more than once, and differs", before.Descriptor, after.Descriptor)}
	case !before.Descriptor.Exists() || !after.Descriptor.Exists():
		return []Change{change("changed-unseen", "", fmt.Sprintf("it differs, but of the %s only the digest is known", unseen(before)), mcp.ValueOf(before.Digest), mcp.ValueOf(after.Digest))}
	}
	key := [2]string{before.Digest, after.Digest}
	if _, known := c.seen[key]; !known {
		c.seen[key] = c.descriptors(k, before.Descriptor, after.Descriptor)
	}
	return c.seen[key]
}

func unseen(before Entry) string {
	if before.Descriptor.Exists() {
		return "new"
	}
	return "old"
}

// descriptors compares two descriptors of one kind.
func (c *comparison) descriptors(k Kind, before, after mcp.Value) []Change {
	switch k {
	case Server:
		return c.server(before, after)
	case Capabilities:
		return capabilities(before, after)
	case Instructions:
		return []Change{change("instructions-changed", "", "the instructions are worded otherwise", before.Get("instructions"), after.Get("instructions"))}
	case Tool:
		return tool(before, after)
	case Prompt:
		return prompt(before, after)
	default:
		return resource(k, before, after)
	}
}

// Descriptors tells what changed from one descriptor to another of a kind, such
// as a tool's as it stands in a list; one of them may be Absent. What else a server
// has is not known, so that nothing is taken for renamed. The changes have no
// Subject.
func Descriptors(k Kind, before, after mcp.Value) []Change {
	c := comparison{old: &Snapshot{}, new: &Snapshot{}}
	var all []Change
	switch {
	case mcp.Equal(before, after):
	case !before.Exists():
		all = added(k, Entry{Kind: k, Descriptor: after}, nil)
	case !after.Exists():
		all = c.removed(k, Entry{Kind: k, Descriptor: before}, nil, "")
	default:
		all = c.descriptors(k, before, after)
	}
	slices.SortStableFunc(all, order)
	return all
}

// Capability tells what changed in what a server declares of one capability; one
// of the two may be Absent. The changes have no Subject.
func Capability(before, after mcp.Value) []Change {
	all := capabilities(wrapped(before), wrapped(after))
	for i := range all {
		all[i].Path = strings.TrimPrefix(strings.TrimPrefix(all[i].Path, wrapping), ".")
	}
	return all
}

// wrapping names a capability whose name is not known.
const wrapping = "capability"

func wrapped(v mcp.Value) mcp.Value {
	if !v.Exists() {
		return mcp.MustParse("{}")
	}
	return mcp.ValueOf(map[string]any{wrapping: v})
}

// added is what a new entry comes to.
func added(k Kind, e Entry, beside map[string][]Entry) []Change {
	none := mcp.Value{}
	switch k {
	case Server, Capabilities:
		return nil // a server that now says who it is; what it can is told one by one
	case Instructions:
		return []Change{change("instructions-changed", "", "there are instructions now", none, e.Descriptor.Get("instructions"))}
	case Tool:
		if older := olderVersion(e.Name, beside); older != "" {
			return []Change{change("tool-version-added", "", fmt.Sprintf("a new version of %s stands beside it", older), none, none)}
		}
	}
	return []Change{change(string(k)+"-added", "", "it is new", none, none)}
}

// removed is what it comes to that an entry is gone.
func (c *comparison) removed(k Kind, e Entry, now map[string][]Entry, renamed string) []Change {
	none := mcp.Value{}
	switch k {
	case Server:
		return []Change{change("server-details-changed", "", "the server does not say any more who it is", e.Descriptor, none)}
	case Capabilities:
		return capabilities(e.Descriptor, mcp.MustParse("{}"))
	case Instructions:
		return []Change{change("instructions-changed", "", "there are no instructions any more", e.Descriptor.Get("instructions"), none)}
	}
	if d, marked := deprecation(e.Descriptor); marked {
		if ended, when := d.over(c.now); ended {
			return []Change{change(string(k)+"-retired", "", "it is gone, as was announced"+when, none, none)}
		}
		return []Change{change(string(k)+"-removed", "", fmt.Sprintf("it is gone, but was promised until %s", d.until), none, none)}
	}
	if renamed != "" {
		return []Change{change("tool-renamed", "", fmt.Sprintf("it is gone; %q takes the same arguments and gives the same results", renamed), none, mcp.ValueOf(renamed))}
	}
	message := "it is gone"
	if k == Tool {
		if newer := newerVersion(e.Name, now); newer != "" {
			message = fmt.Sprintf("it is gone without having been deprecated, though %q takes its place", newer)
		}
	}
	return []Change{change(string(k)+"-removed", "", message, none, none)}
}
