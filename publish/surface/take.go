package surface

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/publish/attest"
	"github.com/mcpctl/mcpctl/publish/refusal"
)

// maxPages bounds a list that comes in pages.
const maxPages = 200

// list is a list that a server can give.
type list struct {
	kind               Kind
	capability, method string
	member, name       string
}

var lists = []list{
	{Tool, "tools", "tools/list", "tools", "name"},
	{Prompt, "prompts", "prompts/list", "prompts", "name"},
	{Resource, "resources", "resources/list", "resources", "uri"},
	{Template, "resources", "resources/templates/list", "resourceTemplates", "uriTemplate"},
}

// Take asks a live server for all its descriptors, every page, in each of the
// revisions that it speaks out of those given; none means all that mcpctl knows.
// No tool is called. A server that cannot be reached is a *mcp.ConnectError; one
// that does not give a list that it promises, or descriptors that could be read
// in two ways, is a refusal with the code surface-unreadable.
func Take(ctx context.Context, target mcp.Target, revisions ...mcp.Revision) (*Snapshot, error) {
	return take(ctx, target, mcp.DefaultLimits(), revisions)
}

func take(ctx context.Context, target mcp.Target, limits mcp.Limits, revisions []mcp.Revision) (*Snapshot, error) {
	if len(revisions) == 0 {
		revisions = mcp.Timeline()
	}
	spoken, err := mcp.Detect(ctx, target, revisions, mcp.Options{Limits: limits})
	if err != nil {
		return nil, fmt.Errorf("asking %s for its surface: %w", target.Name, err)
	}
	defer func() {
		for _, s := range spoken.Sessions {
			_ = s.Close(context.WithoutCancel(ctx)) // it has served its purpose
		}
	}()
	c := collection{seen: map[key][]mcp.Revision{}}
	for _, r := range slices.Sorted(maps.Keys(spoken.Sessions)) {
		if err := c.add(ctx, spoken.Sessions[r]); err != nil {
			return nil, &refusal.Refusal{Kind: refusal.Environment, Code: "surface-unreadable",
				Doing: fmt.Sprintf("asking %s for its surface in revision %s", target.Name, r), Err: err,
				Mend: "See what mcpctl test says of the server's lists."}
		}
	}
	return c.snapshot(), nil
}

// collection is what was seen so far.
type collection struct {
	server    Server
	revisions []mcp.Revision
	seen      map[key][]mcp.Revision
}

// key is an entry without its revisions.
type key struct {
	kind         Kind
	name, sha256 string
}

// add asks for all lists in one revision.
func (c *collection) add(ctx context.Context, s *mcp.Session) error {
	c.revisions = append(c.revisions, s.Revision())
	info := s.Server().Get("serverInfo")
	if s.Revision().Era() == mcp.Stateless {
		info = s.Server().Get("_meta", mcp.MetaServerInfo)
	}
	c.server = Server{info.Get("name").Text(), info.Get("version").Text()}
	if text := s.Server().Get("instructions"); text.Is(mcp.String) {
		if err := c.keep(s.Revision(), Instructions, "", slices.Concat([]byte(`{"instructions":`), text.Raw(), []byte("}"))); err != nil {
			return err
		}
	}
	for _, l := range lists {
		if !s.Capabilities().Has(l.capability) {
			continue
		}
		if err := c.pages(ctx, s, l); err != nil {
			return fmt.Errorf("%s: %w", l.method, err)
		}
	}
	return nil
}

// pages walks all pages of a list.
func (c *collection) pages(ctx context.Context, s *mcp.Session, l list) error {
	var params any
	asked := map[string]bool{}
	for range maxPages {
		x := s.Call(ctx, l.method, params)
		if err := x.Err(); err != nil {
			return err
		}
		if refused := x.RPCError(); refused != nil {
			if l.kind == Template && refused.Code == mcp.CodeMethodNotFound {
				return nil // a server may have resources without templates
			}
			return fmt.Errorf("it answers error %d: %.200q", refused.Code, refused.Message)
		}
		items := x.Result().Get(l.member)
		if !items.Is(mcp.Array) {
			return fmt.Errorf("its answer has no %s", l.member)
		}
		for _, item := range items.Items() {
			if err := c.keep(s.Revision(), l.kind, item.Get(l.name).Text(), item.Raw()); err != nil {
				return err
			}
		}
		next := x.Result().Get("nextCursor")
		switch {
		case !next.Is(mcp.String):
			return nil
		case asked[next.Text()]:
			return fmt.Errorf("the cursor %.60q came twice", next.Text())
		}
		asked[next.Text()] = true
		params = map[string]any{"cursor": next.Text()}
	}
	return fmt.Errorf("it has more than %d pages", maxPages)
}

// keep adds a descriptor.
func (c *collection) keep(r mcp.Revision, kind Kind, name string, descriptor []byte) error {
	if name == "" && kind != Instructions || len(name) > maxName {
		return fmt.Errorf("the name %.40q of a %s is not 1 to %d bytes long", name, kind, maxName)
	}
	canonical, err := attest.JCS(descriptor)
	if err != nil {
		return fmt.Errorf("the descriptor of %s %.40q: %w", kind, name, err)
	}
	hash := sha256.Sum256(canonical)
	k := key{kind, name, hex.EncodeToString(hash[:])}
	if c.seen[k] = append(c.seen[k], r); len(c.seen) > maxEntries {
		return fmt.Errorf("there are more than %d descriptors", maxEntries)
	}
	return nil
}

// snapshot is what was collected.
func (c *collection) snapshot() *Snapshot {
	s := &Snapshot{Server: c.server, Revisions: c.revisions, Entries: []Entry{}}
	for k, in := range c.seen {
		e := Entry{Kind: k.kind, Name: k.name, SHA256: k.sha256}
		if in = slices.Compact(in); len(in) < len(c.revisions) {
			e.Revisions = in
		}
		s.Entries = append(s.Entries, e)
	}
	s.sort()
	return s
}
