package inspect

import (
	"context"
	"errors"
	"fmt"

	"github.com/mcpctl/mcpctl/internal/nearest"
	"github.com/mcpctl/mcpctl/mcp"
)

// Kind is a kind of thing that servers offer.
type Kind string

// The kinds that have a list.
const (
	Tools     Kind = "tools"
	Prompts   Kind = "prompts"
	Resources Kind = "resources"
	Templates Kind = "resources/templates"
)

// Bounds on what a list may make us fetch.
const (
	maxPages   = 2_000
	maxEntries = 50_000
)

// method, member and identifier of a kind's list and entries.
func (k Kind) method() string { return string(k) + "/list" }

// Member is the member of a list's result that holds its entries.
func (k Kind) Member() string {
	if k == Templates {
		return "resourceTemplates"
	}
	return string(k)
}

// ID is the member of an entry that tells it apart from others of its kind.
func (k Kind) ID() string {
	switch k {
	case Resources:
		return "uri"
	case Templates:
		return "uriTemplate"
	}
	return "name"
}

// capability is the server's capability that a kind belongs to.
func (k Kind) capability() string {
	if k == Templates {
		return string(Resources)
	}
	return string(k)
}

// ErrEndless says that the pages of a list were not followed to their end.
var ErrEndless = errors.New("the list was not read to its end")

// List is all pages of a list. With ErrEndless come the entries read until then.
func (c *Client) List(ctx context.Context, k Kind) ([]mcp.Value, error) {
	all := []mcp.Value{}
	err := c.pages(ctx, k, func(entries []mcp.Value) bool {
		all = append(all, entries...)
		return true
	})
	return all, err
}

// pages hands the entries of a list on, page by page, as long as more are wanted.
func (c *Client) pages(ctx context.Context, k Kind, take func(entries []mcp.Value) (more bool)) error {
	seen := map[string]bool{}
	var params map[string]any
	for page, total := 1, 0; ; page++ {
		result, err := c.Ask(ctx, k.method(), params, nil)
		if err != nil {
			return c.notOffered(k, err)
		}
		entries := result.Get(k.Member())
		if !entries.Is(mcp.Array) {
			return &mcp.ConnectError{Cause: mcp.CauseNoise, What: fmt.Sprintf("the server answered %s without %s", k.method(), k.Member())}
		}
		total += entries.Len()
		next := result.Get("nextCursor")
		switch {
		case !take(entries.Items()) || !next.Is(mcp.String):
			return nil
		case seen[next.Text()]:
			return fmt.Errorf("%w: the cursor %.60q came twice", ErrEndless, next.Text())
		case page >= maxPages || total >= maxEntries:
			return fmt.Errorf("%w: it has more than %d pages or %d entries", ErrEndless, page, total)
		}
		seen[next.Text()] = true
		params = map[string]any{"cursor": next.Text()}
	}
}

// notOffered explains an error that follows from a missing capability.
func (c *Client) notOffered(k Kind, err error) error {
	var failure *mcp.RPCError
	if errors.As(err, &failure) && failure.Code == mcp.CodeMethodNotFound && !c.Session().Capabilities().Has(k.capability()) {
		return fmt.Errorf("the server offers no %s: it does not declare the capability %s: %w", k.capability(), k.capability(), failure)
	}
	return err
}

// Inventory is all that a server offers. Kinds that it has no capability for are
// nil.
type Inventory struct {
	Server                               mcp.Value // the result of the opening exchange
	Revision                             mcp.Revision
	Tools, Prompts, Resources, Templates []mcp.Value
}

// Take lists everything that the server declares. What could be read comes along
// with the errors, joined, of what could not.
func (c *Client) Take(ctx context.Context) (Inventory, error) {
	inv := Inventory{Server: c.Session().Server(), Revision: c.Revision()}
	var failed []error
	for _, one := range []struct {
		kind Kind
		into *[]mcp.Value
	}{{Tools, &inv.Tools}, {Prompts, &inv.Prompts}, {Resources, &inv.Resources}, {Templates, &inv.Templates}} {
		if !c.Session().Capabilities().Has(one.kind.capability()) {
			continue
		}
		all, err := c.List(ctx, one.kind)
		*one.into = all
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", one.kind.method(), err))
		}
	}
	return inv, errors.Join(failed...)
}

// UnknownError says that a list has no entry of a name.
type UnknownError struct {
	Kind    Kind
	Name    string
	Nearest string // the one that was meant, perhaps; "" when none is near
}

// Error names what is missing.
func (e *UnknownError) Error() string {
	return fmt.Sprintf("the server lists no %s %q", map[Kind]string{Tools: "tool", Prompts: "prompt", Resources: "resource", Templates: "template"}[e.Kind], e.Name)
}

// Find is the entry of that name, or an *UnknownError. Of several with one name
// it is the first.
func (k Kind) Find(entries []mcp.Value, name string) (mcp.Value, error) {
	var known []string
	for _, entry := range entries {
		id := entry.Get(k.ID()).Text()
		if id == name {
			return entry, nil
		}
		known = append(known, id)
	}
	return mcp.Value{}, &UnknownError{Kind: k, Name: name, Nearest: nearest.Word(name, known)}
}
