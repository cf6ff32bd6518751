package mcptest_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mcpctl/mcpctl/mcp"
	"github.com/mcpctl/mcpctl/mcp/mcptest"
)

// hang adds a tool that reports progress and hangs until it is cancelled or
// released; stopped tells which.
func hang(s *mcptest.Server) (release chan struct{}, cancelled chan bool) {
	release, cancelled = make(chan struct{}), make(chan bool, 1)
	s.Tools = append(s.Tools, mcptest.Tool{
		Name: "hang", Descriptor: map[string]any{"inputSchema": map[string]any{"type": "object"}},
		Call: func(c *mcptest.Call) (map[string]any, error) {
			c.Progress(1, 2, "begun")
			select {
			case <-c.Done():
				cancelled <- true
			case <-release:
				cancelled <- false
			}
			return mcptest.Content(), nil
		},
	})
	return release, cancelled
}

// A lost connection cancels in the stateless era and must not before; either
// can be the other way round.
func TestLostConnections(t *testing.T) {
	stateless := strings.Replace(modern("tools/call", `"name":"hang",`), `"_meta":{`, `"_meta":{"progressToken":1,`, 1)
	head := []string{"MCP-Protocol-Version", "2026-07-28", "Mcp-Method", "tools/call", "Mcp-Name", "hang"}
	for _, c := range []struct {
		guard     string
		modern    bool
		cancelled bool
	}{{"", true, true}, {mcptest.SkipDisconnect, true, false}, {"", false, false}, {mcptest.SkipDetach, false, true}} {
		s := with(mcptest.Without(c.guard))
		release, cancelled := hang(s)
		url := web(t, s) + "/mcp"
		body, header := stateless, head
		if !c.modern {
			header = []string{"Mcp-Session-Id", opened(t, url, "2025-11-25")}
			body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"hang","_meta":{"progressToken":1}}}`
		}
		ctx, cancel := context.WithCancel(t.Context())
		stream := read(t, begin(ctx, t, "POST", url, body, header...))
		for data := ""; !strings.Contains(data, "progress"); {
			_, data = stream.next()
		}
		cancel()
		if !c.cancelled {
			close(release)
		}
		assert.Equal(t, c.cancelled, <-cancelled, "%+v", c)
	}
}

func TestPrincipals(t *testing.T) {
	for _, broken := range []bool{false, true} {
		s := with(mcptest.Without(mcptest.SkipAuth))
		if broken {
			s = with(mcptest.Without(mcptest.SkipAuth, mcptest.SkipStatePrincipal))
		}
		s.Token = "secret"
		target := s.Target(t, mcp.HTTP)
		one := mcptest.Dial(t, target, mcp.Options{Revision: mcp.Rev20260728})
		target.Header = nil
		two := mcptest.Dial(t, target, mcp.Options{Revision: mcp.Rev20260728})
		state := one.Call(t.Context(), "tools/call", tool("elicit", nil)).Result().Get("requestState").Text()
		x := two.Call(t.Context(), "tools/call", map[string]any{"name": "elicit", "requestState": state})
		assert.Equal(t, broken, x.RPCError() == nil, "%s", x.Reply())
	}
}
