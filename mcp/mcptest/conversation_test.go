package mcptest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

func handshake(p place) bool { return !p.modern() }

// received are the messages of a method that came over a session.
func received(s *mcp.Session, method string) []mcp.Message {
	var all []mcp.Message
	for _, f := range s.Log().Frames() {
		for _, m := range f.Messages() {
			if f.Direction == mcp.Received && m.Method() == method {
				all = append(all, m)
			}
		}
	}
	return all
}

func tool(name string, arguments map[string]any) map[string]any {
	params := map[string]any{"name": name}
	if arguments != nil {
		params["arguments"] = arguments
	}
	return params
}

func TestProgress(t *testing.T) {
	everywhere(t, nil, nil, func(t *testing.T, _ place, s *mcp.Session) {
		s.Call(t.Context(), "tools/call", tool("progress", nil))
		assert.Empty(t, received(s, "notifications/progress"), "nobody asked")
		s.Do(t.Context(), mcp.Request{Method: "tools/call", Params: tool("progress", nil), Meta: map[string]any{"progressToken": 7}})
		got := received(s, "notifications/progress")
		require.Len(t, got, 3)
		for i, m := range got {
			assert.Equal(t, "7", m.Params().Get("progressToken").String())
			n, _ := m.Params().Get("progress").Int()
			assert.EqualValues(t, i+1, n)
		}
	})
}

func TestLogging(t *testing.T) {
	everywhere(t, nil, nil, func(t *testing.T, p place, s *mcp.Session) {
		call := mcp.Request{Method: "tools/call", Params: tool("log", nil)}
		bad := mcp.Request{Method: "logging/setLevel", Params: map[string]any{"level": "loud"}}
		if p.modern() {
			s.Do(t.Context(), call)
			assert.Empty(t, received(s, "notifications/message"), "nobody asked")
			call.Meta = map[string]any{mcp.MetaLogLevel: "error"}
			bad = mcp.Request{Method: "tools/list", Meta: map[string]any{mcp.MetaLogLevel: "loud"}}
		} else {
			mcptest.Script(t, s, mcptest.Step{Send: mcp.Request{Method: "logging/setLevel", Params: map[string]any{"level": "error"}}, Want: `{}`})
		}
		mcptest.Script(t, s, mcptest.Step{Send: call}, mcptest.Step{Send: bad, Want: mcp.CodeInvalidParams})
		got := received(s, "notifications/message")
		require.Len(t, got, 4)
		assert.Equal(t, "error", got[0].Params().Get("level").Text())
	})
}

// A client that declared nothing is not asked for anything.
func TestNothingIsAskedOfAClientThatCannot(t *testing.T) {
	for _, p := range places() {
		s := mcptest.Dial(t, mcptest.New().Target(t, p.kind), mcp.Options{Revision: p.revision, Capabilities: map[string]any{}})
		for _, name := range []string{"elicit", "elicit_url", "sample", "roots"} {
			x := s.Call(t.Context(), "tools/call", tool(name, nil))
			switch {
			case name == "elicit" && p.revision < mcp.Rev20250618, name == "elicit_url" && p.revision < mcp.Rev20251125:
				assert.EqualValues(t, mcp.CodeInvalidParams, x.RPCError().Code, "there is no such tool yet")
			case p.modern():
				require.NotNil(t, x.RPCError(), "%s %s: %s", p, name, x.Result())
				assert.EqualValues(t, mcp.CodeMissingCapability, x.RPCError().Code)
				assert.True(t, x.RPCError().Data.Get("requiredCapabilities").Is(mcp.Object))
			default:
				assert.True(t, x.Result().Get("isError").True(), "%s %s: %s", p, name, x.Reply())
			}
		}
		for _, f := range s.Log().Frames() {
			m, _ := f.Message()
			assert.False(t, f.Direction == mcp.Received && m.MessageKind() == mcp.RequestMessage, "%s", m)
		}
	}
}

func TestModesOfElicitation(t *testing.T) {
	for declared, want := range map[string][2]bool{`{}`: {true, false}, `{"form":{}}`: {true, false}, `{"url":{}}`: {false, true}, `{"form":{},"url":{}}`: {true, true}} {
		for _, p := range []place{{mcp.Stdio, mcp.Rev20251125}, {mcp.Stdio, mcp.Rev20260728}} {
			s := mcptest.Dial(t, mcptest.New().Target(t, p.kind), mcp.Options{Revision: p.revision, Answer: answer,
				Capabilities: map[string]any{"elicitation": mcp.MustParse(declared)}})
			for i, name := range []string{"elicit", "elicit_url"} {
				x := s.Call(t.Context(), "tools/call", tool(name, nil))
				asked := x.RPCError() == nil && !x.Result().Get("isError").True()
				assert.Equal(t, want[i], asked, "%s %s %s: %s", p, declared, name, x.Reply())
			}
		}
	}
}

// What a client answers is checked, and no answer is an end too.
func TestAnswersOfTheClient(t *testing.T) {
	for name, c := range map[string]struct {
		tool   string
		answer func(mcp.Message) (any, *mcp.RPCError)
		failed bool
	}{
		"decline":      {"elicit", func(mcp.Message) (any, *mcp.RPCError) { return map[string]any{"action": "decline"}, nil }, false},
		"bad action":   {"elicit", func(mcp.Message) (any, *mcp.RPCError) { return map[string]any{"action": "maybe"}, nil }, true},
		"no content":   {"elicit", func(mcp.Message) (any, *mcp.RPCError) { return map[string]any{"action": "accept"}, nil }, true},
		"extra":        {"elicit", content(`{"name":"a","more":1}`), true},
		"wrong type":   {"elicit", content(`{"name":1}`), true},
		"refused":      {"sample", func(mcp.Message) (any, *mcp.RPCError) { return nil, &mcp.RPCError{Code: -1, Message: "no"} }, true},
		"no model":     {"sample", func(mcp.Message) (any, *mcp.RPCError) { return map[string]any{"role": "assistant"}, nil }, true},
		"no roots":     {"roots", func(mcp.Message) (any, *mcp.RPCError) { return map[string]any{}, nil }, true},
		"unanswerable": {"roots", func(mcp.Message) (any, *mcp.RPCError) { return nil, &mcp.RPCError{Code: mcp.CodeMethodNotFound} }, true},
		"silence":      {"roots", nil, true},
	} {
		for _, kind := range []mcp.TransportKind{mcp.Stdio, mcp.HTTP, mcp.SSE} {
			t.Run(name+"/"+string(kind), func(t *testing.T) {
				server := mcptest.New()
				server.Patience = 100 * time.Millisecond
				wait := make(chan struct{})
				reply := c.answer
				if name == "silence" {
					server.Patience = time.Millisecond
					reply = func(mcp.Message) (any, *mcp.RPCError) { <-wait; return map[string]any{}, nil }
				}
				s := mcptest.Dial(t, server.Target(t, kind), mcp.Options{Answer: reply})
				x := s.Call(t.Context(), "tools/call", tool(c.tool, nil))
				close(wait)
				assert.Equal(t, c.failed, x.Result().Get("isError").True(), "%s", x.Reply())
				if name == "silence" {
					assert.Len(t, received(s, "notifications/cancelled"), 1)
				}
			})
		}
	}
}

func content(text string) func(mcp.Message) (any, *mcp.RPCError) {
	return func(mcp.Message) (any, *mcp.RPCError) {
		return map[string]any{"action": "accept", "content": mcp.MustParse(text)}, nil
	}
}

// A model that always wants to use tools is given up on, and every use of a
// tool is answered.
func TestToolLoop(t *testing.T) {
	uses := mcp.MustParse(`{"role":"assistant","model":"m","stopReason":"toolUse","content":[
		{"type":"tool_use","id":"a","name":"word","input":{}},{"type":"tool_use","id":"b","name":"word","input":{}}]}`)
	loop := func(mcp.Message) (any, *mcp.RPCError) { return uses, nil }
	s := mcptest.Dial(t, mcptest.New().Target(t, mcp.HTTP), mcp.Options{Answer: loop})
	x := s.Call(t.Context(), "tools/call", tool("sample", map[string]any{"tools": true}))
	assert.True(t, x.Result().Get("isError").True())
	asked := received(s, "sampling/createMessage")
	require.Len(t, asked, 3)
	assert.Equal(t, 5, asked[2].Params().Get("messages").Len())
	assert.Equal(t, 2, asked[2].Params().Get("messages").Items()[4].Get("content").Len())
	valid(t, place{mcp.HTTP, mcp.Rev20251125}, s)
}

func TestURLElicitation(t *testing.T) {
	s := mcptest.Dial(t, mcptest.New().Target(t, mcp.HTTP), mcp.Options{Answer: answer})
	s.Call(t.Context(), "tools/call", tool("elicit_url", nil))
	asked, complete := received(s, "elicitation/create"), received(s, "notifications/elicitation/complete")
	require.Len(t, asked, 1)
	require.Len(t, complete, 1)
	assert.Equal(t, asked[0].Params().Get("elicitationId").Text(), complete[0].Params().Get("elicitationId").Text())
	x := s.Call(t.Context(), "tools/call", tool("elicit_url", map[string]any{"refuse": true}))
	require.NotNil(t, x.RPCError())
	assert.EqualValues(t, mcp.CodeURLElicitation, x.RPCError().Code)
	assert.Equal(t, 1, x.RPCError().Data.Get("elicitations").Len())
}

func TestChanges(t *testing.T) {
	everywhere(t, handshake, nil, func(t *testing.T, p place, s *mcp.Session) {
		before := all(t, s, "tools/list", "tools")
		mcptest.Script(t, s,
			mcptest.Step{Send: mcp.Request{Method: "resources/subscribe", Params: map[string]any{"uri": "mcptest://ticks"}}, Want: `{}`},
			mcptest.Step{Send: mcp.Request{Method: "resources/subscribe", Params: map[string]any{"uri": "mcptest://data/table"}}},
			mcptest.Step{Send: mcp.Request{Method: "resources/unsubscribe", Params: map[string]any{"uri": "mcptest://data/table"}}, Want: `{}`},
			mcptest.Step{Send: mcp.Request{Method: "tools/call", Params: tool("change", map[string]any{"name": "extra"})}},
		)
		for _, method := range []string{"tools/list_changed", "prompts/list_changed", "resources/list_changed", "resources/updated"} {
			_, err := s.Await(t.Context(), func(f mcp.Frame) bool {
				m, err := f.Message()
				return err == nil && m.Method() == "notifications/"+method
			})
			require.NoError(t, err, method)
			assert.Len(t, received(s, "notifications/"+method), 1)
		}
		after := all(t, s, "tools/list", "tools")
		require.Len(t, after, len(before)+1)
		assert.Equal(t, "extra", after[len(after)-1].Get("name").Text())
		assert.NotEqual(t, before[0].String(), after[0].String())
		assert.True(t, s.Call(t.Context(), "tools/call", tool("extra", nil)).Result().Get("content").Is(mcp.Array))
		valid(t, p, s)
	})
}

func TestOneClientHearsNothingOfAnother(t *testing.T) {
	target := mcptest.New().Target(t, mcp.SSE)
	one := mcptest.Dial(t, target, mcp.Options{Revision: mcp.Rev20241105})
	two := mcptest.Dial(t, target, mcp.Options{Revision: mcp.Rev20241105})
	mcptest.Script(t, one, mcptest.Step{Send: mcp.Request{Method: "ping", ID: "one"}, Want: `{}`})
	mcptest.Script(t, two, mcptest.Step{Send: mcp.Request{Method: "ping", ID: "two"}, Want: `{}`})
	for _, f := range two.Log().Frames() {
		assert.False(t, strings.Contains(string(f.Data), `"one"`))
	}
}

func TestTokens(t *testing.T) {
	s := mcptest.New()
	s.Token = "secret"
	mcptest.Dial(t, s.Target(t, mcp.HTTP), mcp.Options{})
	assert.Equal(t, 401, send(t, "POST", web(t, s)+"/mcp", ping).status)
}

func TestDetection(t *testing.T) {
	for _, kind := range []mcp.TransportKind{mcp.Stdio, mcp.HTTP, mcp.SSE} {
		spoken, err := mcp.Detect(t.Context(), mcptest.New().Target(t, kind), mcp.Timeline(), mcp.Options{Limits: mcptest.Limits()})
		require.NoError(t, err)
		want := 5
		if kind == mcp.SSE {
			want = 4
		}
		assert.Len(t, spoken.Sessions, want, "%s: %v", kind, spoken.Refused)
		for _, s := range spoken.Sessions {
			assert.NoError(t, s.Close(t.Context()))
		}
	}
}
