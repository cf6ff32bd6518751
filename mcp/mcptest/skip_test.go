package mcptest_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// request is a request of the handshake era.
func request(method string, params any) string {
	raw, _ := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": method, "method": method, "params": params})
	return string(raw)
}

func call(name string, arguments any) string {
	return request("tools/call", map[string]any{"name": name, "arguments": arguments})
}

// Each guard of lines on stdio, in a talk that shows something only when the
// guard is left out (or, with absent, only when it is kept).
func TestSkippedGuardsOfLines(t *testing.T) {
	begin := []string{initialize("2025-11-25"), initialized}
	uri := func(uri string) any { return map[string]any{"uri": uri} }
	listen := modern("subscriptions/listen", `"notifications":{"resourceSubscriptions":["mcptest://ticks"]},`)
	change := func(what string) string {
		return strings.Replace(modern("tools/call", `"name":"change","arguments":`+what+`,`), `"r"`, `"c"`, 1)
	}
	for _, c := range []struct {
		guard  string
		lines  []string
		sign   string
		absent bool
	}{
		{mcptest.SkipBatch, append(begin, "["+ping+"]"), `"id":"é"`, false},
		{mcptest.SkipParams, append(begin, request("prompts/get", map[string]any{})), `"messages"`, false},
		{mcptest.SkipArguments, append(begin, call("none", map[string]any{"x": 1})), `nothing came`, false},
		{mcptest.SkipCursor, append(begin, request("tools/list", map[string]any{"cursor": "x"})), `"tools":[`, false},
		{mcptest.SkipNotFound, append(begin, call("nobody", map[string]any{})), `"content"`, false},
		{mcptest.SkipURI, append(begin, request("resources/read", uri("no uri"))), `"contents"`, false},
		{mcptest.SkipTraversal, append(begin, request("resources/read", uri("file:///mcptest/%2e%2e/etc/passwd"))), `root:`, false},
		{mcptest.SkipLimit, append(begin, request("completion/complete", complete("ref/prompt", "greet", "name", ""))), `person-149`, false},
		{mcptest.SkipCancel, append(begin, call("slow", map[string]any{"ms": 4}), `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"tools/call"}}`), `"id":"tools/call"`, false},
		{mcptest.SkipToken, append(begin, call("progress", map[string]any{})), `progressToken`, false},
		{mcptest.SkipLevel, append(begin, call("log", map[string]any{})), `"debug"`, false},
		{mcptest.SkipLogOptIn, []string{modern("tools/call", `"name":"log",`)}, `notifications/message`, false},
		{mcptest.SkipEntitled, append(begin, call("change", map[string]any{"what": "resource"})), `resources/updated`, false},
		{mcptest.SkipUpdated, []string{listen, change(`{"what":"resource","uri":"mcptest://data/table"}`)}, `resources/updated`, false},
		{mcptest.SkipUnwatch, append(begin, request("resources/subscribe", uri("mcptest://ticks")), request("resources/unsubscribe", uri("mcptest://ticks")), call("change", map[string]any{})), `resources/updated`, false},
		{mcptest.SkipInitialize, []string{request("tools/list", map[string]any{})}, `"tools":[`, false},
		{mcptest.SkipTwice, append(begin, strings.Replace(initialize("2024-11-05"), `"id":1`, `"id":2`, 1)), `"2024-11-05"`, false},
		{mcptest.SkipNegotiation, []string{initialize("1900-01-01")}, `"1900-01-01"`, false},
		{mcptest.SkipInitialized, []string{initialize("2025-11-25"), call("roots", map[string]any{})}, `"roots/list"`, false},
		{mcptest.SkipStateless, []string{modern("tools/list", ""), request("server/discover", map[string]any{})}, `supportedVersions`, false},
		{mcptest.SkipAcknowledge, []string{listen}, `acknowledged`, true},
		{mcptest.SkipGraceful, []string{listen}, `"result"`, true},
		{mcptest.SkipTag, []string{listen}, `acknowledged","params":{"_meta"`, true},
		{mcptest.SkipFilter, []string{modern("subscriptions/listen", "")}, `acknowledged`, false},
		{mcptest.SkipDualProcess, append(begin, modern("server/discover", "")), `supportedVersions`, false},
	} {
		capable := func(line string) string {
			return strings.Replace(line, `"capabilities":{}`, `"capabilities":{"roots":{}}`, 1)
		}
		var lines []string
		for _, line := range c.lines {
			lines = append(lines, capable(line))
		}
		proper := strings.Join(raw(t, mcptest.New(), lines...), "\n")
		broken := strings.Join(raw(t, with(mcptest.Without(c.guard)), lines...), "\n")
		assert.Equal(t, c.absent, strings.Contains(proper, c.sign), "%s: %s", c.guard, proper)
		assert.Equal(t, !c.absent, strings.Contains(broken, c.sign), "%s: %s", c.guard, broken)
	}
	lean := with(mcptest.Without(mcptest.SkipUndeclared))
	lean.Off[mcptest.OffCompletions] = true
	assert.Contains(t, fmt.Sprint(raw(t, lean, append(begin, request("completion/complete", complete("ref/prompt", "greet", "name", "")))...)), "person-000")
}

// Each guard of a session over HTTP.
func TestSkippedGuardsOfSessions(t *testing.T) {
	id := func(id string) []string { return []string{"Mcp-Session-Id", id} }
	progress := `{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"progress","_meta":{"progressToken":"p"}}}`
	for guard, proper := range map[string]func(url, session string) bool{
		mcptest.SkipSession:   func(url, _ string) bool { return send(t, "POST", url, ping).status == 400 },
		mcptest.SkipSessionID: func(_, session string) bool { return session != "" },
		mcptest.SkipVersionHeader: func(url, s string) bool {
			return send(t, "POST", url, ping, append(id(s), "MCP-Protocol-Version", "x")...).status == 400
		},
		mcptest.SkipSessionEnd: func(url, s string) bool {
			send(t, "DELETE", url, "", id(s)...)
			return send(t, "POST", url, ping, id(s)...).status == 404
		},
		mcptest.SkipPriming: func(url, s string) bool {
			return strings.Contains(send(t, "POST", url, progress, id(s)...).body, "data: \n\n")
		},
		mcptest.SkipEventID: func(url, s string) bool {
			return strings.Contains(send(t, "POST", url, progress, id(s)...).body, "id: ")
		},
		mcptest.SkipReplayOwn: func(url, s string) bool {
			send(t, "POST", url, progress, id(s)...)
			body := send(t, "POST", url, strings.Replace(progress, `"p"`, `"q"`, 1), id(s)...).body
			last := strings.Fields(body)[1]
			return !strings.Contains(send(t, "GET", url, "", append(id(s), "Last-Event-ID", last)...).body, `"p"`)
		},
		mcptest.SkipOneStream: func(url, s string) bool {
			one, two := read(t, begin(t.Context(), t, "GET", url, "", id(s)...)), read(t, begin(t.Context(), t, "GET", url, "", id(s)...))
			send(t, "POST", url, call("change", map[string]any{"what": "tools"}), id(s)...)
			send(t, "DELETE", url, "", id(s)...)
			seen := 0
			for _, e := range []*events{one, two} {
				for {
					id, data := e.next()
					if id == "" {
						break
					}
					seen += strings.Count(data, "list_changed")
				}
			}
			return seen == 1
		},
	} {
		for _, broken := range []bool{false, true} {
			s := mcptest.New()
			if broken {
				s = with(mcptest.Without(guard))
			}
			url := web(t, s) + "/mcp"
			session := send(t, "POST", url, initialize("2025-11-25")).header.Get("Mcp-Session-Id")
			send(t, "POST", url, initialized, id(session)...)
			assert.Equal(t, !broken, proper(url, session), "%s left out: %t", guard, broken)
		}
	}
}

// The guards that show in a longer conversation.
func TestSkippedGuardsOfConversations(t *testing.T) {
	answers := func(text string) map[string]any { return map[string]any{"name": mcp.MustParse(text)} }
	yes := answers(`{"action":"accept","content":{"name":"Ada"}}`)
	elicit := func(s *mcp.Session, change func(state string) map[string]any) *mcp.Exchange {
		state := s.Call(t.Context(), "tools/call", tool("elicit", nil)).Result().Get("requestState").Text()
		require.NotEmpty(t, state)
		return s.Call(t.Context(), "tools/call", change(state))
	}
	for guard, proper := range map[string]func(s *mcp.Session) bool{
		mcptest.SkipInput: func(s *mcp.Session) bool {
			return elicit(s, func(state string) map[string]any {
				return map[string]any{"name": "elicit", "requestState": state, "inputResponses": answers(`{"action":"maybe"}`)}
			}).RPCError() != nil
		},
		mcptest.SkipState: func(s *mcp.Session) bool {
			return elicit(s, func(state string) map[string]any {
				return map[string]any{"name": "elicit", "requestState": state[:len(state)-1], "inputResponses": yes}
			}).RPCError() != nil
		},
		mcptest.SkipStateRequest: func(s *mcp.Session) bool {
			return elicit(s, func(state string) map[string]any {
				return map[string]any{"name": "elicit", "arguments": map[string]any{"topic": "x"}, "requestState": state, "inputResponses": yes}
			}).RPCError() != nil
		},
		mcptest.SkipRepeat: func(s *mcp.Session) bool {
			return elicit(s, func(state string) map[string]any { return map[string]any{"name": "elicit", "requestState": state} }).RPCError() == nil
		},
	} {
		for _, broken := range []bool{false, true} {
			s := mcptest.New()
			if broken {
				s = with(mcptest.Without(guard))
			}
			session := mcptest.Dial(t, s.Target(t, mcp.HTTP), mcp.Options{Revision: mcp.Rev20260728})
			assert.Equal(t, !broken, proper(session), "%s left out: %t", guard, broken)
		}
	}
	impatient := with(mcptest.Without(mcptest.SkipPatience))
	impatient.Patience = time.Millisecond
	wait := make(chan struct{})
	s := mcptest.Dial(t, impatient.Target(t, mcp.Stdio), mcp.Options{Answer: func(mcp.Message) (any, *mcp.RPCError) { <-wait; return nil, nil }})
	s.Call(t.Context(), "tools/call", tool("roots", nil))
	close(wait)
	assert.Empty(t, received(s, "notifications/cancelled"))
}
