package property

import (
	"context"
	"fmt"
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/conformance/schema"
	"github.com/mcpctl/mcpctl/mcp"
)

const (
	maxCursors = 10 // asked for again, of one list
	maxDetails = 10 // of one finding
)

// lists asks for every list twice and for some pages a third time. It returns the
// tools.
func (s *survey) lists(ctx context.Context, session *mcp.Session) []conformance.Entry {
	var tools []conformance.Entry
	for _, what := range listsOf(session) {
		first, err := conformance.FetchList(ctx, session, what)
		if what == "tools" {
			tools = first.Entries
		}
		if err != nil {
			continue // the judge of the protocol has a check for that
		}
		s.pages(what, first)
		second, err := conformance.FetchList(ctx, session, what)
		if err != nil {
			s.judged[listContent]++
			s.broken(listContent, second.Method+" was answered, and asked again it was not", nil, second.Pages[len(second.Pages)-1])
			continue
		}
		if s.same(what, first, second) {
			s.cursors(ctx, session, what, first)
		}
	}
	return tools
}

// same compares two fetches of a list, entry by entry.
func (s *survey) same(what string, first, second *conformance.Listing) bool {
	s.judged[listContent]++
	one, two := keyed(what, first), keyed(what, second)
	for _, key := range slices.Sorted(keys(one, two)) {
		was, isOld := one[key]
		is, isNew := two[key]
		message := ""
		switch {
		case !isOld:
			message = "is there when asked again, and was not before"
		case !isNew:
			message = "is not there any more when asked again"
		case !mcp.Equal(was.Value, is.Value):
			message = "is described otherwise when asked again"
		}
		if message != "" {
			s.broken(listContent, fmt.Sprintf("in %s, %.80q %s", first.Method, key, message), nil, page(was, first), page(is, second))
			return false
		}
	}
	s.judged[listOrder]++
	for i := range min(len(first.Entries), len(second.Entries)) {
		if was, is := key(what, first.Entries[i]), key(what, second.Entries[i]); was != is {
			s.broken(listOrder, fmt.Sprintf("in %s, number %d was %.80q and is %.80q when asked again", first.Method, i+1, was, is), nil,
				first.Entries[i].Page, second.Entries[i].Page)
			return false
		}
	}
	return true
}

// pages judges that the pages of a list end and hold each entry once.
func (s *survey) pages(what string, l *conformance.Listing) {
	if len(l.Pages) < 2 {
		return
	}
	s.judged[listPages]++
	if l.Endless != "" {
		s.broken(listPages, "the pages of "+l.Method+" do not end: "+l.Endless, nil, l.Pages[:2]...)
		return
	}
	on := map[string]*mcp.Exchange{}
	for _, e := range l.Entries {
		k := key(what, e)
		if earlier := on[k]; earlier != nil && earlier != e.Page {
			s.broken(listPages, fmt.Sprintf("in %s, %.80q stands on two pages", l.Method, k), nil, earlier, e.Page)
			return
		}
		on[k] = e.Page
	}
}

// cursors asks for pages again by their cursors.
func (s *survey) cursors(ctx context.Context, session *mcp.Session, what string, l *conformance.Listing) {
	for i := 1; i < min(len(l.Pages), maxCursors+1); i++ {
		cursor := l.Pages[i-1].Result().Get("nextCursor").Text()
		again := session.Call(ctx, l.Method, map[string]any{"cursor": cursor})
		if ctx.Err() != nil {
			return
		}
		s.judged[listCursor]++
		_, member := listOf(what)
		if !mcp.Equal(l.Pages[i].Result().Get(member), again.Result().Get(member)) {
			s.broken(listCursor, fmt.Sprintf("the cursor %.60q of %s leads to another page when it is used again", cursor, l.Method), nil, l.Pages[i], again)
			return
		}
	}
}

// schemas judges the defaults and examples of tools.
func (s *survey) schemas(tools []conformance.Entry) {
	for _, tool := range tools {
		details := map[string][]string{}
		for _, which := range []string{"inputSchema", "outputSchema"} {
			if !tool.Has(which) {
				continue
			}
			misfits, judged, err := schema.Misfits(tool.Get(which).Raw())
			if err != nil {
				continue // the judge of the protocol has checks for that
			}
			s.judged[schemaDefault] += judged["default"]
			s.judged[schemaExample] += judged["examples"]
			for _, m := range misfits {
				rule := schemaDefault
				if m.Keyword == "examples" {
					rule = schemaExample
				}
				if len(details[rule]) < maxDetails {
					details[rule] = append(details[rule], fmt.Sprintf("%s, %s%s: %s is refused there: %s", tool.Get("name").Text(), which, m.Pointer, show(m.Value), m.Problem))
				}
			}
		}
		for _, rule := range []string{schemaDefault, schemaExample} {
			if all := details[rule]; len(all) > 0 {
				s.broken(rule, all[0], all[:len(all)*min(1, len(all)-1)], tool.Page)
			}
		}
	}
}

// listOf says what names an entry of a list, and which member holds the list.
func listOf(what string) (key, member string) {
	switch what {
	case "resources":
		return "uri", "resources"
	case "resources/templates":
		return "uriTemplate", "resourceTemplates"
	}
	return "name", what
}

func key(what string, e conformance.Entry) string {
	name, _ := listOf(what)
	return e.Get(name).Text()
}

func keyed(what string, l *conformance.Listing) map[string]conformance.Entry {
	all := map[string]conformance.Entry{}
	for _, e := range l.Entries {
		all[key(what, e)] = e
	}
	return all
}

// keys are those of both maps.
func keys(one, two map[string]conformance.Entry) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range one {
			if !yield(k) {
				return
			}
		}
		for k := range two {
			if _, ok := one[k]; !ok && !yield(k) {
				return
			}
		}
	}
}

// page is the exchange that an entry came in, or the first of the list when there
// is no such entry.
func page(e conformance.Entry, l *conformance.Listing) *mcp.Exchange {
	if e.Page != nil {
		return e.Page
	}
	return l.Pages[0]
}
