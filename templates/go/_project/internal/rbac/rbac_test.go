package rbac

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"example.com/acme-server/internal/calls"
)

const policy = `
roles:
  operator: {tools: ["*"], resources: ["*"], prompts: ["*"]}
  reader: {tools: [list_*], resources: ["notes://*/public"]}
callers:
  user:alice: [operator]
  user:bob: []
needs:
  tool:delete_*: [notes:delete]
`

func who(id string, scopes ...string) Caller {
	return Caller{id, func(scope string) bool { return slices.Contains(scopes, scope) }}
}

func TestAllows(t *testing.T) {
	p, err := New(Config{Policy: policy})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		caller     Caller
		kind, name string
		want       bool
	}{
		{who("user:alice"), calls.Tool, "add_note", true},
		{who("user:alice"), calls.Prompt, "p", true},
		{who("user:alice"), calls.Tool, "delete_note", false}, // the capability is missing
		{who("user:alice", "notes:delete"), calls.Tool, "delete_note", true},
		{who("user:eve"), calls.Tool, "list_notes", false}, // no role: denied by default
		{who("user:eve", "reader"), calls.Tool, "list_notes", true},
		{who("user:eve", "reader"), calls.Tool, "add_note", false},
		{who("user:eve", "reader"), calls.Prompt, "p", false},
		{who("user:eve", "reader"), calls.Resource, "notes://a/b/public", true},
		{who("user:eve", "reader"), calls.Resource, "notes://a/private", false},
		{who("user:bob", "operator"), calls.Tool, "list_notes", false}, // listed: scopes give no role
	} {
		if got, why := p.Allows(test.caller, test.kind, test.name); got != test.want {
			t.Errorf("%s, %s %s: %t (%s), want %t", test.caller.ID, test.kind, test.name, got, why, test.want)
		}
	}
}

func TestBuiltIn(t *testing.T) {
	p, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	if ok, why := p.Allows(who("local"), calls.Tool, "any"); !ok {
		t.Errorf("the local caller may not use a tool: %s", why)
	}
	if ok, _ := p.Allows(who("user:eve"), calls.Tool, "any"); ok {
		t.Error("a caller without a role may use a tool")
	}
}

func TestBadPolicies(t *testing.T) {
	for _, bad := range []string{"rules: {}", "callers: {a: [b]}", "needs: {delete: [x]}", "roles: ["} {
		if err := (Config{Policy: bad}).Validate(); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
	if p, err := New(Config{Policy: `{"roles": {"r": {"tools": ["a"]}}, "callers": {"c": ["r"]}}`}); err != nil || len(p.Roles) != 1 {
		t.Errorf("JSON: %v", err)
	}
}

func TestMatch(t *testing.T) {
	for _, test := range []struct {
		pattern, name string
		want          bool
	}{
		{"*", "", true}, {"*", "x", true}, {"a", "a", true}, {"a", "ab", false}, {"a*", "ab", true},
		{"*b", "ab", true}, {"*b", "abc", false}, {"a*c*e", "abcde", true}, {"a*c*e", "ace", true},
		{"a*c*e", "aec", false}, {"a*a", "a", false}, {"", "", true}, {"", "x", false},
	} {
		if got := match(test.pattern, test.name); got != test.want {
			t.Errorf("match(%q, %q) = %t", test.pattern, test.name, got)
		}
	}
}

func TestGuard(t *testing.T) {
	p, err := New(Config{Policy: policy})
	if err != nil {
		t.Fatal(err)
	}
	denied := 0
	guard := Guard{
		Policy: p,
		Caller: func(mcp.Request) Caller { return who("user:eve", "reader") },
		Denied: func(context.Context, string, mcp.Request) { denied++ },
	}
	list := &mcp.ListToolsResult{Tools: []*mcp.Tool{{Name: "list_notes"}, {Name: "add_note"}}}
	handler := guard.Middleware(func(context.Context, string, mcp.Request) (mcp.Result, error) { return list, nil })

	result, err := handler(t.Context(), "tools/list", &mcp.ListToolsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if tools := result.(*mcp.ListToolsResult).Tools; len(tools) != 1 || tools[0].Name != "list_notes" || len(list.Tools) != 2 {
		t.Errorf("filtered list has %d tools, the original %d", len(tools), len(list.Tools))
	}

	for method, req := range map[string]mcp.Request{
		"tools/call":           &mcp.CallToolRequest{Params: &mcp.CallToolParamsRaw{Name: "add_note"}},
		"subscriptions/listen": &mcp.SubscriptionsListenRequest{Params: &mcp.SubscriptionsListenParams{Notifications: &mcp.NotificationSubscriptions{ResourceSubscriptions: []string{"notes://a/private"}}}},
	} {
		_, err := handler(t.Context(), method, req)
		var refusal *jsonrpc.Error
		if !errors.As(err, &refusal) || refusal.Code != calls.CodeForbidden {
			t.Errorf("%s: error = %v, want a refusal", method, err)
		}
	}
	if denied != 2 {
		t.Errorf("told of %d refusals, want 2", denied)
	}
	if _, err := handler(t.Context(), "tools/call", &mcp.CallToolRequest{Params: &mcp.CallToolParamsRaw{Name: "list_notes"}}); err != nil {
		t.Errorf("an allowed call: %v", err)
	}
}
