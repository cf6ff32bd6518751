package mcptest_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// with is a conforming server with faults.
func with(f ...mcptest.Faults) *mcptest.Server {
	s := mcptest.New()
	s.Faults = mcptest.Combine(f...)
	return s
}

// first is the first message that a process answers lines with.
func first(t *testing.T, f mcptest.Faults, lines ...string) mcp.Message {
	t.Helper()
	out := talk(t, with(f), lines...)
	require.NotEmpty(t, out)
	return out[0]
}

func TestResultFaults(t *testing.T) {
	list := modern("tools/list", "")
	m := first(t, mcptest.SetIn("tools/list", "/tools/echo/inputSchema/type", 5), list)
	assert.Equal(t, "5", m.Result().Get("tools").Items()[0].Get("inputSchema", "type").String())
	assert.Equal(t, "number", m.Result().Get("tools").Items()[1].Get("inputSchema", "properties", "a", "type").Text(), "other tools stay")
	m = first(t, mcptest.DropIn("tools/list", "/tools/0"), list)
	assert.Equal(t, 1, m.Result().Get("tools").Len())
	m = first(t, mcptest.DropIn("tools/list", "/ttlMs"), list)
	assert.False(t, m.Result().Has("ttlMs"))
	m = first(t, mcptest.SetIn("tools/list", "", []any{}), list)
	assert.True(t, m.Result().Is(mcp.Array))
	m = first(t, mcptest.ChangeIn("tools/list", "/tools", func(old any) any { return append(old.([]any), "more") }), list)
	assert.Equal(t, 3, m.Result().Get("tools").Len())
	m = first(t, mcptest.SetIn("tools/call", "/content", 1), list)
	assert.True(t, m.Result().Get("tools").Is(mcp.Array), "other methods stay")
	m = first(t, mcptest.OnError("no/such", -1), modern("no/such", ""))
	assert.EqualValues(t, -1, m.RPCError().Code)
	m = first(t, mcptest.Refuse("tools/list", -2, "no"), list)
	assert.EqualValues(t, -2, m.RPCError().Code)
	m = first(t, mcptest.Answer("tools/list", 7), list)
	assert.Equal(t, "7", m.Result().String())
	m = first(t, mcptest.EditReply("no/such", func(_ *mcptest.Context, out map[string]any) { delete(out, "id") }), modern("no/such", ""))
	assert.False(t, m.ID().Exists())
}

func TestMessageFaults(t *testing.T) {
	note := map[string]any{"jsonrpc": "2.0", "method": "notifications/x"}
	discover := modern("server/discover", "")
	out := talk(t, with(mcptest.SendBefore("server/discover", note), mcptest.SendAfter("server/discover", note)), discover)
	require.Len(t, out, 3)
	assert.Equal(t, "notifications/x", out[0].Method())
	assert.Equal(t, "notifications/x", out[2].Method())
	assert.Empty(t, talk(t, with(mcptest.Ignore("server/discover")), discover))
	assert.Equal(t, []string{"nonsense"}, raw(t, with(mcptest.Mangle("server/discover", func([]byte) []byte { return []byte("nonsense") })), discover))
	call := modern("tools/call", `"name":"progress",`)
	call = strings.Replace(call, `"_meta":{`, `"_meta":{"progressToken":1,`, 1)
	out = talk(t, with(mcptest.SetSent("notifications/progress", "/progress", "x"), mcptest.DropSent("notifications/progress", "/total")), call)
	require.Len(t, out, 4)
	assert.Equal(t, "x", out[0].Params().Get("progress").Text())
	assert.False(t, out[0].Params().Has("total"))
	line := mcptest.Faults{Line: func(*mcptest.Context, []byte) ([][]byte, bool) { return [][]byte{[]byte("a"), []byte("b")}, true }}
	assert.Equal(t, []string{"a", "b"}, raw(t, with(line), discover))
	delay := mcptest.Faults{Delay: func(*mcptest.Context) time.Duration { return time.Millisecond }}
	assert.Len(t, talk(t, with(delay, delay), initialize("2025-11-25"), modern("no/such", "")), 2)
}

func TestHTTPFaults(t *testing.T) {
	url := web(t, with(
		mcptest.Status(mcptest.OnMethod("initialize"), 201),
		mcptest.SetHeader(nil, "X-More", "yes"), mcptest.DropHeader(mcptest.OnMethod("initialize"), "Mcp-Session-Id"),
		mcptest.Serve(mcptest.OnVerb("DELETE"), func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(599) }),
	)) + "/mcp"
	r := send(t, "POST", url, initialize("2025-11-25"))
	assert.Equal(t, 201, r.status)
	assert.Equal(t, "yes", r.header.Get("X-More"))
	assert.Empty(t, r.header.Get("Mcp-Session-Id"))
	assert.Contains(t, r.body, "protocolVersion")
	assert.Equal(t, 599, send(t, "DELETE", url, "").status)
	r = send(t, "POST", url, modern("tools/list", ""), "MCP-Protocol-Version", "2026-07-28", "Mcp-Method", "tools/list")
	assert.Equal(t, "text/event-stream", r.header.Get("Content-Type"), "streams pass through the faults")
}

// Each guard over HTTP, in the one case where it would refuse.
func TestSkippedGuards(t *testing.T) {
	discover := modern("server/discover", "")
	head := []string{"MCP-Protocol-Version", "2026-07-28", "Mcp-Method", "server/discover"}
	unknown := strings.Replace(discover, "2026-07-28", "1900-01-01", 1)
	for guard, c := range map[string]struct {
		body   string
		header []string
		status int
	}{
		mcptest.SkipOrigin:         {discover, []string{"Origin", "http://evil.example"}, 403},
		mcptest.SkipHost:           {discover, []string{"Host", "evil.example"}, 403},
		mcptest.SkipAccept:         {discover, []string{"Accept", "text/plain"}, 406},
		mcptest.SkipContentType:    {discover, []string{"Content-Type", "text/plain"}, 415},
		mcptest.SkipJSON:           {strings.Replace(discover, `"2.0"`, `"1.0"`, 1), nil, 400},
		mcptest.SkipID:             {strings.Replace(discover, `"r"`, `null`, 1), nil, 400},
		mcptest.SkipMeta:           {strings.Replace(discover, "clientCapabilities", "x", 1), nil, 400},
		mcptest.SkipVersion:        {unknown, []string{"MCP-Protocol-Version", "1900-01-01"}, 400},
		mcptest.SkipLogLevel:       {strings.Replace(discover, `"_meta":{`, `"_meta":{"io.modelcontextprotocol/logLevel":"loud",`, 1), nil, 400},
		mcptest.SkipHeaderVersion:  {discover, []string{"MCP-Protocol-Version", "2025-11-25"}, 400},
		mcptest.SkipHeaderMethod:   {discover, []string{"Mcp-Method", "tools/list"}, 400},
		mcptest.SkipHeaderName:     {modern("tools/call", `"name":"none",`), []string{"Mcp-Method", "tools/call"}, 400},
		mcptest.SkipHeaderParam:    {modern("tools/call", `"name":"region","arguments":{"region":"a"},`), []string{"Mcp-Method", "tools/call", "Mcp-Name", "region"}, 400},
		mcptest.SkipHeaderNumber:   {modern("tools/call", `"name":"region","arguments":{"count":4},`), []string{"Mcp-Method", "tools/call", "Mcp-Name", "region", "Mcp-Param-Count", "4.0"}, 200},
		mcptest.SkipHeaderDecode:   {modern("tools/call", `"name":"none",`), []string{"Mcp-Method", "tools/call", "Mcp-Name", "=?base64?bm9uZQ==?="}, 200},
		mcptest.SkipHeaderASCII:    {modern("tools/call", `"name":"ñ",`), []string{"Mcp-Method", "tools/call", "Mcp-Name", "ñ"}, 400},
		mcptest.SkipMethod:         {modern("no/such", ""), []string{"Mcp-Method", "no/such"}, 404},
		mcptest.SkipRemoved:        {modern("ping", ""), []string{"Mcp-Method", "ping"}, 404},
		mcptest.SkipStatus:         {modern("no/such", ""), []string{"Mcp-Method", "no/such"}, 404},
		mcptest.SkipCapability:     {modern("tools/call", `"name":"elicit",`), []string{"Mcp-Method", "tools/call", "Mcp-Name", "elicit"}, 400},
		mcptest.SkipSessionUnknown: {ping, []string{"Mcp-Session-Id", "x", "Mcp-Method", "", "MCP-Protocol-Version", ""}, 404},
		mcptest.SkipHeaderBase64:   {modern("tools/call", `"name":"=?base64?!?=",`), []string{"Mcp-Method", "tools/call", "Mcp-Name", "=?base64?!?="}, 400},
	} {
		header := append(append([]string(nil), head...), c.header...)
		assert.Equal(t, c.status, send(t, "POST", web(t, mcptest.New())+"/mcp", c.body, header...).status, guard)
		r := send(t, "POST", web(t, with(mcptest.Without(guard)))+"/mcp", c.body, header...)
		assert.NotEqual(t, c.status, r.status, "%s: %s", guard, r.body)
	}
}

// Every Skip constant is asked for somewhere.
func TestEveryGuardIsThere(t *testing.T) {
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	var declared []string
	asked := map[string]bool{}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), e.Name(), nil, 0)
		require.NoError(t, err)
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				if strings.HasPrefix(n.Names[0].Name, "Skip") {
					declared = append(declared, n.Names[0].Name)
				}
			case *ast.CallExpr:
				if s, ok := n.Fun.(*ast.SelectorExpr); ok && s.Sel.Name == "skips" {
					if id, ok := n.Args[0].(*ast.Ident); ok {
						asked[id.Name] = true
					}
				}
			}
			return true
		})
	}
	assert.Greater(t, len(declared), 40)
	for _, guard := range declared {
		assert.True(t, asked[guard], guard)
	}
}

// Nothing is left running when a target's test has ended.
func TestNothingIsLeft(t *testing.T) {
	t.Run("sessions", func(t *testing.T) {
		for _, p := range places() {
			s := mcptest.Dial(t, mcptest.New().Target(t, p.kind), mcp.Options{Revision: p.revision, Listen: true})
			x := s.Start(t.Context(), mcp.Request{Method: "tools/call", Params: map[string]any{"name": "slow", "arguments": map[string]any{"ms": 60000}}})
			if p.modern() {
				s.Start(t.Context(), mcp.Request{Method: "subscriptions/listen", Params: map[string]any{"notifications": map[string]any{}}})
			}
			assert.NoError(t, x.Err())
		}
	})
	http.DefaultClient.CloseIdleConnections()
	assert.Eventually(t, func() bool {
		stacks := make([]byte, 1<<20)
		return !strings.Contains(string(stacks[:runtime.Stack(stacks, true)]), "mcptest.(*")
	}, 3*time.Second, time.Millisecond)
}
