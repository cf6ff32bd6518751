package compare

import (
	"fmt"

	"github.com/mcpctl/mcpctl/mcp"
)

// facts are what a server says of itself, as entries.
func facts(s Side) []mcp.Member {
	info := s.Server.Get("serverInfo")
	if !info.Exists() {
		info = s.Server.Get("_meta", mcp.MetaServerInfo)
	}
	var all []mcp.Member
	for _, one := range []mcp.Member{
		{Name: "revision", Value: text(string(s.Revision))},
		{Name: "name", Value: info.Get("name")},
		{Name: "version", Value: info.Get("version")},
		{Name: "title", Value: info.Get("title")},
		{Name: "instructions", Value: s.Server.Get("instructions")},
	} {
		if one.Value.Exists() {
			all = append(all, one)
		}
	}
	return all
}

func text(s string) mcp.Value {
	if s == "" {
		return mcp.Value{}
	}
	return mcp.ValueOf(s)
}

// listed are the entries of a list, by the member that names them.
func listed(id string, entries []mcp.Value) []mcp.Member {
	all := make([]mcp.Member, 0, len(entries))
	for _, entry := range entries {
		all = append(all, mcp.Member{Name: entry.Get(id).Text(), Value: entry})
	}
	return all
}

// called are the calls, each named by what was asked; the second call of the same
// stands apart from the first.
func called(calls []Call) []mcp.Member {
	times := map[string]int{}
	all := make([]mcp.Member, 0, len(calls))
	for _, c := range calls {
		name := c.Method
		for _, member := range []string{"name", "uri"} {
			if what := c.Params.Get(member).Text(); what != "" {
				name += " " + what
			}
		}
		if arguments := c.Params.Get("arguments"); arguments.Len() > 0 {
			name += " " + clipped(arguments.String())
		}
		if times[name]++; times[name] > 1 {
			name += fmt.Sprintf(" (%d)", times[name])
		}
		outcome := map[string]any{}
		if c.Result.Exists() {
			outcome["result"] = without(c.Result, "_meta", "resultType", "ttlMs", "cacheScope")
		}
		if c.Error.Exists() {
			outcome["error"] = c.Error
		}
		all = append(all, mcp.Member{Name: name, Value: mcp.ValueOf(outcome)})
	}
	return all
}

// clipped is a text short enough for a name.
func clipped(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && s[cut]&0xc0 == 0x80 {
		cut--
	}
	return s[:cut] + "…"
}
