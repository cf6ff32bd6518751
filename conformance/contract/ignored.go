package contract

import (
	"strings"

	"github.com/mcpctl/mcpctl/conformance/schema"
	"github.com/mcpctl/mcpctl/mcp"
)

// ignoredCall is a call's arguments with one that the new schema does not know any
// more and takes all the same; Absent if none could be made. Both schemas have
// judged it.
func (s schemaChange) ignoredCall(pointer string) mcp.Value {
	name := unescape(strings.TrimPrefix(pointer, "/"))
	if strings.Contains(strings.TrimPrefix(pointer, "/"), "/") {
		return mcp.Value{} // deeper, an example does not show it any better
	}
	var members []mcp.Member
	required := []any{name}
	for _, m := range s.before.Members() {
		if m.Name != "required" {
			members = append(members, m)
			continue
		}
		for _, one := range m.Value.Items() {
			if one.Text() != name {
				required = append(required, one)
			}
		}
	}
	example, err := schema.Example(object(append(members, mcp.Member{Name: "required", Value: mcp.ValueOf(required)})).Raw())
	if err != nil {
		return mcp.Value{}
	}
	arguments := mcp.ValueOf(example)
	if !valid(s.before, arguments) || !valid(s.after, arguments) {
		return mcp.Value{}
	}
	return arguments
}

// object is an object of these members.
func object(members []mcp.Member) mcp.Value {
	all := map[string]any{}
	for _, m := range members {
		all[m.Name] = m.Value
	}
	return mcp.ValueOf(all)
}

// valid reports whether a schema takes a value.
func valid(raw, value mcp.Value) bool {
	v, err := schema.Compile(raw.Raw())
	if err != nil {
		return false
	}
	problems, err := v.Validate(value.Raw())
	return err == nil && len(problems) == 0
}
