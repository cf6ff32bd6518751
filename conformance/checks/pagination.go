package checks

import (
	"context"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// pagination is the suite about server/utilities/pagination.
func pagination() conformance.Suite {
	return conformance.Suite{ID: "pagination", Title: "Pagination", Checks: []conformance.Check{{
		ID:     "pagination/lists/params-optional",
		Title:  "lists are given without params and with empty ones",
		Claims: claims{Handshake: ids{"pagination.operations-accept-cursor"}},
		Run:    paginationParams,
		Fix:    "Take missing params for {}: the cursor is optional.",
	}, {
		ID:     "pagination/next-cursor/string",
		Title:  "nextCursor is a string, and left out on the last page",
		Claims: claims{Handshake: ids{"pagination.next-cursor.string"}, Stateless: ids{"pagination.next-cursor-string"}},
		Watch:  paginationString,
		Fix:    "Leave nextCursor out when there are no more pages; null is not allowed.",
	}, {
		ID:     "pagination/next-cursor/accepted",
		Title:  "a cursor that the server gave leads to the next page",
		Claims: claims{Handshake: ids{"pagination.next-cursor.accepted"}, Stateless: ids{"pagination.traversal-terminates"}},
		Run:    paginationAccepted,
	}, {
		ID:     "pagination/next-cursor/ends",
		Title:  "following the cursors ends and gives nothing twice",
		Claims: claims{Handshake: ids{"pagination.next-cursor.terminates"}, Stateless: ids{"pagination.traversal-terminates"}},
		Run:    paginationEnds,
	}, {
		ID:     "pagination/cursor/stable",
		Title:  "a cursor leads to the same page again",
		Claims: claims{Handshake: ids{"pagination.cursor.stable"}, Stateless: ids{"pagination.stable-cursors"}},
		Run:    paginationStable,
		Fix:    "Let a cursor say where a page begins, instead of counting what was sent.",
	}, {
		ID:     "pagination/cursor/invalid",
		Title:  "a cursor that the server never gave is refused with -32602",
		Claims: claims{Handshake: ids{"pagination.cursor.invalid-32602"}, Stateless: ids{"pagination.invalid-cursor"}},
		Reach:  conformance.Provoke,
		Run:    paginationInvalid,
		Fix:    "Refuse every cursor that is not one of the server's own; a server without pages has none.",
	}, {
		ID:     "pagination/cursor/type",
		Title:  "a cursor that is no string is refused as invalid",
		Claims: claims{Stateless: ids{"pagination.invalid-cursor-type"}},
		Reach:  conformance.Provoke,
		Run:    paginationType,
	}, {
		ID:     "pagination/cursor/harmless",
		Title:  "odd cursors get an answer and leave the server serving",
		Claims: claims{Handshake: ids{"pagination.cursor.invalid-graceful"}, Stateless: ids{"pagination.invalid-cursor"}},
		Reach:  conformance.Provoke,
		Run:    paginationHarmless,
	}}}
}

// paginationLists are the lists that come in pages.
func paginationLists() []string {
	return []string{"tools", "resources", "resources/templates", "prompts"}
}

// paginationEachDeclared calls look with every list that the server declares.
func paginationEachDeclared(p *conformance.Probe, look func(what string) error) error {
	for _, what := range paginationLists() {
		capability, _, _ := strings.Cut(what, "/")
		if p.Missing(capability) != "" {
			continue
		}
		if err := look(what); err != nil {
			return err
		}
	}
	return nil
}

// paginationEach calls look with every list that the server declares and gives, as
// far as it gave it. A list that is not given is for its own check to judge.
func paginationEach(ctx context.Context, p *conformance.Probe, look func(what string, l *conformance.Listing) error) error {
	return paginationEachDeclared(p, func(what string) error {
		l, err := p.List(ctx, what)
		switch {
		case l == nil:
			return err
		case !l.Pages[0].Result().Exists():
			return nil
		}
		return look(what, l)
	})
}

const (
	paginationNoLists = "the server gives no lists"
	paginationNoPages = "no list has more than one page"
)

func paginationParams(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	err := paginationEachDeclared(p, func(what string) error {
		method := what + "/list"
		bare, err := p.Ask(ctx, method, nil)
		if err != nil {
			return err
		}
		empty, err := p.Ask(ctx, method, map[string]any{})
		if err != nil {
			return err
		}
		switch {
		case bare.Result().Exists() && empty.Result().Exists():
			j.Saw(bare)
		case bare.Result().Exists():
			j.Failf(empty, "%s is answered without params, but with {} it got %s", method, outcome(empty))
		case empty.Result().Exists():
			j.Failf(bare, "%s is answered with {} as params, but without any it got %s", method, outcome(bare))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return j.Err(paginationNoLists)
}

func paginationString(t *conformance.Traffic) error {
	j := t.Judge()
	for _, what := range paginationLists() {
		for m := range t.Results(what + "/list") {
			j.Met(m)
			if next := m.Result().Get("nextCursor"); next.Exists() && !next.Is(mcp.String) {
				j.Faultf(m, "/result/nextCursor", "nextCursor of %s/list must be a string or left out, not %s", what, aKind(next))
			}
		}
	}
	return j.Err(paginationNoLists)
}

func paginationAccepted(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	err := paginationEach(ctx, p, func(what string, l *conformance.Listing) error {
		for _, page := range l.Pages[1:] {
			j.Saw(page)
			if !page.Result().Exists() {
				j.Failf(page, "%s gave a cursor and refused it: %s", l.Method, outcome(page))
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return j.Err(paginationNoPages)
}

func paginationEnds(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	err := paginationEach(ctx, p, func(what string, l *conformance.Listing) error {
		last := l.Pages[len(l.Pages)-1]
		switch {
		case len(l.Pages) == 1 || !last.Result().Exists():
			return nil
		case l.Endless != "":
			j.Failf(last, "the pages of %s do not end: %s", l.Method, l.Endless)
			return nil
		}
		j.Saw(last)
		for i, e := range l.Entries {
			for _, before := range l.Entries[:i] {
				if before.Page != e.Page && mcp.Equal(before.Value, e.Value) {
					descriptorFault(j, e, "", "the same entry of %s stands on two pages: %.80s", l.Method, e.Value)
					break
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return j.Err(paginationNoPages)
}

func paginationStable(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	err = paginationEach(ctx, p, func(what string, l *conformance.Listing) error {
		cursor := l.Pages[0].Result().Get("nextCursor")
		if len(l.Pages) == 1 || !l.Pages[1].Result().Exists() {
			return nil
		}
		again := s.Call(ctx, l.Method, map[string]any{"cursor": cursor})
		if again.Result().Exists() && mcp.Equal(paginationEntries(what, l.Pages[1]), paginationEntries(what, again)) {
			j.Saw(again)
			return nil
		}
		// What was listed may have changed meanwhile: then the first page tells.
		first := s.Call(ctx, l.Method, nil)
		if !mcp.Equal(paginationEntries(what, l.Pages[0]), paginationEntries(what, first)) {
			return nil
		}
		if !again.Result().Exists() {
			j.Failf(again, "%s took the cursor %.60q once, but the second time it got %s", l.Method, cursor.Text(), outcome(again))
		} else {
			j.Failf(again, "the cursor %.60q of %s led to another page the second time", cursor.Text(), l.Method)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return j.Err(paginationNoPages)
}

// paginationEntries are the entries on a page of a list.
func paginationEntries(what string, page *mcp.Exchange) mcp.Value {
	if what == "resources/templates" {
		what = "resourceTemplates"
	}
	return page.Result().Get(what)
}

// paginationRefused asks every list for pages that do not exist, which only
// the codes given answer well. The list itself, asked for before, was the
// control.
func paginationRefused(ctx context.Context, p *conformance.Probe, s *mcp.Session, codes []int64, cursors ...any) error {
	j := p.Judge()
	err := paginationEach(ctx, p, func(what string, l *conformance.Listing) error {
		for _, cursor := range cursors {
			x := s.Call(ctx, l.Method, map[string]any{"cursor": cursor})
			j.Saw(x)
			switch failure := x.RPCError(); {
			case failure == nil && x.Result().Exists():
				j.Failf(x, "%s took the cursor %s, which it never gave, and gave a page", l.Method, mcp.ValueOf(cursor))
			case failure == nil:
				j.Failf(x, "%s with the cursor %s got no answer: %s", l.Method, mcp.ValueOf(cursor), outcome(x))
			case !slices.Contains(codes, failure.Code):
				j.Failf(x, "%s refused the cursor %s with %d, not %d", l.Method, mcp.ValueOf(cursor), failure.Code, mcp.CodeInvalidParams)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return j.Err(paginationNoLists)
}

func paginationInvalid(ctx context.Context, p *conformance.Probe) error {
	s, err := p.Shared(ctx)
	if err != nil {
		return err
	}
	return paginationRefused(ctx, p, s, []int64{mcp.CodeInvalidParams}, "mcpctl-invalid-cursor")
}

// paginationType takes -32600, too: nothing says whether such a request has
// bad params or is none at all.
func paginationType(ctx context.Context, p *conformance.Probe) error {
	s, err := p.Fresh(ctx)
	if err != nil {
		return err
	}
	return paginationRefused(ctx, p, s, []int64{mcp.CodeInvalidParams, mcp.CodeInvalidRequest}, 5, map[string]any{})
}

func paginationHarmless(ctx context.Context, p *conformance.Probe) error {
	j := p.Judge()
	s, err := p.Fresh(ctx)
	if err != nil {
		return err
	}
	if _, err := p.Control(ctx, s); err != nil {
		return err
	}
	odd := []struct {
		kind   string
		cursor any
	}{
		{"an empty", ""},
		{"a very long", strings.Repeat("mcpctl", 1700)},
		{"a garbled", "%00\u202e\x7f="},
		{"a numeric", 5},
	}
	err = paginationEach(ctx, p, func(what string, l *conformance.Listing) error {
		for _, o := range odd {
			if j.Bad() {
				return nil // a server that is down answers nothing else either
			}
			x := s.Call(ctx, l.Method, map[string]any{"cursor": o.cursor})
			j.Saw(x)
			if x.Reply() == nil {
				j.Failf(x, "%s with %s cursor got no answer: %s", l.Method, o.kind, outcome(x))
			}
		}
		return nil
	})
	switch {
	case j.Bad():
		return j.Err("")
	case err != nil:
		return err
	}
	if x, err := p.Control(ctx, s); err != nil {
		j.Failf(x, "after odd cursors the server serves no more: %v", err)
	}
	return j.Err(paginationNoLists)
}
