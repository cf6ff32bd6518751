package checks

import (
	"context"
	"fmt"
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// What the lists of resources and prompts have in common. Each function makes
// the Run of a check about the list named by what, as in Probe.List.

// surfaceKey is the member that tells the entries of a list apart.
func surfaceKey(what string) string {
	switch what {
	case "resources":
		return "uri"
	case "resources/templates":
		return "uriTemplate"
	}
	return "name"
}

// surfaceAnswers judges whether a declared list is given, on every page.
func surfaceAnswers(what string) func(context.Context, *conformance.Probe) error {
	return func(ctx context.Context, p *conformance.Probe) error {
		l, err := p.List(ctx, what)
		if l == nil {
			return err
		}
		j := p.Judge()
		for i, page := range l.Pages {
			if i > 0 && !page.Result().Exists() {
				continue // a cursor that is refused is pagination's affair
			}
			j.Saw(page)
			switch list := page.Result().Get(what); {
			case !page.Result().Exists():
				j.Failf(page, "%s got no result: %s", l.Method, outcome(page))
			case !list.Is(mcp.Array):
				j.Faultf(answerTo(page), "/result", "the result of %s must have an array %s, not %s", l.Method, what, aKind(list))
			}
		}
		return j.Err("")
	}
}

// surfaceDeclared judges whether who offers something declares it. The first
// of the lists that has entries counts.
func surfaceDeclared(capability string, lists ...string) func(context.Context, *conformance.Probe) error {
	return func(ctx context.Context, p *conformance.Probe) error {
		j := p.Judge()
		for method, member := range surfaceMembers(lists) {
			x, err := p.Ask(ctx, method, nil)
			if err != nil {
				return err
			}
			offered := x.Result().Get(member).Len()
			if offered == 0 {
				continue
			}
			j.Saw(x)
			if p.Missing(capability) != "" {
				j.Failf(x, "the server answers %s with %d entries, but does not declare the capability %s", method, offered, capability)
			}
			return j.Err("")
		}
		if p.Missing(capability) != "" {
			return conformance.Skipf("the server offers no %s", capability)
		}
		return conformance.Unprovenf("the server declares %s and lists none", capability)
	}
}

// surfaceMembers pairs the method of each list with its result's member.
func surfaceMembers(lists []string) func(func(method, member string) bool) {
	return func(yield func(string, string) bool) {
		for _, what := range lists {
			member := what
			if what == "resources/templates" {
				member = "resourceTemplates"
			}
			if !yield(what+"/list", member) {
				return
			}
		}
	}
}

// surfaceUnique judges whether no two entries of a list have the same key.
func surfaceUnique(what string) func(context.Context, *conformance.Probe) error {
	return func(ctx context.Context, p *conformance.Probe) error {
		key := surfaceKey(what)
		first := map[string]conformance.Entry{}
		return descriptors(ctx, p, what, "the server lists no "+what, func(j *conformance.Judge, e conformance.Entry) {
			name := e.Get(key)
			if !name.Is(mcp.String) {
				return
			}
			j.Saw(e.Page)
			if before, again := first[name.Text()]; again {
				descriptorFault(j, e, "/"+key, "the %s %.80q is listed twice, first at %s", key, name.Text(), before.Pointer)
			} else {
				first[name.Text()] = e
			}
		})
	}
}

// surfacePerConnection judges whether two connections are shown the same list.
func surfacePerConnection(what string) func(context.Context, *conformance.Probe) error {
	return func(ctx context.Context, p *conformance.Probe) error {
		j := p.Judge()
		open := p.Shared
		if p.AllowsTools {
			open = p.Fresh // tools that change the list may be running on the shared session
		}
		one, err := open(ctx)
		if err != nil {
			return err
		}
		two, err := p.Fresh(ctx)
		if err != nil {
			return err
		}
		// The list may change over time, so each is asked for twice.
		var lists [4]*conformance.Listing
		for i, s := range []*mcp.Session{one, two, one, two} {
			if lists[i], err = surfaceFetch(ctx, s, what); err != nil {
				return err
			}
			j.Saw(lists[i].Pages[0])
			if i == 1 && surfaceSame(what, lists[0], lists[1]) {
				return j.Err("")
			}
		}
		if !surfaceSame(what, lists[0], lists[2]) || !surfaceSame(what, lists[1], lists[3]) {
			return conformance.Unprovenf("the list changed while two connections were compared")
		}
		j.Failf(lists[1].Pages[0], "two connections are shown different %s: %s", what, surfaceDifference(what, lists[0], lists[1]))
		return j.Err("")
	}
}

// surfaceSideEffects judges whether a list stays as it is whatever else a
// connection asks for.
func surfaceSideEffects(what string) func(context.Context, *conformance.Probe) error {
	return func(ctx context.Context, p *conformance.Probe) error {
		j := p.Judge()
		before, after, err := surfaceAroundRequests(ctx, p, what)
		if err != nil {
			return err
		}
		j.Saw(after.Pages[0])
		if surfaceSame(what, before, after) {
			return j.Err("")
		}
		// The list may change over time: it must happen twice, each time anew.
		again, afterAgain, err := surfaceAroundRequests(ctx, p, what)
		if err != nil {
			return err
		}
		if !surfaceSame(what, before, again) || !surfaceSame(what, after, afterAgain) {
			return conformance.Unprovenf("the list changed (%s), but not only after other requests", surfaceDifference(what, before, after))
		}
		j.Failf(after.Pages[0], "other requests on the connection changed its %s: %s", what, surfaceDifference(what, before, after))
		return j.Err("")
	}
}

// surfaceAroundRequests fetches a list on a new connection before and after
// other requests on it that only read.
func surfaceAroundRequests(ctx context.Context, p *conformance.Probe, what string) (before, after *conformance.Listing, err error) {
	s, err := p.Fresh(ctx)
	if err != nil {
		return nil, nil, err
	}
	if before, err = surfaceFetch(ctx, s, what); err != nil {
		return nil, nil, err
	}
	for _, other := range []string{"tools", "prompts", "resources"} {
		if other != what && p.Missing(other) == "" {
			s.Call(ctx, other+"/list", nil)
		}
	}
	for i, e := range before.Entries {
		if i == 2 {
			break
		}
		surfaceUse(ctx, s, what, e)
	}
	after, err = surfaceFetch(ctx, s, what)
	return before, after, err
}

// surfaceUse reads a listed resource or gets a listed prompt.
func surfaceUse(ctx context.Context, s *mcp.Session, what string, e conformance.Entry) *mcp.Exchange {
	if what == "prompts" {
		return s.Call(ctx, "prompts/get", promptsGetParams(e))
	}
	return s.Call(ctx, "resources/read", map[string]any{"uri": e.Get("uri").Text()})
}

// surfaceFetch fetches a list on a session, all pages.
func surfaceFetch(ctx context.Context, s *mcp.Session, what string) (*conformance.Listing, error) {
	l, err := conformance.FetchList(ctx, s, what)
	switch {
	case err != nil:
		return nil, err
	case l.Endless != "":
		return nil, conformance.Unprovenf("the list of %s does not end: %s", what, l.Endless)
	}
	return l, nil
}

// surfaceKeys are the keys of a list's entries, sorted.
func surfaceKeys(what string, l *conformance.Listing) []string {
	all := make([]string, len(l.Entries))
	for i, e := range l.Entries {
		all[i] = e.Get(surfaceKey(what)).Text()
	}
	slices.Sort(all)
	return all
}

func surfaceSame(what string, a, b *conformance.Listing) bool {
	return slices.Equal(surfaceKeys(what, a), surfaceKeys(what, b))
}

// surfaceDifference says how one list differs from another, by an example.
func surfaceDifference(what string, a, b *conformance.Listing) string {
	m, n := surfaceKeys(what, a), surfaceKeys(what, b)
	only := func(these, those []string, where string) string {
		for _, key := range these {
			if !slices.Contains(those, key) {
				return fmt.Sprintf(", %.80q only in the %s list", key, where)
			}
		}
		return ""
	}
	example := only(m, n, "first")
	if example == "" {
		example = only(n, m, "second")
	}
	return fmt.Sprintf("%d and %d entries%s", len(m), len(n), example)
}
