package compare

import (
	"cmp"
	"slices"

	"github.com/mcpctl/mcpctl/mcp"
)

// Group is a kind of thing that is compared.
type Group string

// The groups, in the order of reports.
const (
	Server       Group = "server"
	Capabilities Group = "capabilities"
	Tools        Group = "tools"
	Prompts      Group = "prompts"
	Resources    Group = "resources"
	Templates    Group = "templates"
	Calls        Group = "calls"
)

// Kind is what has happened to a thing from A to B.
type Kind string

// The kinds.
const (
	Same    Kind = "same"
	Added   Kind = "added"
	Removed Kind = "removed"
	Changed Kind = "changed"
)

// Weight is how much a change matters to those who call.
type Weight string

// The weights, from heaviest to lightest.
const (
	Breaking   Weight = "breaking"   // what worked may no longer
	Unproven   Weight = "unproven"   // neither that it breaks nor that it does not is known
	Compatible Weight = "compatible" // what worked still does
	Cosmetic   Weight = "cosmetic"   // words for people
)

// Weights lists all weights, the heaviest first.
func Weights() []Weight { return []Weight{Breaking, Unproven, Compatible, Cosmetic} }

// Change is one difference.
type Change struct {
	Group  Group     `json:"group"`
	Name   string    `json:"name"`
	Path   string    `json:"path,omitempty"` // within the entry, as in inputSchema.a.b
	Kind   Kind      `json:"kind"`
	Weight Weight    `json:"weight"`
	What   string    `json:"what"` // in words
	A      mcp.Value `json:"a,omitzero"`
	B      mcp.Value `json:"b,omitzero"`
}

// Row is one thing as both sides have it; the side that does not has Absent.
type Row struct {
	Group   Group
	Name    string
	Kind    Kind
	A, B    mcp.Value
	Changes []Change
}

// Weight is the heaviest of the row's changes, "" for none.
func (r Row) Weight() Weight {
	for _, w := range Weights() {
		if slices.ContainsFunc(r.Changes, func(c Change) bool { return c.Weight == w }) {
			return w
		}
	}
	return ""
}

// Comparison is two sides and all that they have. It is immutable.
type Comparison struct {
	A, B Side
	Rows []Row
}

// Rules tell the changes from an entry of A's to the entry of B's with the same
// name, Absent on the side that has none, of all groups but Server and Calls.
// Group and Name of what they return are filled in by Compare. An entry that
// differs and has no change is told as one, unproven.
type Rules func(g Group, a, b mcp.Value) []Change

// maxChanges bounds the changes of one entry.
const maxChanges = 100

// Compare compares two sides by rules; nil only tell that entries differ.
func Compare(a, b Side, rules Rules) Comparison {
	if rules == nil {
		rules = func(Group, mcp.Value, mcp.Value) []Change { return nil }
	}
	c := Comparison{A: a, B: b}
	c.entries(Server, facts(a), facts(b), rules)
	c.entries(Capabilities, a.Server.Get("capabilities").Members(), b.Server.Get("capabilities").Members(), rules)
	c.entries(Tools, listed("name", a.Tools), listed("name", b.Tools), rules)
	c.entries(Prompts, listed("name", a.Prompts), listed("name", b.Prompts), rules)
	c.entries(Resources, listed("uri", a.Resources), listed("uri", b.Resources), rules)
	c.entries(Templates, listed("uriTemplate", a.Templates), listed("uriTemplate", b.Templates), rules)
	c.entries(Calls, called(a.Calls), called(b.Calls), rules)
	return c
}

// Changes are all changes, the heaviest first, otherwise in the order of rows.
func (c Comparison) Changes() []Change {
	var all []Change
	for _, r := range c.Rows {
		all = append(all, r.Changes...)
	}
	slices.SortStableFunc(all, func(a, b Change) int {
		return cmp.Compare(slices.Index(Weights(), a.Weight), slices.Index(Weights(), b.Weight))
	})
	return all
}

// Count is the number of changes of a weight.
func (c Comparison) Count(w Weight) int {
	n := 0
	for _, r := range c.Rows {
		for _, one := range r.Changes {
			if one.Weight == w {
				n++
			}
		}
	}
	return n
}

// entries compares two lists of named values.
func (c *Comparison) entries(g Group, a, b []mcp.Member, rules Rules) {
	theirs := map[string]mcp.Value{}
	for _, m := range b {
		if _, twice := theirs[m.Name]; !twice {
			theirs[m.Name] = m.Value
		}
	}
	seen := map[string]bool{}
	for _, m := range a {
		if seen[m.Name] {
			continue // of several with one name the first counts, as for clients
		}
		seen[m.Name] = true
		other, there := theirs[m.Name]
		if !there {
			c.add(g, m.Name, m.Value, mcp.Value{}, Removed, oneSided(g, m.Value, mcp.Value{}, rules))
			continue
		}
		if mcp.Equal(m.Value, other) {
			c.add(g, m.Name, m.Value, other, Same, nil)
			continue
		}
		c.add(g, m.Name, m.Value, other, Changed, changes(g, m.Value, other, rules))
	}
	for _, m := range b {
		if !seen[m.Name] {
			seen[m.Name] = true
			c.add(g, m.Name, mcp.Value{}, m.Value, Added, oneSided(g, mcp.Value{}, m.Value, rules))
		}
	}
}

// changes are those of an entry that differs: one at least.
func changes(g Group, a, b mcp.Value, rules Rules) []Change {
	switch g {
	case Calls:
		return outcome(a, b)
	case Server:
		return []Change{{Kind: Changed, Weight: Cosmetic, What: "is another", A: a, B: b}}
	}
	if all := rules(g, a, b); len(all) > 0 {
		return all
	}
	return []Change{{Kind: Changed, Weight: Unproven, What: "differs", A: a, B: b}}
}

func (c *Comparison) add(g Group, name string, a, b mcp.Value, k Kind, changes []Change) {
	changes = changes[:min(len(changes), maxChanges)]
	for i := range changes {
		changes[i].Group, changes[i].Name = g, name
	}
	c.Rows = append(c.Rows, Row{g, name, k, a, b, changes})
}

// oneSided are the changes of an entry that only one side has. Without a rule of
// its own, what is gone breaks and what is new does not.
func oneSided(g Group, a, b mcp.Value, rules Rules) []Change {
	if g != Server && g != Calls {
		if all := rules(g, a, b); len(all) > 0 {
			return all
		}
	}
	change := Change{Kind: Added, Weight: Compatible, What: "is new", A: a, B: b}
	if a.Exists() {
		change.Kind, change.What, change.Weight = Removed, "is gone", Breaking
	}
	if g == Calls { // one that was not made proves nothing
		change.What, change.Weight = "was made on this side alone", Cosmetic
	}
	if g == Server {
		change.Weight = Cosmetic
	}
	return []Change{change}
}
