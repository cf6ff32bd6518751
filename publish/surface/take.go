package surface

import (
	"context"
	"fmt"
	"slices"

	"github.com/mcpctl/mcpctl/mcp"
)

// Take asks a live server for all its descriptors in each of the revisions that it
// speaks out of those given; none means all that mcpctl knows. Errors are those of
// [Look].
func Take(ctx context.Context, target mcp.Target, revisions ...mcp.Revision) (*Snapshot, error) {
	c := collection{seen: map[key]*Entry{}}
	if err := Look(ctx, target, Options{Revisions: revisions}, c.open, c.keep); err != nil {
		return nil, err
	}
	return c.snapshot(), nil
}

// collection is what was seen so far.
type collection struct {
	server    Server
	revisions []mcp.Revision
	seen      map[key]*Entry
}

// key is an entry without its revisions.
type key struct {
	kind         Kind
	name, sha256 string
}

// open takes in what the server says of itself.
func (c *collection) open(r mcp.Revision, opening mcp.Value) error {
	c.revisions = append(c.revisions, r)
	info := Identity(r, opening)
	c.server = Server{info.Get("name").Text(), info.Get("version").Text()}
	return nil
}

// Identity is what a server says of itself in the result of the opening exchange,
// where the era of a revision has it.
func Identity(r mcp.Revision, opening mcp.Value) mcp.Value {
	if r.Era() == mcp.Stateless {
		return opening.Get("_meta", mcp.MetaServerInfo)
	}
	return opening.Get("serverInfo")
}

// keep adds a descriptor.
func (c *collection) keep(s Seen) error {
	k := key{s.Kind, s.Name, s.SHA256}
	if c.seen[k] == nil {
		c.seen[k] = &Entry{Kind: s.Kind, Name: s.Name, SHA256: s.SHA256, Descriptor: s.Descriptor}
	}
	c.seen[k].Revisions = append(c.seen[k].Revisions, s.Revision)
	if len(c.seen) > maxEntries {
		return fmt.Errorf("there are more than %d descriptors", maxEntries)
	}
	return nil
}

// snapshot is what was collected.
func (c *collection) snapshot() *Snapshot {
	s := &Snapshot{Server: c.server, Revisions: c.revisions, Entries: []Entry{}}
	for _, e := range c.seen {
		if e.Revisions = slices.Compact(e.Revisions); len(e.Revisions) == len(c.revisions) {
			e.Revisions = nil
		}
		s.Entries = append(s.Entries, *e)
	}
	s.sort()
	return s
}
