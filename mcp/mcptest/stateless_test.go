package mcptest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

const meta = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}`

// modern is a request of the stateless era; rest are further members of its
// params, ended by a comma.
func modern(method, rest string) string {
	return `{"jsonrpc":"2.0","id":"r","method":"` + method + `","params":{` + rest + meta + `}}`
}

func TestHeadersAndMeta(t *testing.T) {
	url := web(t, mcptest.New()) + "/mcp"
	call := func(name string) string { return modern("tools/call", `"name":"`+name+`",`) }
	region := func(arguments string) string {
		return modern("tools/call", `"name":"region","arguments":`+arguments+`,`)
	}
	onRegion := []string{"Mcp-Method", "tools/call", "Mcp-Name", "region"}
	for _, c := range []struct {
		name, body string
		header     []string
		status     int
		code       int64
	}{
		{"discover", modern("server/discover", ""), nil, 200, 0},
		{"unused headers", modern("server/discover", ""), []string{"Mcp-Session-Id", "x", "Last-Event-ID", "5", "Mcp-Param-X", "y"}, 200, 0},
		{"no meta", `{"jsonrpc":"2.0","id":"r","method":"server/discover","params":{}}`, nil, 400, mcp.CodeInvalidParams},
		{"no params", `{"jsonrpc":"2.0","id":"r","method":"server/discover"}`, nil, 400, mcp.CodeInvalidParams},
		{"no capabilities", strings.Replace(modern("server/discover", ""), "clientCapabilities", "x", 1), nil, 400, mcp.CodeInvalidParams},
		{"version a number", strings.Replace(modern("server/discover", ""), `"2026-07-28"`, "5", 1), nil, 400, mcp.CodeInvalidParams},
		{"no version header", modern("server/discover", ""), []string{"MCP-Protocol-Version", ""}, 400, mcp.CodeHeaderMismatch},
		{"other version header", modern("server/discover", ""), []string{"MCP-Protocol-Version", "2025-11-25"}, 400, mcp.CodeHeaderMismatch},
		{"unknown version", strings.Replace(modern("server/discover", ""), "2026-07-28", "1900-01-01", 1), []string{"MCP-Protocol-Version", "1900-01-01"}, 400, mcp.CodeUnsupportedVersion},
		{"no method header", modern("server/discover", ""), []string{"Mcp-Method", ""}, 400, mcp.CodeHeaderMismatch},
		{"method header in capitals", modern("server/discover", ""), []string{"Mcp-Method", "SERVER/DISCOVER"}, 400, mcp.CodeHeaderMismatch},
		{"unknown method", modern("no/such", ""), []string{"Mcp-Method", "no/such"}, 404, mcp.CodeMethodNotFound},
		{"ping", modern("ping", ""), []string{"Mcp-Method", "ping"}, 404, mcp.CodeMethodNotFound},
		{"initialize", modern("initialize", ""), []string{"Mcp-Method", "initialize"}, 404, mcp.CodeMethodNotFound},
		{"no name header", call("none"), []string{"Mcp-Method", "tools/call"}, 400, mcp.CodeHeaderMismatch},
		{"other name header", call("none"), []string{"Mcp-Method", "tools/call", "Mcp-Name", "echo"}, 400, mcp.CodeHeaderMismatch},
		{"encoded name", call("mcpctl-none"), []string{"Mcp-Method", "tools/call", "Mcp-Name", "=?base64?bWNwY3RsLW5vbmU=?="}, 200, mcp.CodeInvalidParams},
		{"encoded in capitals", call("mcpctl-none"), []string{"Mcp-Method", "tools/call", "Mcp-Name", "=?BASE64?bWNwY3RsLW5vbmU=?="}, 400, mcp.CodeHeaderMismatch},
		{"badly encoded", call("mcpctl-none"), []string{"Mcp-Method", "tools/call", "Mcp-Name", "=?base64?SGVs!!!bG8=?="}, 400, mcp.CodeHeaderMismatch},
		{"encoded once only", call("=?base64?literal?="), []string{"Mcp-Method", "tools/call", "Mcp-Name", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="}, 200, mcp.CodeInvalidParams},
		{"not ASCII", call("ñ"), []string{"Mcp-Method", "tools/call", "Mcp-Name", "ñ"}, 400, mcp.CodeHeaderMismatch},
		{"no argument", region(`{}`), onRegion, 200, 0},
		{"null argument", region(`{"region":null}`), onRegion, 200, 0},
		{"argument without header", region(`{"region":"a"}`), onRegion, 400, mcp.CodeHeaderMismatch},
		{"argument unlike header", region(`{"region":"a"}`), append(onRegion, "Mcp-Param-Region", "b"), 400, mcp.CodeHeaderMismatch},
		{"argument like header", region(`{"region":"a"}`), append(onRegion, "Mcp-Param-Region", "a"), 200, 0},
		{"encoded argument", region(`{"region":"Hello, 世界"}`), append(onRegion, "Mcp-Param-Region", "=?base64?SGVsbG8sIOS4lueVjA==?="), 200, 0},
		{"number", region(`{"count":42}`), append(onRegion, "Mcp-Param-Count", "42.0"), 200, 0},
		{"other number", region(`{"count":42}`), append(onRegion, "Mcp-Param-Count", "43"), 400, mcp.CodeHeaderMismatch},
		{"boolean", region(`{"dry":true}`), append(onRegion, "Mcp-Param-Dry", "true"), 200, 0},
		{"boolean in capitals", region(`{"dry":true}`), append(onRegion, "Mcp-Param-Dry", "True"), 400, mcp.CodeHeaderMismatch},
		{"deep argument", region(`{"deep":{"place":"p"}}`), append(onRegion, "Mcp-Param-Place", "p"), 200, 0},
		{"other deep argument", region(`{"deep":{"place":"p"}}`), append(onRegion, "Mcp-Param-Place", "q"), 400, mcp.CodeHeaderMismatch},
		{"capability", modern("tools/call", `"name":"elicit",`), []string{"Mcp-Method", "tools/call", "Mcp-Name", "elicit"}, 400, mcp.CodeMissingCapability},
		{"batch", "[" + modern("server/discover", "") + "]", nil, 400, mcp.CodeInvalidRequest},
		{"response", `{"jsonrpc":"2.0","id":1,"result":{}}`, nil, 400, mcp.CodeInvalidRequest},
		{"no JSON", `{"jsonrpc":`, nil, 400, mcp.CodeParseError},
		{"no request", `{}`, nil, 400, mcp.CodeInvalidRequest},
		{"notification", `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"x"}}`, nil, 202, 0},
		{"foreign origin", modern("server/discover", ""), []string{"Origin", "https://evil.example"}, 403, mcp.CodeInvalidRequest},
	} {
		header := append([]string{"MCP-Protocol-Version", "2026-07-28", "Mcp-Method", "server/discover"}, c.header...)
		r := send(t, "POST", url, c.body, header...)
		assert.Equal(t, c.status, r.status, "%s: %s", c.name, r.body)
		assert.Equal(t, c.code, r.code(), "%s: %s", c.name, r.body)
		assert.Empty(t, r.header.Get("Mcp-Session-Id"), c.name)
	}
}

func TestModernOnlyServers(t *testing.T) {
	s := mcptest.New()
	s.Revisions = []mcp.Revision{mcp.Rev20260728}
	url := web(t, s) + "/mcp"
	assert.Equal(t, 405, send(t, "GET", url, "").status)
	assert.Equal(t, 405, send(t, "DELETE", url, "").status)
	r := send(t, "POST", url, initialize("2025-11-25"))
	assert.Equal(t, 400, r.status)
	assert.Contains(t, r.body, "2026-07-28")
	out := talk(t, s, initialize("2025-11-25"), modern("tools/list", ""))
	require.Len(t, out, 2)
	assert.Contains(t, out[0].String(), "2026-07-28")
	assert.NotNil(t, out[0].RPCError())
	assert.True(t, out[1].Result().Is(mcp.Object))
}

func TestSubscriptions(t *testing.T) {
	listen := mcp.Request{Method: "subscriptions/listen", ID: "sub", Params: map[string]any{"notifications": map[string]any{
		"toolsListChanged": true, "promptsListChanged": false, "resourceSubscriptions": []string{"mcptest://ticks"},
	}}}
	everywhere(t, place.modern, nil, func(t *testing.T, p place, s *mcp.Session) {
		x := s.Start(t.Context(), listen)
		arrived := func(method string) mcp.Message {
			f, err := x.Await(t.Context(), func(f mcp.Frame) bool {
				m, err := f.Message()
				return err == nil && m.Method() == method
			})
			require.NoError(t, err)
			m, _ := f.Message()
			assert.Equal(t, `"sub"`, m.Params().Get("_meta", mcp.MetaSubscriptionID).String())
			return m
		}
		if p.kind == mcp.HTTP {
			ack := arrived("notifications/subscriptions/acknowledged")
			assert.JSONEq(t, `{"toolsListChanged":true,"resourceSubscriptions":["mcptest://ticks"]}`, ack.Params().Get("notifications").String())
			s.Call(t.Context(), "tools/call", map[string]any{"name": "change"})
			arrived("notifications/tools/list_changed")
			assert.Equal(t, "mcptest://ticks", arrived("notifications/resources/updated").Params().Get("uri").Text())
			assert.Len(t, x.Received(), 3)
			x.Close()
		}
		bad := s.Call(t.Context(), "subscriptions/listen", map[string]any{})
		assert.EqualValues(t, mcp.CodeInvalidParams, bad.RPCError().Code)
	})
}

func TestSubscriptionsOnStdio(t *testing.T) {
	listen := func(id, filter string) string {
		return strings.Replace(modern("subscriptions/listen", `"notifications":`+filter+`,`), `"r"`, id, 1)
	}
	out := talk(t, mcptest.New(),
		listen(`77`, `{"toolsListChanged":true}`), listen(`"b"`, `{"promptsListChanged":true}`),
		`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"b"}}`)
	require.Len(t, out, 4, "%v", out)
	assert.Equal(t, "77", out[0].Params().Get("_meta", mcp.MetaSubscriptionID).String())
	assert.Equal(t, "b", out[1].Params().Get("_meta", mcp.MetaSubscriptionID).Text())
	assert.Equal(t, "notifications/cancelled", out[2].Method())
	assert.Equal(t, "77", out[3].ID().String())
	assert.Equal(t, "77", out[3].Result().Get("_meta", mcp.MetaSubscriptionID).String())
}

func TestRequestState(t *testing.T) {
	everywhere(t, place.modern, nil, func(t *testing.T, p place, s *mcp.Session) {
		call := func(params map[string]any) *mcp.Exchange { return s.Call(t.Context(), "tools/call", params) }
		first := call(map[string]any{"name": "elicit"}).Result()
		require.Equal(t, "input_required", first.Get("resultType").Text())
		assert.False(t, first.Has("ttlMs"))
		state := first.Get("requestState").Text()
		yes := map[string]any{"name": map[string]any{"action": "accept", "content": map[string]any{"name": "Ada"}}, "extra": map[string]any{}}
		done := call(map[string]any{"name": "elicit", "requestState": state, "inputResponses": yes}).Result()
		assert.Equal(t, "complete", done.Get("resultType").Text())
		again := call(map[string]any{"name": "elicit", "requestState": state, "inputResponses": map[string]any{}}).Result()
		assert.Equal(t, "input_required", again.Get("resultType").Text())
		for name, params := range map[string]map[string]any{
			"tampered":        {"name": "elicit", "requestState": "x" + state[1:], "inputResponses": yes},
			"cut":             {"name": "elicit", "requestState": state[:len(state)-1], "inputResponses": yes},
			"other tool":      {"name": "roots", "requestState": state, "inputResponses": yes},
			"other arguments": {"name": "elicit", "arguments": map[string]any{"topic": "x"}, "requestState": state, "inputResponses": yes},
			"answers a list":  {"name": "elicit", "requestState": state, "inputResponses": []any{}},
			"bad action":      {"name": "elicit", "requestState": state, "inputResponses": map[string]any{"name": map[string]any{"action": "maybe"}}},
			"bad content":     {"name": "elicit", "requestState": state, "inputResponses": map[string]any{"name": map[string]any{"action": "accept", "content": map[string]any{}}}},
		} {
			x := call(params)
			require.NotNil(t, x.RPCError(), "%s: %v", name, x.Result())
			assert.EqualValues(t, mcp.CodeInvalidParams, x.RPCError().Code, name)
		}
	})
}
