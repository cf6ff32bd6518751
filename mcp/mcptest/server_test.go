package mcptest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// place is a transport and a revision that can be spoken on it.
type place struct {
	kind     mcp.TransportKind
	revision mcp.Revision
}

func (p place) String() string { return fmt.Sprintf("%s/%s", p.kind, p.revision) }

func (p place) modern() bool { return p.revision.Era() == mcp.Stateless }

// places are all combinations that the server serves.
func places() []place {
	var all []place
	for _, r := range mcp.Timeline() {
		for _, kind := range []mcp.TransportKind{mcp.Stdio, mcp.HTTP, mcp.SSE} {
			if kind != mcp.SSE || r.Era() == mcp.Handshake {
				all = append(all, place{kind, r})
			}
		}
	}
	return all
}

// everywhere runs a test in every place that accept takes, on a server of its
// own that shape may change.
func everywhere(t *testing.T, accept func(place) bool, shape func(*mcptest.Server), test func(t *testing.T, p place, s *mcp.Session)) {
	t.Helper()
	for _, p := range places() {
		if accept != nil && !accept(p) {
			continue
		}
		t.Run(p.String(), func(t *testing.T) {
			t.Parallel()
			server := mcptest.New()
			if shape != nil {
				shape(server)
			}
			test(t, p, mcptest.Dial(t, server.Target(t, p.kind), mcp.Options{Revision: p.revision, Listen: true, Answer: answer}))
		})
	}
}

// answer plays a willing user and model.
func answer(m mcp.Message) (any, *mcp.RPCError) {
	switch m.Method() {
	case "elicitation/create":
		if m.Params().Get("mode").Text() == "url" {
			return map[string]any{"action": "accept"}, nil
		}
		return map[string]any{"action": "accept", "content": map[string]any{"name": "Ada"}}, nil
	case "sampling/createMessage":
		return map[string]any{"role": "assistant", "model": "m", "content": mcptest.Text("word")}, nil
	case "roots/list":
		return map[string]any{"roots": []any{map[string]any{"uri": "file:///home"}}}, nil
	}
	return mcp.DefaultAnswer(m)
}

// all lists everything of a kind, page by page.
func all(t *testing.T, s *mcp.Session, method, member string) []mcp.Value {
	t.Helper()
	var items []mcp.Value
	params := map[string]any{}
	for page := 0; page < 50; page++ {
		x := s.Call(t.Context(), method, params)
		require.True(t, x.Result().Is(mcp.Object), "%s: %v %v", method, x.Err(), x.RPCError())
		items = append(items, x.Result().Get(member).Items()...)
		next := x.Result().Get("nextCursor")
		if !next.Exists() {
			return items
		}
		params["cursor"] = next.Text()
	}
	require.Fail(t, "the list does not end", method)
	return nil
}

// finish calls a method and, in the stateless era, answers what it asks for.
func finish(t *testing.T, s *mcp.Session, method string, params map[string]any) *mcp.Exchange {
	t.Helper()
	x := s.Call(t.Context(), method, params)
	for range 5 {
		if x.Result().Get("resultType").Text() != "input_required" {
			break
		}
		responses := map[string]any{}
		for _, m := range x.Result().Get("inputRequests").Members() {
			response, err := answer(mcp.Message{Value: m.Value})
			require.Nil(t, err)
			responses[m.Name] = response
		}
		params["inputResponses"] = responses
		params["requestState"] = x.Result().Get("requestState").Text()
		x = s.Call(t.Context(), method, params)
	}
	return x
}

// arguments that tools need.
var arguments = map[string]map[string]any{
	"echo": {"text": "line one\nline two ü"}, "add": {"a": 1, "b": 2.5}, "fragile": {"kind": "square"},
}

func TestEverythingInEveryRevisionOnEveryTransport(t *testing.T) {
	everywhere(t, nil, nil, func(t *testing.T, p place, s *mcp.Session) {
		tools := all(t, s, "tools/list", "tools")
		assert.Greater(t, len(tools), 15)
		for _, tool := range tools {
			name := tool.Get("name").Text()
			params := map[string]any{"name": name}
			if a := arguments[name]; a != nil {
				params["arguments"] = a
			}
			x := finish(t, s, "tools/call", params)
			require.True(t, x.Result().Get("content").Is(mcp.Array), "%s: %v %v", name, x.Err(), x.RPCError())
			failing := slices.Contains([]string{"fail", "throw"}, name)
			assert.Equal(t, failing, x.Result().Get("isError").True(), "%s: %s", name, x.Result())
		}
		for _, r := range all(t, s, "resources/list", "resources") {
			x := s.Call(t.Context(), "resources/read", map[string]any{"uri": r.Get("uri").Text()})
			assert.Equal(t, 1, x.Result().Get("contents").Len(), "%s: %v", r, x.RPCError())
		}
		assert.Len(t, all(t, s, "resources/templates/list", "resourceTemplates"), 3)
		for _, prompt := range all(t, s, "prompts/list", "prompts") {
			params := map[string]any{"name": prompt.Get("name").Text()}
			if prompt.Has("arguments") {
				params["arguments"] = map[string]any{"name": "Ada"}
			}
			x := s.Call(t.Context(), "prompts/get", params)
			assert.NotZero(t, x.Result().Get("messages").Len(), "%s: %v", prompt, x.RPCError())
		}
		valid(t, p, s)
	})
}

func TestLeanServers(t *testing.T) {
	everywhere(t, nil, func(s *mcptest.Server) {
		s.Tools, s.Prompts, s.Resources, s.Templates = nil, nil, nil, nil
		s.Off = map[string]bool{mcptest.OffLogging: true, mcptest.OffCompletions: true, mcptest.OffListChanged: true, mcptest.OffSubscribe: true}
	}, func(t *testing.T, p place, s *mcp.Session) {
		assert.Zero(t, s.Capabilities().Len())
		for _, method := range []string{"tools/list", "prompts/list", "resources/list", "completion/complete", "logging/setLevel", "resources/subscribe", "subscriptions/listen"} {
			x := s.Call(t.Context(), method, map[string]any{})
			require.NotNil(t, x.RPCError(), "%s: %v", method, x.Err())
			assert.EqualValues(t, mcp.CodeMethodNotFound, x.RPCError().Code, method)
		}
		valid(t, p, s)
	})
}

func TestErrors(t *testing.T) {
	everywhere(t, nil, nil, func(t *testing.T, p place, s *mcp.Session) {
		missing := mcp.CodeResourceNotFound
		if p.modern() {
			missing = mcp.CodeInvalidParams
		}
		for _, step := range []struct {
			method string
			params any
			code   int
		}{
			{"no/such", nil, mcp.CodeMethodNotFound},
			{"tools/call", map[string]any{"name": "nobody"}, mcp.CodeInvalidParams},
			{"tools/call", map[string]any{"name": "ECHO"}, mcp.CodeInvalidParams},
			{"tools/call", map[string]any{}, mcp.CodeInvalidParams},
			{"tools/call", map[string]any{"name": "echo", "arguments": []any{}}, mcp.CodeInvalidParams},
			{"tools/list", map[string]any{"cursor": "nonsense"}, mcp.CodeInvalidParams},
			{"tools/list", map[string]any{"cursor": ""}, mcp.CodeInvalidParams},
			{"resources/list", map[string]any{"cursor": 5}, mcp.CodeInvalidParams},
			{"prompts/get", map[string]any{"name": "nobody"}, mcp.CodeInvalidParams},
			{"prompts/get", map[string]any{"name": "greet"}, mcp.CodeInvalidParams},
			{"prompts/get", map[string]any{"name": "greet", "arguments": map[string]any{"name": 5}}, mcp.CodeInvalidParams},
			{"prompts/get", map[string]any{"name": "throws"}, mcp.CodeInternalError},
			{"resources/read", map[string]any{"uri": "mcptest://nothing"}, missing},
			{"resources/read", map[string]any{"uri": "file:///mcptest/../../etc/passwd"}, missing},
			{"resources/read", map[string]any{"uri": "file:///mcptest/%2e%2e/%2e%2e/etc/passwd"}, missing},
			{"resources/read", map[string]any{"uri": ""}, mcp.CodeInvalidParams},
			{"resources/read", map[string]any{"uri": "not a uri"}, mcp.CodeInvalidParams},
			{"resources/read", map[string]any{"uri": "mcptest://broken"}, mcp.CodeInternalError},
			{"completion/complete", map[string]any{}, mcp.CodeInvalidParams},
			{"completion/complete", complete("ref/none", "x", "name", ""), mcp.CodeInvalidParams},
			{"completion/complete", complete("ref/prompt", "nobody", "name", ""), mcp.CodeInvalidParams},
			{"completion/complete", complete("ref/prompt", "throws", "broken", ""), mcp.CodeInternalError},
		} {
			x := s.Call(t.Context(), step.method, step.params)
			require.NotNil(t, x.RPCError(), "%s %v: %v", step.method, step.params, x.Result())
			assert.EqualValues(t, step.code, x.RPCError().Code, "%s %v", step.method, step.params)
			assert.True(t, mcp.Equal(x.Asked, x.Reply().ID()), "the id comes back")
			assert.False(t, strings.Contains(x.RPCError().Message, "\n"))
		}
		valid(t, p, s)
	})
}

func complete(kind, name, argument, value string) map[string]any {
	ref := map[string]any{"type": kind, "name": name}
	if kind == "ref/resource" {
		ref = map[string]any{"type": kind, "uri": name}
	}
	return map[string]any{"ref": ref, "argument": map[string]any{"name": argument, "value": value}}
}

func TestCompletion(t *testing.T) {
	everywhere(t, nil, nil, func(t *testing.T, p place, s *mcp.Session) {
		x := s.Call(t.Context(), "completion/complete", complete("ref/prompt", "greet", "name", ""))
		assert.Equal(t, 100, x.Result().Get("completion", "values").Len())
		assert.Equal(t, "150", x.Result().Get("completion", "total").String())
		assert.True(t, x.Result().Get("completion", "hasMore").True())
		place := complete("ref/resource", "mcptest://weather/{country}/{city}", "city", "")
		mcptest.Script(t, s, mcptest.Step{
			Send: mcp.Request{Method: "completion/complete", Params: place},
			Want: `{"completion": {"values": ["lyon", "paris", "kyoto", "osaka"], "hasMore": false}}`,
		})
		place["context"] = map[string]any{"arguments": map[string]any{"country": "japan"}}
		mcptest.Script(t, s, mcptest.Step{
			Send: mcp.Request{Method: "completion/complete", Params: place},
			Want: `{"completion": {"values": ["kyoto", "osaka"], "total": 2}}`,
		})
		valid(t, p, s)
	})
}

func TestArguments(t *testing.T) {
	bad := []map[string]any{
		{"name": "echo", "arguments": map[string]any{}},
		{"name": "add", "arguments": map[string]any{"a": "1", "b": 2}},
		{"name": "none", "arguments": map[string]any{"extra": 1}},
		{"name": "fragile", "arguments": map[string]any{"kind": "round"}},
		{"name": "fragile", "arguments": map[string]any{"kind": "square", "pair": []any{"a", 99}}},
		{"name": "fragile", "arguments": map[string]any{"kind": "square", "street": "High Street"}},
		{"name": "draft7", "arguments": map[string]any{"pair": []any{"a", "b"}}},
		{"name": "draft7", "arguments": map[string]any{"street": "High Street"}},
	}
	everywhere(t, nil, nil, func(t *testing.T, p place, s *mcp.Session) {
		for _, params := range bad {
			x := s.Call(t.Context(), "tools/call", params)
			if p.revision >= mcp.Rev20251125 {
				assert.True(t, x.Result().Get("isError").True(), "%v: %v", params, x.Reply())
				continue
			}
			require.NotNil(t, x.RPCError(), "%v: %v", params, x.Reply())
			assert.EqualValues(t, mcp.CodeInvalidParams, x.RPCError().Code)
		}
	})
}
