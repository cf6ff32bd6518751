package rbac

import (
	"context"
	"fmt"
	"slices"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/calls"
)

// Guard is middleware that refuses what the policy does not allow and leaves it
// out of lists.
type Guard struct {
	Policy *Policy
	Caller func(mcp.Request) Caller
	Denied func(ctx context.Context, method string, req mcp.Request) // told of refusals; may be nil
}

// Middleware is the guard as the server wants it.
func (g Guard) Middleware(next mcp.MethodHandler) mcp.MethodHandler {
	return func(ctx context.Context, method string, req mcp.Request) (mcp.Result, error) {
		caller := g.Caller(req)
		if err := g.check(caller, req); err != nil {
			if g.Denied != nil {
				g.Denied(ctx, method, req)
			}
			return nil, err
		}
		result, err := next(ctx, method, req)
		if err != nil {
			return nil, err
		}
		return g.filter(caller, result), nil
	}
}

func (g Guard) check(caller Caller, req mcp.Request) error {
	if listen, ok := req.(*mcp.SubscriptionsListenRequest); ok && listen.Params.Notifications != nil {
		for _, uri := range listen.Params.Notifications.ResourceSubscriptions {
			if err := g.one(caller, calls.Resource, uri); err != nil {
				return err
			}
		}
	}
	if kind, name := calls.Target(req); kind != "" {
		return g.one(caller, kind, name)
	}
	return nil
}

func (g Guard) one(caller Caller, kind, name string) error {
	ok, why := g.Policy.Allows(caller, kind, name)
	if ok {
		return nil
	}
	return calls.Refusal{
		Code:    calls.CodeForbidden,
		Reason:  "forbidden",
		Message: fmt.Sprintf("%q may not use the %s %q: %s", caller.ID, kind, name, why),
		Hint:    "ask the operator of this server for a role or scope that allows it",
	}.Err()
}

// filter returns lists without what the caller may not use. They are copied:
// others may share them.
func (g Guard) filter(caller Caller, result mcp.Result) mcp.Result {
	refused := func(kind, name string) bool {
		ok, _ := g.Policy.Allows(caller, kind, name)
		return !ok
	}
	switch r := result.(type) {
	case *mcp.ListToolsResult:
		list := *r
		list.Tools = slices.DeleteFunc(slices.Clone(r.Tools), func(t *mcp.Tool) bool { return refused(calls.Tool, t.Name) })
		return &list
	case *mcp.ListPromptsResult:
		list := *r
		list.Prompts = slices.DeleteFunc(slices.Clone(r.Prompts), func(p *mcp.Prompt) bool { return refused(calls.Prompt, p.Name) })
		return &list
	case *mcp.ListResourcesResult:
		list := *r
		list.Resources = slices.DeleteFunc(slices.Clone(r.Resources), func(x *mcp.Resource) bool { return refused(calls.Resource, x.URI) })
		return &list
	case *mcp.ListResourceTemplatesResult:
		list := *r
		list.ResourceTemplates = slices.DeleteFunc(slices.Clone(r.ResourceTemplates), func(x *mcp.ResourceTemplate) bool { return refused(calls.Resource, x.URITemplate) })
		return &list
	}
	return result
}
