package contract

import (
	"context"
	"fmt"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/publish/surface"
)

// TakeOptions say how a live server is asked; see [surface.Options].
type TakeOptions = surface.Options

// Take asks a live server for everything that it shows, in each revision that it
// speaks. No tool is called. Errors are those of [surface.Look].
func Take(ctx context.Context, target mcp.Target, o TakeOptions) (*Snapshot, error) {
	b := newBuilder()
	opened := func(r mcp.Revision, opening mcp.Value) error {
		b.revisions = append(b.revisions, r)
		return b.opening(r, opening)
	}
	seen := func(s surface.Seen) error {
		if len(b.seen) >= maxEntries {
			return fmt.Errorf("there are more than %d descriptors", maxEntries)
		}
		b.add(s.Revision, Entry{Kind: Kind(s.Kind), Name: s.Name, Digest: digestPrefix + s.SHA256, Descriptor: s.Descriptor})
		return nil
	}
	if err := surface.Look(ctx, target, o, opened, seen); err != nil {
		return nil, err
	}
	return b.snapshot(), nil
}

// opening takes in what a server says of itself in the opening exchange.
func (b *builder) opening(r mcp.Revision, opening mcp.Value) error {
	for _, one := range []struct {
		kind  Kind
		value mcp.Value
	}{{Server, surface.Identity(r, opening)}, {Capabilities, opening.Get("capabilities")}} {
		if !one.value.Is(mcp.Object) {
			continue // the judge's concern, not ours
		}
		if err := b.describe(r, one.kind, "", one.value); err != nil {
			return err
		}
	}
	return nil
}

// describe takes in a descriptor as it came over the wire.
func (b *builder) describe(r mcp.Revision, k Kind, name string, v mcp.Value) error {
	switch {
	case !k.single() && (name == "" || len(name) > maxName):
		return fmt.Errorf("the name %.40q of a %s is not 1 to %d bytes long", name, k, maxName)
	case len(b.seen) >= maxEntries:
		return fmt.Errorf("there are more than %d descriptors", maxEntries)
	}
	descriptor, hash, err := surface.Canonical(v.Raw())
	if err != nil {
		return fmt.Errorf("the descriptor of %s: %w", subject(k, name), err)
	}
	b.add(r, Entry{Kind: k, Name: name, Digest: digestPrefix + hash, Descriptor: descriptor})
	return nil
}

// OfSurface is the snapshot that was signed with a release. It has neither
// capabilities nor all that the server says of itself.
func OfSurface(s *surface.Snapshot) *Snapshot {
	b := newBuilder()
	b.revisions = append(b.revisions, s.Revisions...)
	b.lacks(Server, Capabilities)
	for _, e := range s.Entries {
		revisions := e.Revisions
		if len(revisions) == 0 {
			revisions = s.Revisions
		}
		for _, r := range revisions {
			b.add(r, Entry{Kind: Kind(e.Kind), Name: e.Name, Digest: digestPrefix + e.SHA256, Descriptor: e.Descriptor})
		}
	}
	who := map[string]string{}
	for name, value := range map[string]string{"name": s.Server.Name, "version": s.Server.Version} {
		if value != "" {
			who[name] = value
		}
	}
	for _, r := range s.Revisions {
		_ = b.describe(r, Server, "", mcp.ValueOf(who)) // two short texts are always canonical
	}
	return b.snapshot()
}
