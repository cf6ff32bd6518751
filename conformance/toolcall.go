package conformance

import (
	"maps"
	"slices"
	"sync"

	"github.com/mcpctl/mcpctl/conformance/schema"
	"github.com/mcpctl/mcpctl/mcp"
)

// ToolCall is a well-formed call of a listed tool, with the headers that the
// tool asks for.
func ToolCall(tool Entry, arguments any) mcp.Request {
	return mcp.Request{
		Method: "tools/call",
		Params: map[string]any{"name": tool.Get("name").Text(), "arguments": arguments},
		Header: mcp.ParamHeaders(tool.Get("inputSchema"), mcp.ValueOf(arguments)),
	}
}

// ExampleCall is a ToolCall with made-up arguments that fit the tool's schema.
// The error says why none could be made up.
func ExampleCall(tool Entry) (mcp.Request, error) {
	arguments, err := tool.Example()
	if err != nil {
		return mcp.Request{}, err
	}
	return ToolCall(tool, arguments), nil
}

// newEntry is an entry of a listing, which many checks share: what its schema
// asks for is found out once.
func newEntry(v mcp.Value, page *mcp.Exchange, pointer string) Entry {
	return Entry{v, page, pointer, sync.OnceValues(func() (any, error) {
		return schema.Example(v.Get("inputSchema").Raw())
	})}
}

// Example are made-up arguments that fit the tool's schema, the caller's own.
// The error says why none could be made up.
func (e Entry) Example() (any, error) {
	if e.example == nil { // no entry of a listing
		return schema.Example(e.Get("inputSchema").Raw())
	}
	arguments, err := e.example()
	return cloneJSON(arguments), err
}

// cloneJSON copies what encoding/json would read a value into.
func cloneJSON(v any) any {
	switch v := v.(type) {
	case map[string]any:
		all := maps.Clone(v)
		for name, member := range all {
			all[name] = cloneJSON(member)
		}
		return all
	case []any:
		all := slices.Clone(v)
		for i, item := range all {
			all[i] = cloneJSON(item)
		}
		return all
	}
	return v
}
