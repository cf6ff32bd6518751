package tape

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/mcpctl/mcpctl/mcp"
)

// request is what makes two requests the same: the method and the params, but
// for what names this one request or tells of the client alone.
func request(m mcp.Message) string {
	var out bytes.Buffer
	out.WriteString(m.Method())
	for _, p := range sorted(m.Params()) {
		if p.Name == "_meta" {
			continue
		}
		out.WriteByte(0)
		canonical(&out, mcp.ValueOf(p.Name))
		canonical(&out, p.Value)
	}
	return out.String()
}

// canonical writes a value so that equal ones are written the same.
func canonical(out *bytes.Buffer, v mcp.Value) {
	switch v.Kind() {
	case mcp.Object:
		out.WriteByte('{')
		for _, m := range sorted(v) {
			canonical(out, mcp.ValueOf(m.Name))
			out.WriteByte(':')
			canonical(out, m.Value)
			out.WriteByte(',')
		}
		out.WriteByte('}')
	case mcp.Array:
		out.WriteByte('[')
		for _, item := range v.Items() {
			canonical(out, item)
			out.WriteByte(',')
		}
		out.WriteByte(']')
	case mcp.String:
		out.Write(mcp.ValueOf(v.Text()).Raw())
	default:
		out.Write(v.Raw())
	}
}

// sorted are the members of an object by name.
func sorted(v mcp.Value) []mcp.Member {
	all := slices.Clone(v.Members())
	slices.SortStableFunc(all, func(a, b mcp.Member) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// loose reports whether requests of a method are the same whatever their
// params: those that open a session tell of the client, not of what it wants.
func loose(method string) bool {
	return method == "initialize" || method == "server/discover" || method == "ping" || strings.HasPrefix(method, "notifications/")
}

// idKey is an id as a map's key.
func idKey(id mcp.Value) string {
	if id.Is(mcp.String) {
		return `"` + id.Text()
	}
	return string(id.Raw())
}

// replaced is an object with another value at the end of a path of members. What
// is not there stays away.
func replaced(v mcp.Value, with mcp.Value, path ...string) mcp.Value {
	if len(path) == 0 {
		return with
	}
	if !v.Get(path...).Exists() {
		return v
	}
	var out bytes.Buffer
	for i, m := range v.Members() {
		out.WriteByte("{,"[min(i, 1)])
		out.Write(mcp.ValueOf(m.Name).Raw())
		out.WriteByte(':')
		value := m.Value
		if m.Name == path[0] {
			value = replaced(value, with, path[1:]...)
		}
		out.Write(value.Raw())
	}
	out.WriteByte('}')
	changed, err := mcp.Parse(out.Bytes())
	if err != nil { // it is made of valid parts
		return v
	}
	return changed
}
