package contract

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/mcpctl/mcpctl/inspect/compare"
	"github.com/mcpctl/mcpctl/inspect/tape"
	"github.com/mcpctl/mcpctl/inspect/traffic"
	"github.com/mcpctl/mcpctl/mcp"
)

// OfTape is what a recorded server has shown. A list that the client did not ask
// for, though the server has it, is partial, and so are the revisions.
func OfTape(t *tape.Tape) (*Snapshot, error) {
	sessions := map[int][]traffic.Frame{}
	for _, f := range t.Frames {
		sessions[f.Session] = append(sessions[f.Session], f)
	}
	b := newBuilder()
	b.lacks(Revision)
	last := map[mcp.Revision]compare.Side{}
	for _, n := range slices.Sorted(maps.Keys(sessions)) {
		side := ofSession(sessions[n])
		if side.Revision == "" {
			continue // nothing was agreed upon in it
		}
		last[side.Revision] = joined(last[side.Revision], side)
	}
	for _, r := range slices.Sorted(maps.Keys(last)) {
		if err := b.side(r, last[r]); err != nil {
			return nil, err
		}
	}
	if len(b.revisions) == 0 {
		return nil, errors.New("nothing in the recording tells which revision was spoken: record from the first message on")
	}
	return b.snapshot(), nil
}

// ofSession is one session as compare reads it. In the stateless era a client
// need not open one; its requests tell the revision then.
func ofSession(frames []traffic.Frame) compare.Side {
	plain := make([]mcp.Frame, len(frames))
	for i, f := range frames {
		plain[i] = f.Frame
	}
	side := compare.OfFrames("", plain)
	if side.Revision == "" {
		side.Revision = (&tape.Tape{Frames: frames}).Revision()
	}
	return side
}

// joined is what two sessions in one revision have shown: of what both have, the
// later.
func joined(a, b compare.Side) compare.Side {
	if !b.Server.Exists() {
		b.Server = a.Server
	}
	for _, list := range [][2]*[]mcp.Value{{&a.Tools, &b.Tools}, {&a.Prompts, &b.Prompts}, {&a.Resources, &b.Resources}, {&a.Templates, &b.Templates}} {
		if *list[1] == nil {
			*list[1] = *list[0]
		}
	}
	return b
}

// side takes in what was shown in one revision.
func (b *builder) side(r mcp.Revision, s compare.Side) error {
	b.revisions = append(b.revisions, r)
	if !s.Server.Exists() {
		b.lacks(Server, Capabilities, Instructions)
	}
	if err := b.opening(r, s.Server); err != nil {
		return err
	}
	if text := s.Server.Get("instructions"); text.Is(mcp.String) {
		if err := b.describe(r, Instructions, "", mcp.ValueOf(map[string]any{"instructions": text})); err != nil {
			return err
		}
	}
	for _, list := range []struct {
		kind                   Kind
		capability, method, id string
		entries                []mcp.Value
	}{
		{Tool, "tools", "tools/list", "name", s.Tools}, {Prompt, "prompts", "prompts/list", "name", s.Prompts},
		{Resource, "resources", "resources/list", "uri", s.Resources}, {Template, "resources", "resources/templates/list", "uriTemplate", s.Templates},
	} {
		offered := s.Server.Get("capabilities").Has(list.capability) || !s.Server.Exists()
		if offered && list.entries == nil || slices.Contains(s.Unfinished, list.method) {
			b.lacks(list.kind)
		}
		for i, v := range list.entries {
			if err := b.describe(r, list.kind, v.Get(list.id).Text(), v); err != nil {
				return fmt.Errorf("%s %d of the recording: %w", list.kind, i+1, err)
			}
		}
	}
	return nil
}
