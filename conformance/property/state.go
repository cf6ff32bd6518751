package property

import (
	"context"
	"slices"

	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/mcp"
)

// maxRead bounds the resources whose contents are compared.
const maxRead = 10

// state is what can be seen of a server without calling tools: its lists, by
// method, and the contents of its first resources, by address.
type state map[string]mcp.Value

// look takes the state. What cannot be had is left out.
func look(ctx context.Context, s *mcp.Session) state {
	seen := state{}
	for _, what := range listsOf(s) {
		l, err := conformance.FetchList(ctx, s, what)
		if err != nil || l.Endless != "" {
			continue
		}
		entries := []mcp.Value{}
		for _, e := range l.Entries {
			entries = append(entries, e.Value)
		}
		seen[l.Method] = mcp.ValueOf(entries)
		if what != "resources" {
			continue
		}
		for _, e := range entries[:min(len(entries), maxRead)] {
			uri := e.Get("uri").Text()
			if x := s.Do(ctx, mcp.Request{Method: "resources/read", Params: map[string]any{"uri": uri}}); x.Result().Exists() {
				seen["the resource "+uri] = x.Result().Get("contents")
			}
		}
	}
	return seen
}

// steady is the state without what changes by itself.
func steady(ctx context.Context, s *mcp.Session) state {
	first, second := look(ctx, s), look(ctx, s)
	for key, value := range first {
		if again, ok := second[key]; !ok || !mcp.Equal(value, again) {
			delete(first, key)
		}
	}
	return first
}

// differs names what is other in a later state.
func (s state) differs(later state) []string {
	var keys []string
	for key, value := range s {
		if now, ok := later[key]; ok && !mcp.Equal(value, now) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// since names what is other now, and stays so.
func (s state) since(ctx context.Context, session *mcp.Session) []string {
	after := look(ctx, session)
	keys := s.differs(after)
	if len(keys) == 0 {
		return nil
	}
	restless := after.differs(look(ctx, session))
	return slices.DeleteFunc(keys, func(key string) bool { return slices.Contains(restless, key) })
}

// listsOf are the lists that a server declares.
func listsOf(s *mcp.Session) []string {
	var all []string
	capabilities := s.Capabilities()
	for _, what := range []string{"tools", "resources", "prompts"} {
		if !capabilities.Has(what) {
			continue
		}
		all = append(all, what)
		if what == "resources" {
			all = append(all, "resources/templates")
		}
	}
	return all
}
