package conformance

import (
	"context"
	"fmt"

	"github.com/mcpctl/mcpctl/mcp"
)

// Bounds on what a list may make us fetch.
const (
	maxPages   = 200
	maxEntries = 20_000
)

// Listing is all pages of one list.
type Listing struct {
	Method  string
	Pages   []*mcp.Exchange
	Entries []Entry
	// Endless says why the pages were not followed to their end: a cursor
	// that came twice, or too many pages. "" when they were.
	Endless string
}

// Entry is one descriptor of a list, and where it stands.
type Entry struct {
	mcp.Value
	Page    *mcp.Exchange
	Pointer string // into the page's message

	example func() (any, error) // see Example
}

// lists says which member of which method's result holds a list.
func lists(what string) (method, member string) {
	switch what {
	case "resources/templates":
		return what + "/list", "resourceTemplates"
	default:
		return what + "/list", what
	}
}

// ListCheck is the id of the check that judges whether a list is given at
// all, and by which others are blocked when it is not.
func ListCheck(what string) string {
	if what == "resources/templates" {
		return "resources/templates/list"
	}
	return what + "/list/answers"
}

// FetchList walks all pages of a list on a session.
func FetchList(ctx context.Context, s *mcp.Session, what string) (*Listing, error) {
	method, member := lists(what)
	l := &Listing{Method: method}
	seen := map[string]bool{}
	var params any
	for {
		x := s.Call(ctx, method, params)
		l.Pages = append(l.Pages, x)
		items := x.Result().Get(member)
		if !items.Is(mcp.Array) {
			return l, Blockedf(ListCheck(what), "%s gave no %s", method, member)
		}
		for i, item := range items.Items() {
			l.Entries = append(l.Entries, newEntry(item, x, fmt.Sprintf("/result/%s/%d", member, i)))
		}
		next := x.Result().Get("nextCursor")
		if !next.Is(mcp.String) {
			return l, nil
		}
		switch {
		case seen[next.Text()]:
			l.Endless = fmt.Sprintf("the cursor %.60q came twice", next.Text())
		case len(l.Pages) >= maxPages || len(l.Entries) >= maxEntries:
			l.Endless = fmt.Sprintf("there are more than %d pages or %d entries", len(l.Pages), len(l.Entries))
		}
		if l.Endless != "" {
			return l, nil
		}
		seen[next.Text()] = true
		params = map[string]any{"cursor": next.Text()}
	}
}
