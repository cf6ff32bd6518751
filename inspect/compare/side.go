package compare

import (
	"slices"

	"github.com/mcpctl/mcpctl/mcp"
)

// Side is one of the two that are compared. An empty list says that the server
// offers none; in a recording, nil says that it was not asked for.
type Side struct {
	// Name is what a person calls it, as in "everything @ 2025-11-25".
	Name     string
	Revision mcp.Revision
	// Server is the result of the opening exchange.
	Server                               mcp.Value
	Tools, Prompts, Resources, Templates []mcp.Value
	// Unfinished are the methods of lists of which a recording lacks the last pages.
	Unfinished []string
	// Calls are those that a session or recording has, in order.
	Calls []Call
}

// Call is a request and what became of it.
type Call struct {
	Method string
	Params mcp.Value // without _meta
	// Result is the result, Error the JSON-RPC error; both are Absent for a call
	// that got no answer.
	Result, Error mcp.Value
}

// maxCalls bounds the calls that are kept of frames.
const maxCalls = 2_000

// OfFrames makes a Side of what crossed a connection, or was recorded. Pages of
// a list follow each other; a list that was read again replaces what it was.
func OfFrames(name string, frames []mcp.Frame) Side {
	s := Side{Name: name}
	asked := map[string]mcp.Message{}
	for _, f := range frames {
		for _, m := range f.Messages() {
			switch {
			case f.Direction == mcp.Sent && m.MessageKind() == mcp.RequestMessage:
				asked[m.ID().String()] = m
			case f.Direction == mcp.Received && m.MessageKind() == mcp.ResponseMessage:
				if request, ok := asked[m.ID().String()]; ok {
					delete(asked, m.ID().String())
					s.take(request, m)
				}
			}
		}
	}
	return s
}

// take takes in a request of the client's and its response.
func (s *Side) take(request, response mcp.Message) {
	result, params := response.Result(), request.Params()
	switch request.Method() {
	case "initialize", "server/discover":
		if result.Exists() {
			s.Server = result
		}
		s.Revision = mcp.Revision(result.Get("protocolVersion").Text())
		if s.Revision == "" {
			s.Revision = mcp.Revision(params.Get("_meta", mcp.MetaVersion).Text())
		}
	case "tools/list":
		s.page("tools/list", result)
		gather(&s.Tools, params, result.Get("tools"))
	case "prompts/list":
		s.page("prompts/list", result)
		gather(&s.Prompts, params, result.Get("prompts"))
	case "resources/list":
		s.page("resources/list", result)
		gather(&s.Resources, params, result.Get("resources"))
	case "resources/templates/list":
		s.page("resources/templates/list", result)
		gather(&s.Templates, params, result.Get("resourceTemplates"))
	case "tools/call", "resources/read", "prompts/get", "completion/complete":
		if len(s.Calls) < maxCalls {
			s.Calls = append(s.Calls, Call{request.Method(), without(params, "_meta"), result, response.Get("error")})
		}
	}
}

// page notes whether a list goes on after a page.
func (s *Side) page(method string, result mcp.Value) {
	s.Unfinished = slices.DeleteFunc(s.Unfinished, func(m string) bool { return m == method })
	if result.Get("nextCursor").Is(mcp.String) {
		s.Unfinished = append(s.Unfinished, method)
	}
}

// gather adds a page to a list; the first page begins it anew.
func gather(list *[]mcp.Value, params, page mcp.Value) {
	if !params.Has("cursor") && page.Is(mcp.Array) {
		*list = []mcp.Value{}
	}
	*list = append(*list, page.Items()...)
}

// without is an object without some members.
func without(v mcp.Value, names ...string) mcp.Value {
	if !v.Is(mcp.Object) {
		return v
	}
	kept := map[string]any{}
	for _, m := range v.Members() {
		kept[m.Name] = m.Value
	}
	for _, name := range names {
		delete(kept, name)
	}
	return mcp.ValueOf(kept)
}
