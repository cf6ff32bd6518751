package checks

import (
	"context"
	"fmt"
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// toolsListChecks judge the list of tools as a whole.
func toolsListChecks() []conformance.Check {
	return []conformance.Check{{
		ID:     "tools/list/answers",
		Title:  "tools/list gives an array of tools on every page",
		Claims: claims{Handshake: ids{"tools.list.result-shape"}, Stateless: ids{"tools.list.responds"}},
		Needs:  "tools",
		Run:    toolsListAnswers,
		Fix:    "Answer tools/list with a result whose member tools is an array; it may be empty.",
	}, {
		ID:     "tools/list/declared",
		Title:  "a server that lists tools declares the capability",
		Claims: claims{Handshake: ids{"tools.capability.declared"}},
		Run:    toolsListDeclared,
		Fix:    "Put tools into the capabilities of the initialize result.",
	}, {
		ID:     "tools/list/same-for-connections",
		Title:  "two connections are offered the same tools",
		Claims: claims{Stateless: ids{"tools.list.not-per-connection"}},
		Needs:  "tools",
		Run:    toolsListPerConnection,
		Fix:    "Let the set of tools depend on the credentials of a request at most, never on its connection.",
	}, {
		ID:     "tools/list/unchanged-by-requests",
		Title:  "other requests on a connection do not change which tools it is offered",
		Claims: claims{Stateless: ids{"tools.list.no-side-effect-variation"}},
		Needs:  "tools",
		Reach:  conformance.Provoke,
		Run:    toolsListSideEffects,
		Fix:    "Offer the same tools whatever a connection has asked for before.",
	}, {
		ID:     "tools/list/order",
		Title:  "the tools come in the same order every time",
		Claims: claims{Stateless: ids{"tools.list.deterministic-order"}},
		Needs:  "tools",
		Run:    toolsListOrder,
		Fix:    "Keep tools in a list, or sort them by name: maps are walked in random order.",
	}}
}

func toolsListAnswers(ctx context.Context, p *conformance.Probe) error {
	l, err := p.List(ctx, "tools")
	if l == nil {
		return err
	}
	j := p.Judge()
	for i, page := range l.Pages {
		if i > 0 && !page.Result().Exists() {
			continue // a cursor that is refused is pagination's affair
		}
		j.Saw(page)
		switch tools := page.Result().Get("tools"); {
		case !page.Result().Exists():
			j.Failf(page, "tools/list got no result: %s", outcome(page))
		case !tools.Is(mcp.Array):
			j.Faultf(answerTo(page), "/result", "the result of tools/list must have an array tools, not %s", aKind(tools))
		}
	}
	return j.Err("")
}

func toolsListDeclared(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	x, err := p.Ask(ctx, "tools/list", nil)
	if err != nil {
		return err
	}
	offered := x.Result().Get("tools").Len()
	switch {
	case offered == 0 && p.Missing("tools") != "":
		return conformance.Skipf("the server offers no tools")
	case offered == 0:
		return conformance.Unprovenf("the server declares tools and lists none")
	case p.Missing("tools") != "":
		j.Failf(x, "the server lists %d tools, but does not declare the capability tools", offered)
	}
	j.Saw(x)
	return j.Err("")
}

func toolsListPerConnection(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	// Allowed tools may be running on the shared session just now.
	open := p.Shared
	if p.AllowsTools {
		open = p.Fresh
	}
	one, err := open(ctx)
	if err != nil {
		return err
	}
	two, err := p.Fresh(ctx)
	if err != nil {
		return err
	}
	var lists [4]*conformance.Listing
	for i, s := range []*mcp.Session{one, two} {
		if lists[i], err = toolsFetch(ctx, s); err != nil {
			return err
		}
		j.Saw(lists[i].Pages[0])
	}
	if toolsSameSet(lists[0], lists[1]) {
		return j.Err("")
	}
	// The set may change over time, so only what both stick to counts.
	for i, s := range []*mcp.Session{one, two} {
		if lists[i+2], err = toolsFetch(ctx, s); err != nil {
			return err
		}
	}
	if !toolsSameSet(lists[0], lists[2]) || !toolsSameSet(lists[1], lists[3]) {
		return conformance.Unprovenf("the tools changed while two connections were compared")
	}
	j.Failf(lists[1].Pages[0], "two connections are offered different tools: %s", toolsDifference(lists[0], lists[1]))
	return j.Err("")
}

func toolsListSideEffects(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	before, after, err := toolsAroundRequests(ctx, p)
	if err != nil {
		return err
	}
	j.Saw(after.Pages[0])
	if toolsSameSet(before, after) {
		return j.Err("")
	}
	// The set may change over time: it must happen twice, each time anew.
	again, afterAgain, err := toolsAroundRequests(ctx, p)
	if err != nil {
		return err
	}
	if !toolsSameSet(before, again) || !toolsSameSet(after, afterAgain) {
		return conformance.Unprovenf("the tools changed (%s), but not only after other requests", toolsDifference(before, after))
	}
	j.Failf(after.Pages[0], "other requests on the connection changed its tools: %s", toolsDifference(before, after))
	return j.Err("")
}

// toolsAroundRequests lists the tools of a new connection before and after
// some other requests on it.
func toolsAroundRequests(ctx context.Context, p *conformance.Probe) (before, after *conformance.Listing, err error) {
	s, err := p.Fresh(ctx)
	if err != nil {
		return nil, nil, err
	}
	if before, err = toolsFetch(ctx, s); err != nil {
		return nil, nil, err
	}
	for _, what := range []string{"prompts", "resources"} {
		if p.Missing(what) == "" {
			s.Call(ctx, what+"/list", nil)
		}
	}
	s.Call(ctx, "tools/call", map[string]any{"name": toolsUnknown, "arguments": map[string]any{}})
	after, err = toolsFetch(ctx, s)
	return before, after, err
}

func toolsListOrder(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	first, err := p.List(ctx, "tools")
	if err != nil {
		return err
	}
	if len(first.Entries) < 2 {
		return conformance.Unprovenf("fewer than two tools have no order")
	}
	for _, open := range []func(context.Context) (*mcp.Session, error){p.Shared, p.Fresh} {
		s, err := open(ctx)
		if err != nil {
			return err
		}
		next, err := toolsFetch(ctx, s)
		if err != nil {
			return err
		}
		if !toolsSameSet(first, next) {
			continue // the tools have changed: their order may, too
		}
		j.Saw(next.Pages[0])
		if i := toolsOrderBreaks(first, next); i >= 0 {
			j.Failf(next.Pages[0], "the same tools came in another order: number %d was %.60q and is %.60q now",
				i+1, toolName(first.Entries[i]), toolName(next.Entries[i]))
			break
		}
	}
	return j.Err("the tools changed between any two lists")
}

// toolsFetch lists the tools on a session, all pages.
func toolsFetch(ctx context.Context, s *mcp.Session) (*conformance.Listing, error) {
	l, err := conformance.FetchList(ctx, s, "tools")
	switch {
	case err != nil:
		return nil, err
	case l.Endless != "":
		return nil, conformance.Blockedf("pagination/next-cursor/ends", "the list of tools does not end: %s", l.Endless)
	}
	return l, nil
}

func toolName(e conformance.Entry) string { return e.Get("name").Text() }

// toolsNames are the names of a list in order.
func toolsNames(l *conformance.Listing) []string {
	all := make([]string, len(l.Entries))
	for i, e := range l.Entries {
		all[i] = toolName(e)
	}
	return all
}

func toolsSameSet(a, b *conformance.Listing) bool {
	m, n := toolsNames(a), toolsNames(b)
	slices.Sort(m)
	slices.Sort(n)
	return slices.Equal(m, n)
}

// toolsDifference says how one list differs from another, by an example.
func toolsDifference(a, b *conformance.Listing) string {
	m, n := toolsNames(a), toolsNames(b)
	for _, name := range m {
		if !slices.Contains(n, name) {
			return fmt.Sprintf("%d and %d of them, %.60q only in the first list", len(m), len(n), name)
		}
	}
	for _, name := range n {
		if !slices.Contains(m, name) {
			return fmt.Sprintf("%d and %d of them, %.60q only in the second list", len(m), len(n), name)
		}
	}
	return fmt.Sprintf("%d and %d of them", len(m), len(n))
}

// toolsOrderBreaks is the first place where two lists of the same length
// differ, -1 when there is none.
func toolsOrderBreaks(a, b *conformance.Listing) int {
	for i := range a.Entries {
		if toolName(a.Entries[i]) != toolName(b.Entries[i]) {
			return i
		}
	}
	return -1
}
