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

func lists() []list {
	return []list{
		{Tool, "tools", "tools/list", "tools", "name"},
		{Prompt, "prompts", "prompts/list", "prompts", "name"},
		{Resource, "resources", "resources/list", "resources", "uri"},
		{Template, "resources", "resources/templates/list", "resourceTemplates", "uriTemplate"},
	}
}

// Options say how a server is asked. The zero value asks in every revision that
// mcpctl knows, over the transport that it finds, with the usual limits.
type Options struct {
	Revisions []mcp.Revision
	Transport mcp.TransportKind
	Limits    mcp.Limits
}

// Seen is one descriptor, as a server shows it in one revision.
type Seen struct {
	Revision mcp.Revision
	Kind     Kind
	Name     string
	// Descriptor is RFC 8785 JSON, SHA256 its hexadecimal hash.
	Descriptor mcp.Value
	SHA256     string
}

// Look asks a live server for everything that it shows: in each revision that it
// speaks, oldest first, opened is told the result of the opening exchange, then
// seen each descriptor, page by page. Their errors end the look. No tool is called.
//
// A server that cannot be reached is a *mcp.ConnectError; one that does not give a
// list that it promises, or descriptors that could be read in two ways, is a
// refusal with the code surface-unreadable.
func Look(ctx context.Context, target mcp.Target, o Options, opened func(mcp.Revision, mcp.Value) error, seen func(Seen) error) error {
	if len(o.Revisions) == 0 {
		o.Revisions = mcp.Timeline()
	}
	if o.Limits == (mcp.Limits{}) {
		o.Limits = mcp.DefaultLimits()
	}
	spoken, err := mcp.Detect(ctx, target, o.Revisions, mcp.Options{Transport: o.Transport, Limits: o.Limits})
	if err != nil {
		return fmt.Errorf("asking %s for its surface: %w", target.Name, err)
	}
	askAgain(ctx, target, o, spoken)
	defer func() {
		for _, s := range spoken.Sessions {
			_ = s.Close(context.WithoutCancel(ctx)) // it has served its purpose
		}
	}()
	for _, r := range slices.Sorted(maps.Keys(spoken.Sessions)) {
		if err := look(ctx, spoken.Sessions[r], opened, seen); err != nil {
			return &refusal.Refusal{Kind: refusal.Environment, Code: "surface-unreadable",
				Doing: fmt.Sprintf("asking %s for its surface in revision %s", target.Name, r), Err: err,
				Mend: "See what mcpctl test says of the server's lists."}
		}
	}
	return nil
}

// askAgain opens a session once more, one after the other, in the revisions of the
// handshake in which the server has said nothing: five processes that start at once
// on a busy machine may all come too late, and a revision that is lacking is a
// promise that seems to be withdrawn.
func askAgain(ctx context.Context, target mcp.Target, o Options, spoken mcp.Spoken) {
	for _, r := range slices.Sorted(maps.Keys(spoken.Refused)) {
		if r.Era() != mcp.Handshake || spoken.Refused[r].Cause != mcp.CauseSilent {
			continue
		}
		again, err := mcp.Detect(ctx, target, []mcp.Revision{r}, mcp.Options{Transport: spoken.Transport, Limits: o.Limits})
		if err == nil {
			spoken.Sessions[r] = again.Sessions[r]
		}
	}
}

// look asks for all lists in one revision.
func look(ctx context.Context, s *mcp.Session, opened func(mcp.Revision, mcp.Value) error, seen func(Seen) error) error {
	if err := opened(s.Revision(), s.Server()); err != nil {
		return err
	}
	if text := s.Server().Get("instructions"); text.Is(mcp.String) {
		raw := slices.Concat([]byte(`{"instructions":`), text.Raw(), []byte("}"))
		if err := show(s.Revision(), Instructions, "", raw, seen); err != nil {
			return err
		}
	}
	for _, l := range lists() {
		if !s.Capabilities().Has(l.capability) {
			continue
		}
		if err := pages(ctx, s, l, seen); err != nil {
			return fmt.Errorf("%s: %w", l.method, err)
		}
	}
	return nil
}

// pages walks all pages of a list.
func pages(ctx context.Context, s *mcp.Session, l list, seen func(Seen) error) error {
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
			if err := show(s.Revision(), l.kind, item.Get(l.name).Text(), item.Raw(), seen); err != nil {
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

// show tells of one descriptor.
func show(r mcp.Revision, kind Kind, name string, raw []byte, seen func(Seen) error) error {
	if name == "" && kind != Instructions || len(name) > maxName {
		return fmt.Errorf("the name %.40q of a %s is not 1 to %d bytes long", name, kind, maxName)
	}
	descriptor, hash, err := Canonical(raw)
	if err != nil {
		return fmt.Errorf("the descriptor of %s %.40q: %w", kind, name, err)
	}
	return seen(Seen{r, kind, name, descriptor, hash})
}

// Canonical is a descriptor as RFC 8785 JSON, and the hexadecimal SHA-256 of that.
// It is an error if it could be read in two ways, or is too large; see attest.JCS.
func Canonical(raw []byte) (mcp.Value, string, error) {
	canonical, err := attest.JCS(raw)
	if err != nil {
		return mcp.Value{}, "", err
	}
	hash := sha256.Sum256(canonical)
	v, err := mcp.Parse(canonical)
	return v, hex.EncodeToString(hash[:]), err
}
